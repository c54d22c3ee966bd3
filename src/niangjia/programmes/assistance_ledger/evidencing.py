"""Evidence of purchases inside a Work: attached, taken off, carried over to what corrects them.

A purchase is complete while nothing that it needs is missing; the cube counts complete ones by the
facts that make them so and end it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from niangjia.blocks.evidence.public import DocumentView, carry, kinds_there, links_of, missing
from niangjia.core.facts import BUSINESS, Fact, FactKind, Value
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import policy, requirements
from niangjia.programmes.assistance_ledger.facts import EVIDENCED, UNEVIDENCED
from niangjia.programmes.assistance_ledger.models import Purchase


def subject_of(ref: str) -> str:
    """What links and facts of a purchase name it by."""
    return f"purchase:{ref}"


@dataclass(frozen=True, slots=True)
class Change:
    """An attachment or its end. ends: the record was complete and is not any more, or the other
    way round; month: where that counts."""

    kind: str
    document: DocumentView | None
    tips: bool
    month: str
    reason: str = ""


def missing_of(purchase: Purchase, there: Sequence[str] | set[str]) -> str:
    """models.Purchase.missing with these kinds there."""
    wanted = requirements.needed_by(purchase.occurred_on, purchase.channel, purchase.amount_fen)
    return ",".join(missing(wanted, there))


def reassess(work: Work, purchase: Purchase) -> bool:
    """The purchase says what it lacks now; True if it became complete, or ceased to be."""
    there = kinds_there([subject_of(purchase.ref)]).get(subject_of(purchase.ref), set())
    before, now = purchase.missing, missing_of(purchase, set(there))
    if now != before:
        Purchase.objects.filter(pk=purchase.pk).update(missing=now)
        purchase.missing = now
    return bool(now) != bool(before)


def fact(work: Work, kind: FactKind, purchase: Purchase, change: Change) -> Fact:
    """The fact of a change, with all dimensions of the purchase so that sums follow."""
    values: dict[str, Value] = {
        "amount_fen": purchase.amount_fen,
        "assisted": purchase.assisted,
        "category": policy.open_word(policy.categories(), purchase.category),
        "channel": policy.open_word(policy.channels(), purchase.channel),
        "complete": change.tips,
        "county": purchase.county_code,
        "district": purchase.district_code,
        "kind": change.kind,
        "line": purchase.line_code,
        "mode": purchase.mode,
        "month": change.month,
        "purchase": purchase.ref,
        "reason": change.reason,
        "unit": purchase.unit.ref,
    }
    if change.document is not None:
        values |= {"document": change.document.ref, "document_sha256": change.document.sha256}
    told = {name: value for name, value in values.items() if value not in ("", None)}
    if kind is EVIDENCED:
        told.pop("reason", None)
    owners = {BUSINESS: f"org:{purchase.unit.ref}"}
    return Fact(kind, subject_of(purchase.ref), work.at, told, owners)


def on_reversed(work: Work, purchase: Purchase, reason: str, month: str) -> None:
    """A complete purchase that is taken back is no complete one any more, where it is taken off."""
    # Read again, and held: somebody may attach evidence at this moment.
    rows = Purchase.objects.select_for_update().filter(pk=purchase.pk)
    if not rows.values_list("missing", flat=True).get():
        change = Change("", None, tips=True, month=month, reason=reason)
        work.record(fact(work, UNEVIDENCED, purchase, change))


def carry_over(work: Work, moves: Mapping[str, str]) -> None:
    """What proves a corrected purchase proves the one in its place. moves: old ref -> new ref."""
    carried = carry(work, {subject_of(old): subject_of(new) for old, new in moves.items()})
    if not carried:
        return
    refs = {subject.partition(":")[2]: subject for subject in carried}
    facts = []
    links: dict[str, list[tuple[str, DocumentView]]] = {}
    for one in links_of(carried):
        links.setdefault(one.subject, []).append((one.kind, one.document))
    for purchase in Purchase.objects.filter(ref__in=refs).select_related("unit").order_by("id"):
        tips = reassess(work, purchase)
        changes = [
            Change(kind, document, tips=False, month=purchase.month)
            for kind, document in links[refs[purchase.ref]]
        ]
        changes[-1] = replace(changes[-1], tips=tips)
        facts += [fact(work, EVIDENCED, purchase, change) for change in changes]
    work.record_many(facts)
