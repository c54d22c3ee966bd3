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
    "damaged": _(
        "“%(name)s” is damaged and cannot be opened. Save or scan it afresh and bring that."
    ),
    "truncated": _(
        "“%(name)s” is damaged: its end is missing. Fetch it again where it came from, and bring "
        "it once more."
    ),
    "not_what_it_says": _(
        "“%(name)s” holds more than a document: something that can run. It was not taken. Make a "
        "fresh scan or photo and bring that."
    ),
    "active_content": _(
        "“%(name)s” holds a script or starts a program; it was not taken. Print it to a fresh PDF "
        "and bring that."
    ),
    "macros": _(
        "“%(name)s” holds macros; it was not taken. Save it as .xlsx without macros and bring that."
    ),
    "dangerous_xml": _(
        "“%(name)s” holds declarations that an invoice never has; it was not taken. Fetch the file "
        "again where it came from."
    ),
    "not_an_invoice": _(
        "“%(name)s” is XML, but no e-invoice. Bring the invoice's own XML, or its PDF or OFD."
    ),
    "too_large": _(
        "“%(name)s” opens to a picture far larger than any scan; it was not taken. Scan it again "
        "at 300 dpi."
    ),
    "format_heic": _(
        "“%(name)s” is a kind of photo that not every computer shows. Save it as JPEG (on an "
        "iPhone: Settings, Camera, Formats, Most Compatible) and bring that."
    ),
    "format_picture": _(
        "“%(name)s” is a picture that not every computer shows. Save it as JPEG or PNG and bring "
        "that."
    ),
    "format_video": _("“%(name)s” is a video. Bring photos (JPEG) or a scan (PDF) instead."),
    "format_old_office": _(
        "“%(name)s” is in an old Office format. Save it as .xlsx or PDF and bring that."
    ),
    "unknown_format": _(
        "“%(name)s” is none of the kinds taken as evidence. Bring PDF, OFD, JPEG, PNG, .xlsx or "
        "the e-invoice's XML."
    ),
}


SAME = {"format_webp": "format_picture"}


def refusal(code: str, name: str) -> Invalid:
    """The refusal of a file. code: a problem of looking; one without a text is damage."""
    code = SAME.get(code, code)
    code = code if code in REFUSALS else "damaged"
    return Invalid(REFUSALS[code], code=f"evidence_{code}", name=name)
