"""An office's own row that says more of a purchase which was recorded from a platform's order.

The record then stands in the row's words: the old one is reversed, the row takes its place.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from niangjia.blocks.orgs.public import families_of, heads_of
from niangjia.lib.text import compact
from niangjia.programmes.assistance_ledger import policy
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.steps import Draft

# Why the record from the order is reversed; stays in the log, so in the city's language.
REASON = "本单位台账已补全，替换按平台订单建立的记录"


def completed_by(
    drafts: Mapping[int, Draft], upload_ref: str
) -> tuple[dict[int, Purchase], set[int]]:
    """(position -> the record made from an order that this row must be, where only one can be and
    the amounts agree; positions of rows that may be one, but so may others or the amount is
    another: a person decides, as the record would be reversed)."""
    candidates: defaultdict[int, list[Purchase]] = defaultdict(list)
    families = families_of(one.unit.id for one in drafts.values())
    heads = {member: unit for unit, family in families.items() for member in family}
    rows = Purchase.objects.filter(unit_id__in=heads)
    # Said twice, so that the planner takes the partial index and not every record of the units.
    rows = rows.exclude(order_no="").filter(order_no__gt="", invoice_no="", contract_no="")
    rows = rows.filter(reversed_at__isnull=True).exclude(upload_ref__in={upload_ref} - {""})
    for record in rows.select_related("unit", "supplier"):
        candidates[heads[record.unit_id]].append(record)
    if not candidates:
        return {}, set()
    suppliers = heads_of(one.supplier_id for listed in candidates.values() for one in listed)
    meant = {
        position: _likeliest(
            draft,
            [
                one
                for one in candidates[draft.unit.id]
                if _may_be(draft, one, suppliers[one.supplier_id])
            ],
        )
        for position, draft in drafts.items()
    }
    claimed: defaultdict[int, int] = defaultdict(int)
    for found in meant.values():
        for one in found:
            claimed[one.pk] += 1
    sure = {
        position: found[0]
        for position, found in meant.items()
        if len(found) == 1
        and claimed[found[0].pk] == 1
        and found[0].amount_fen == drafts[position].row.amount_fen
    }
    return sure, {position for position, found in meant.items() if found} - sure.keys()


def _may_be(draft: Draft, record: Purchase, supplier_id: int) -> bool:
    """The same order and goods or amount; or supplier and amount, near in time. supplier_id: the
    record's, as it is today."""
    row = draft.row
    same_fen = row.amount_fen == record.amount_fen
    if row.order_no:
        same_goods = compact(row.product) == compact(record.product)
        return row.order_no == record.order_no and (same_goods or same_fen)
    rule = policy.matching_on(row.occurred_on)
    days = (row.occurred_on - record.occurred_on).days
    near = -rule.order_before <= days <= rule.order_after
    return same_fen and draft.supplier.id == supplier_id and near


def _likeliest(draft: Draft, found: list[Purchase]) -> list[Purchase]:
    """Of several goods of the row's order, those of its amount and, among these, its size."""
    row = draft.row
    if row.order_no:
        found = [one for one in found if one.amount_fen == row.amount_fen] or found
        found = [one for one in found if compact(one.spec) == compact(row.spec)] or found
    return found


def with_order(draft: Draft, record: Purchase) -> Draft:
    """The row with the number of the order that it completes; it stays known by what it was."""
    if draft.row.order_no:
        return draft
    return replace(draft, row=replace(draft.row, order_no=record.order_no))
