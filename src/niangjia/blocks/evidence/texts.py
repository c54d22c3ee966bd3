"""What is said of files that are not taken: what is wrong, and what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Invalid

REFUSALS: Mapping[str, object] = {
    "empty": _("“%(name)s” is empty. Check that it was saved, and choose it again."),
    "password": _(
        "“%(name)s” is protected by a password, so nobody could check it later. Save a copy "
        "without the password and bring that."
    ),
    "truncated": _(
        "“%(name)s” is damaged: its end is missing. Fetch it again where it came from, and bring "
        "it once more."
    ),
    "not_what_it_says": _(
        "“%(name)s” holds more than a document: something that can run. It was not taken. Make a "
        "fresh scan or photo and bring that."
    ),
    "too_large": _(
        "“%(name)s” opens to a picture far larger than any scan; it was not taken. Scan it again "
        "at 300 dpi."
    ),
    "picture_kind": _(
        "“%(name)s” is a kind of photo that not every computer shows. Save it as JPEG (on an "
        "iPhone: Settings, Camera, Formats, Most Compatible) and bring that."
    ),
    "unknown": _(
        "“%(name)s” is none of the kinds taken as evidence. Bring PDF, OFD, JPEG, PNG, .xlsx or "
        "the e-invoice's XML."
    ),
}


def refusal(code: str, name: str) -> Invalid:
    """The refusal of a file. code: key of REFUSALS; any other is an unknown kind."""
    text = REFUSALS.get(code, REFUSALS["unknown"])
    return Invalid(text, code=f"evidence_{code if code in REFUSALS else 'unknown'}", name=name)
