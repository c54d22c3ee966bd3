"""Confirmed help of purchases inside a Work: handed on to the records, and taken off again."""

from collections.abc import Sequence

from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import evidencing, policy
from niangjia.programmes.assistance_ledger.facts import HELP_REVIEWED
from niangjia.programmes.assistance_ledger.models import Purchase, ReviewLine

STATES = ("confirmed", "partly", "refused")


def fact(
    work: Work, line: ReviewLine, *, sign: int, state: str, month: str, reason: str = ""
) -> Fact:
    """That a record's share of a confirmation counts (sign 1) or does no longer (-1)."""
    purchase = line.purchase
    values: dict[str, Value] = {
        "assisted": purchase.assisted,
        "category": policy.open_word(policy.categories(), purchase.category),
        "channel": policy.open_word(policy.channels(), purchase.channel),
        "county": purchase.county_code,
        "district": purchase.district_code,
        "fen": sign * line.fen,
        "households": sign * line.households,
        "line": purchase.line_code,
        "mode": purchase.mode,
        "month": month,
        "people": sign * line.people,
        "purchase": purchase.ref,
        "review": line.review.ref,
        "state": state,
        "unit": purchase.unit.ref,
    }
    if reason:
        values["reason"] = reason
    told = {name: value for name, value in values.items() if value not in ("", None)}
    owners = {BUSINESS: f"org:{purchase.unit.ref}"}
    return Fact(HELP_REVIEWED, evidencing.subject_of(purchase.ref), work.at, told, owners)


def on_reversed(work: Work, purchases: Sequence[Purchase], reason: str, month: str = "") -> None:
    """What was confirmed of records that are taken back is taken off where they are. month: empty
    for each record's own."""
    by_id = {one.pk: one for one in purchases}
    lines = ReviewLine.objects.select_for_update(of=("self",)).filter(
        purchase_id__in=by_id, ended_at__isnull=True
    )
    facts = []
    for line in lines.select_related("review", "purchase__unit").order_by("id"):
        if line.applied_at is not None:
            at = month or by_id[line.purchase_id].month
            facts.append(fact(work, line, sign=-1, state="", month=at, reason=reason))
            line.undone_at = work.at
        line.ended_at = work.at
        line.save(update_fields=["ended_at", "undone_at"])
    if facts:
        work.record_many(facts)
