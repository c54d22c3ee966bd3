"""Yearly targets: what an office means to reach; a later one takes its place, the old one stays."""

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import organisation
from niangjia.core import clock
from niangjia.core.errors import Denied, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger.facts import TARGET
from niangjia.programmes.assistance_ledger.models import YearTarget

MOST_FEN = 10**15  # ten trillion yuan: a slip of the keyboard


@service(permission="targets.set", records=FACT)
def target_set(work: Work, /, *, year: int, fen: int, reason: str = "") -> None:
    """The actor's own office means to reach this amount in the year. Raises Invalid, Denied."""
    fields: dict[str, str] = {}
    if not 2018 <= year <= clock.city_today().year + 1:
        fields["year"] = str(_("Write the year with four digits, next year at the latest."))
    if not 0 < fen <= MOST_FEN:
        fields["amount"] = str(_("Write an amount above nought, in units of 10,000 yuan."))
    if fields:
        raise Invalid(_("The target was not set. See the marked fields."), fields=fields)
    if work.actor.organisation_id is None:
        raise Denied(_("Only an office sets a target for itself."))
    office = organisation(work.actor.organisation_id)
    text = reason.strip()[:200] or None
    values: dict[str, Value] = {"year": year, "fen": fen, "office": office.ref, "reason": text}
    owners = {BUSINESS: f"org:{office.ref}"}
    fact_ref = work.record(Fact(TARGET, f"target:{office.ref}", work.at, values, owners))
    YearTarget.objects.create(
        office_id=office.id, year=year, fen=fen, set_at=work.at, fact_ref=fact_ref
    )
