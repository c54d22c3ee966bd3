"""Recording purchases inside a Work: shared by the import and by corrections."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from niangjia.blocks.orgs.public import ContactRef, OrgRef
from niangjia.core import clock
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import policy
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
    """A purchase about to be recorded with all that it refers to."""

    row: PurchaseIn
    key: str
    digest: str
    unit: OrgRef
    supplier: OrgRef
    contact: ContactRef | None
    flags: tuple[str, ...] = ()
    corrects: str = ""
    reason: str = ""


def purchase_of(work: Work, draft: Draft, upload_ref: str) -> Purchase:
    """The table row of a draft, not yet saved. District and line are those of today's trees."""
    return Purchase(
        ref=work.new_id(),
        key=draft.key,
        digest=draft.digest,
        unit_id=draft.unit.id,
        supplier_id=draft.supplier.id,
        contact_id=draft.contact.id if draft.contact else None,
        district_code=draft.unit.district,
        line_code=draft.unit.line,
        flags=",".join(draft.flags),
        upload_ref=upload_ref,
        corrects=draft.corrects,
        fact_ref=work.new_id(),
        recorded_at=work.at,
        **{name: getattr(draft.row, name) for name in COPIED},
    )


def noon(day: dt.date) -> dt.datetime:
    """A day as an instant: noon in the city's zone."""
    zone: ZoneInfo = clock.zone()
    return dt.datetime.combine(day, dt.time(12), zone).astimezone(dt.UTC)


def values_of(purchase: Purchase, unit_ref: str, supplier_ref: str) -> dict[str, Value]:
    """Fields of the fact that a purchase is recorded or reversed by, nulls left out."""
    values: dict[str, Value] = {
        "month": purchase.occurred_on.strftime("%Y-%m"),
        "day": purchase.occurred_on.isoformat(),
        "district": purchase.district_code,
        "line": purchase.line_code,
        "county": purchase.county_code,
        "category": policy.open_word(policy.categories(), purchase.category),
        "channel": policy.open_word(policy.channels(), purchase.channel),
        "mode": purchase.mode,
        "purchase": purchase.ref,
        "unit": unit_ref,
        "supplier": supplier_ref,
        "source": f"{purchase.upload_ref}/{purchase.sheet}/{purchase.row_no}"
        if purchase.upload_ref
        else None,
    }
    for name in (
        "amount_fen",
        "assisted",
        "contract_no",
        "corrects",
        "flags",
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
    ):
        value = getattr(purchase, name)
        values[name] = None if value == "" else value
    return {name: value for name, value in values.items() if value is not None}


def recorded_fact(purchase: Purchase, draft: Draft) -> Fact:
    """The fact that a purchase was recorded."""
    values = values_of(purchase, draft.unit.ref, draft.supplier.ref)
    owners = {BUSINESS: f"org:{draft.unit.ref}"}
    if draft.reason:
        values["reason"] = draft.reason
    if draft.contact and draft.contact.owner:
        owners["contact"] = draft.contact.owner
        values["contact_name"] = draft.row.contact_name
        values["contact_phone"] = draft.row.contact_phone
    return Fact(
        RECORDED,
        f"purchase:{purchase.ref}",
        noon(purchase.occurred_on),
        values,
        owners,
        ref=purchase.fact_ref,
    )


def reversed_fact(purchase: Purchase, unit_ref: str, supplier_ref: str, reason: str) -> Fact:
    """The fact that a purchase was taken back: amounts negated, all dimensions kept."""
    values = values_of(purchase, unit_ref, supplier_ref)
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
        {BUSINESS: f"org:{unit_ref}"},
        reverses=purchase.fact_ref,
    )


def insert(work: Work, drafts: Sequence[Draft], upload_ref: str) -> Mapping[str, Purchase]:
    """Insert and record the drafts; returns those that went in, by key.

    Where another import was first with the same key, its row stands and nothing is recorded.
    """
    pairs = [(purchase_of(work, draft, upload_ref), draft) for draft in drafts]
    if not pairs:
        return {}
    Purchase.objects.bulk_create([p for p, _d in pairs], ignore_conflicts=True, batch_size=100)
    refs = {purchase.ref for purchase, _draft in pairs}
    inside = dict(Purchase.objects.filter(ref__in=refs).values_list("ref", "id"))
    ours = [(purchase, draft) for purchase, draft in pairs if purchase.ref in inside]
    work.record_many([recorded_fact(purchase, draft) for purchase, draft in ours])
    for purchase, _draft in ours:
        purchase.pk = inside[purchase.ref]
    return {purchase.key: purchase for purchase, _draft in ours}
