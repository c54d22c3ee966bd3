"""Recording purchases inside a Work: shared by the import and by corrections."""

import datetime as dt
import functools
import operator
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from niangjia.blocks.orgs.public import ContactRef, OrgRef
from niangjia.core import clock
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import ProgrammingError
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import evidencing, policy, requirements
from niangjia.programmes.assistance_ledger.facts import RECORDED, REVERSED
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.types import PurchaseIn

NEGATED = ("amount_fen", "households", "people", "income_gain_fen", "quantity_milli")
COPIED = (
    "channel",
    "mode",
    "product",
    "category",
    "recognition_no",
    "county_code",
    "assisted",
    "spec",
    "measure",
    "quantity_milli",
    "price_milli",
    "amount_fen",
    "contract_no",
    "invoice_code",
    "invoice_no",
    "voucher_no",
    "order_no",
    "households",
    "people",
    "income_gain_fen",
    "note",
    "sheet",
    "row_no",
    "occurred_on",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A purchase about to be recorded with all that it refers to. month: where it counts.

    keys, digests: further ones that it is known by, from before its unit or supplier was merged.
    """

    row: PurchaseIn
    key: str
    digest: str
    unit: OrgRef
    supplier: OrgRef
    contact: ContactRef | None
    flags: tuple[str, ...] = ()
    corrects: str = ""
    reason: str = ""
    month: str = ""
    keys: Set[str] = frozenset()
    digests: Set[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a purchase's fact says beyond the sheet's own values; refs are public ids.

    month: the one it counts in, or is taken off in.
    """

    ref: str
    unit_ref: str
    supplier_ref: str
    district: str
    line: str
    flags: str
    upload_ref: str
    corrects: str
    month: str


@functools.lru_cache(maxsize=512)
def noon(day: dt.date) -> dt.datetime:
    """A day as an instant: noon in the city's zone."""
    zone: ZoneInfo = clock.zone()
    return dt.datetime.combine(day, dt.time(12), zone).astimezone(dt.UTC)


def month_of(day: dt.date) -> str:
    """`2020-03`."""
    return f"{day.year}-{day.month:02d}"


def values_of(row: PurchaseIn | Purchase, of: Recorded) -> dict[str, Value]:
    """Fields of the fact that a purchase is recorded or reversed by, nulls left out."""
    values: dict[str, Value] = {
        "month": of.month,
        "day": row.occurred_on.isoformat(),
        "district": of.district,
        "line": of.line,
        "category": policy.open_word(policy.categories(), row.category),
        "channel": policy.open_word(policy.channels(), row.channel),
        "county": row.county_code,
        "mode": row.mode,
        "purchase": of.ref,
        "unit": of.unit_ref,
        "supplier": of.supplier_ref,
        "corrects": of.corrects,
        "flags": of.flags,
        "source": f"{of.upload_ref}/{row.sheet}/{row.row_no}" if of.upload_ref else "",
        **dict(zip(PLAIN, _plain(row), strict=True)),
    }
    return {name: value for name, value in values.items() if value is not None and value != ""}


PLAIN = (
    "amount_fen",
    "assisted",
    "contract_no",
    "households",
    "income_gain_fen",
    "invoice_code",
    "invoice_no",
    "measure",
    "note",
    "people",
    "price_milli",
    "product",
    "quantity_milli",
    "recognition_no",
    "spec",
    "voucher_no",
)
_plain = operator.attrgetter(*PLAIN)


def recorded_fact(draft: Draft, of: Recorded, fact_ref: str) -> Fact:
    """The fact that a purchase was recorded."""
    values = values_of(draft.row, of)
    if draft.row.order_no:
        values["order_no"] = draft.row.order_no
    owners = {BUSINESS: f"org:{of.unit_ref}"}
    if draft.reason:
        values["reason"] = draft.reason
    if draft.contact and (draft.row.contact_name or draft.row.contact_phone):
        owners["contact"] = draft.contact.owner
        values["contact_name"] = draft.row.contact_name
        values["contact_phone"] = draft.row.contact_phone
    day = noon(draft.row.occurred_on)
    return Fact(RECORDED, f"purchase:{of.ref}", day, values, owners, ref=fact_ref)


def reversed_fact(purchase: Purchase, reason: str, month: str) -> Fact:
    """The fact that a purchase was taken back in `month`: amounts negated, the rest kept."""
    of = Recorded(
        ref=purchase.ref,
        unit_ref=purchase.unit.ref,
        supplier_ref=purchase.supplier.ref,
        district=purchase.district_code,
        line=purchase.line_code,
        flags=purchase.flags,
        upload_ref=purchase.upload_ref,
        corrects=purchase.corrects,
        month=month,
    )
    values = values_of(purchase, of)
    for name in NEGATED:
        number = values.get(name)
        if isinstance(number, int):
            values[name] = -number
    values["reason"] = reason
    return Fact(
        REVERSED,
        f"purchase:{purchase.ref}",
        noon(purchase.occurred_on),
        values,
        {BUSINESS: f"org:{of.unit_ref}"},
        reverses=purchase.fact_ref,
    )


def insert(work: Work, drafts: Sequence[Draft], upload_ref: str) -> Mapping[str, str]:
    """Insert and record the drafts; returns the public ids of those that went in, by key.

    Where another import was first with the same key, its row stands and nothing is recorded.
    District and line are those of today's trees.
    """
    going_in = [(draft, _recorded(work, draft, upload_ref), work.new_id()) for draft in drafts]
    rows = [_row(work, draft, of, fact_ref) for draft, of, fact_ref in going_in]
    insert_rows(Purchase, COLUMNS, rows, ignore_conflicts=True)
    refs = [of.ref for _draft, of, _fact_ref in going_in]
    inside = set(Purchase.objects.filter(ref__in=refs).values_list("ref", flat=True))
    ours = [one for one in going_in if one[1].ref in inside]
    if ours:
        work.record_many([recorded_fact(*one) for one in ours])
        moves = {draft.corrects: of.ref for draft, of, _fact in ours if draft.corrects}
        if moves:
            evidencing.carry_over(work, moves)
    return {draft.key: of.ref for draft, of, _fact_ref in ours}


def insert_all(work: Work, drafts: Sequence[Draft]) -> list[str]:
    """The same for drafts that nothing in force can stand in the way of; their public ids."""
    found = insert(work, drafts, "")
    if len(found) != len(drafts):
        raise ProgrammingError("a record met another under its key")
    return [found[draft.key] for draft in drafts]


def _recorded(work: Work, draft: Draft, upload_ref: str) -> Recorded:
    return Recorded(
        ref=work.new_id(),
        unit_ref=draft.unit.ref,
        supplier_ref=draft.supplier.ref,
        district=draft.unit.district,
        line=draft.unit.line,
        flags=",".join(draft.flags),
        upload_ref=upload_ref,
        corrects=draft.corrects,
        month=draft.month or month_of(draft.row.occurred_on),
    )


COLUMNS = (
    "ref",
    "key",
    "digest",
    "unit_id",
    "supplier_id",
    "contact_id",
    "district_code",
    "line_code",
    "flags",
    "upload_ref",
    "corrects",
    "fact_ref",
    "month",
    "reversed_month",
    "recorded_at",
    "reversed_at",
    "missing",
    "help",
    *COPIED,
)
_copied = operator.attrgetter(*COPIED)


def _row(work: Work, draft: Draft, of: Recorded, fact_ref: str) -> tuple[object, ...]:
    """A row of Purchase, in the order of COLUMNS."""
    return (
        of.ref,
        draft.key,
        draft.digest,
        draft.unit.id,
        draft.supplier.id,
        draft.contact.id if draft.contact else None,
        of.district,
        of.line,
        of.flags,
        of.upload_ref,
        of.corrects,
        fact_ref,
        of.month,
        "",
        work.at,
        None,
        requirements.missing_at_first(draft.row),
        "",
        *_copied(draft.row),
    )
