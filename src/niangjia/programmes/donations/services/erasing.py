"""A donor's name and phone are erased: what was given stays, nobody can read by whom."""

from django.utils.translation import gettext_lazy as _

from niangjia.core import seal
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.donations.bank_models import BankLine
from niangjia.programmes.donations.board_version import board_renew
from niangjia.programmes.donations.facts import ERASED
from niangjia.programmes.donations.models import Donor, Gift
from niangjia.programmes.donations.services.adjusting import gift_alone

ERASE = "donations.erase"


@service(permission="donors.erase", records=FACT)
def donor_erase(work: Work, /, *, gift_ref: str, reason: str) -> None:
    """The donor of this gift cannot be read or found any more, here or in a copy.

    All their gifts count as before, one person in every bulletin; none is shown by name. Raises
    NotFound, Denied, Conflict (a unit, anonymous, erased before), Invalid (no reason).
    """
    gift = gift_alone(work, gift_ref)
    donor = Donor.objects.filter(gifts=gift, kind="person").first()
    if donor is None:
        raise NotFound(_("No person stands behind this gift who could be erased."))
    if len(reason.strip()) < 2:
        message = str(_("Say in a few words why."))
        raise Invalid(message, code="reason_missing", fields={"reason": message})
    key = seal.key_ref(f"donor:{donor.ref}")
    if key is None:
        raise Conflict(_("This was erased already."), code="erased_already")
    values = {"donor": donor.ref, "key": key, "reason": reason.strip()[:200]}
    owner = {BUSINESS: f"org:{gift.raising.organisation.ref}"}
    work.record(Fact(ERASED, f"donor:{donor.ref}", work.at, values, owner))
    shown = Gift.objects.filter(donor=donor, show_name=True).values_list("raising_id", flat=True)
    for raising_id in set(shown):
        board_renew(work, raising_id)
    make_nameless([donor.ref])
    lines = BankLine.objects.filter(gift__donor=donor)
    for line in lines.values_list("ref", flat=True):
        work.send(ERASE, {"owner": f"bankline:{line}"})
    lines.update(sealed=b"", party_digest="")
    work.send(ERASE, {"key": key})


def make_nameless(refs: list[str]) -> None:
    """Nobody finds these donors by phone, and no gift of theirs is shown by name."""
    rows = Donor.objects.filter(ref__in=refs)
    Gift.objects.filter(donor__in=rows).update(show_name=False, secret_digest="", said="")
    for ref in refs:
        Donor.objects.filter(ref=ref).update(digest=f"erased:{ref}", phone_digest="", sealed=b"")


def forget_erased() -> None:
    """After a restore: donors whose keys are gone are nameless again."""
    gone = seal.erased_refs("donor")
    named = Donor.objects.exclude(digest__startswith="erased:").filter(ref__in=gone)
    make_nameless(list(named.values_list("ref", flat=True)))
