"""Corrections: a reversal with its reason, and what takes the record's place; both stay visible."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import (
    ContactRef,
    OrgRef,
    contact,
    contacts_of,
    organisation,
    organisations_of,
)
from niangjia.core import clock
from niangjia.core.actor import Actor
from niangjia.core.errors import Conflict, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import rules, steps
from niangjia.programmes.assistance_ledger.booking import Booking
from niangjia.programmes.assistance_ledger.facts import NOTED
from niangjia.programmes.assistance_ledger.looking import look_again
from niangjia.programmes.assistance_ledger.models import Purchase
from niangjia.programmes.assistance_ledger.selectors.scope import visible_to
from niangjia.programmes.assistance_ledger.services.taking import (
    booked,
    flag,
    reason_of,
    reverse,
)
from niangjia.programmes.assistance_ledger.steps import COPIED, Draft
from niangjia.programmes.assistance_ledger.types import PurchaseIn

NOTE_LEAST = 2
# What a correction on the page may change; the rest needs a new import.
CHANGEABLE = frozenset(
    {
        "occurred_on",
        "product",
        "spec",
        "measure",
        "quantity_milli",
        "price_milli",
        "amount_fen",
        "channel",
        "mode",
        "category",
        "contract_no",
        "invoice_code",
        "invoice_no",
        "voucher_no",
        "order_no",
        "households",
        "people",
        "note",
    }
)


def _in_force(actor: Actor, purchase_ref: str) -> Purchase:
    purchase = visible_to(actor).filter(ref=purchase_ref).select_related("unit", "supplier").first()
    if purchase is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    if purchase.reversed_at is not None:
        raise Conflict(
            _("This record was reversed already. Nothing was changed."), code="already_reversed"
        )
    return purchase


@service(permission="purchases.correct", records=FACT)
def purchase_reverse(work: Work, /, *, purchase_ref: str, reason: str) -> str:
    """The purchase is reversed and no longer counts; returns its ref. Raises NotFound, Conflict."""
    text = reason_of(reason)
    purchase = _in_force(work.actor, purchase_ref)
    reverse(work, Booking([purchase.unit_id]), purchase, text)
    look_again(work, [purchase.unit_id])
    return purchase.ref


@service(permission="purchases.correct", records=FACT)
def purchase_correct(
    work: Work, /, *, purchase_ref: str, reason: str, changes: Mapping[str, object]
) -> str:
    """The purchase is reversed and one with `changes` stands in its place; returns the new ref.

    changes: names of CHANGEABLE with values in the units of models.Purchase.
    Raises NotFound, Conflict, Invalid (nothing changes, the amount does not multiply out).
    """
    text = reason_of(reason)
    if set(changes) - CHANGEABLE:
        raise Invalid(_("These fields cannot be changed here."), code="not_changeable")
    purchase = _in_force(work.actor, purchase_ref)
    row = replace(_row_of(purchase), **changes)  # type: ignore[arg-type]
    _check(purchase, row)
    booking = Booking([purchase.unit_id])
    reverse(work, booking, purchase, text)
    own = steps.month_of(row.occurred_on)
    moved = own != steps.month_of(purchase.occurred_on)
    month = booked(booking, purchase.unit_id, own if moved else purchase.month)
    drafts = {0: _draft(purchase, row, text, month)}
    flag(work, drafts)
    draft = drafts[0]
    inserted = steps.insert(work, [draft], purchase.upload_ref)
    if draft.key not in inserted:
        raise Conflict(
            _("Another record of this unit has the same invoice, product and specification."),
            code="same_key",
        )
    look_again(work, [purchase.unit_id])
    return inserted[draft.key]


@service(permission="purchases.correct", records=FACT)
def purchase_note(work: Work, /, *, purchase_ref: str, text: str) -> None:
    """A note is attached to the purchase, in force or not; it stays. Raises NotFound, Invalid."""
    note = text.strip()[:500]
    if len(note) < NOTE_LEAST:
        message = _("Write the note first.")
        raise Invalid(message, code="note_missing", fields={"text": str(message)})
    rows = visible_to(work.actor).filter(ref=purchase_ref)
    purchase = rows.select_related("unit").first()
    if purchase is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    values = {"purchase": purchase.ref, "reason": note, "unit": purchase.unit.ref}
    owners = {BUSINESS: f"org:{purchase.unit.ref}"}
    work.record(Fact(NOTED, f"purchase:{purchase.ref}", work.at, values, owners))


def _check(purchase: Purchase, row: PurchaseIn) -> None:
    if row == _row_of(purchase):
        raise Invalid(_("Nothing differs from the record as it stands."), code="nothing_changed")
    if (
        row.quantity_milli is not None
        and row.price_milli is not None
        and not rules.amount_agrees(row.quantity_milli, row.price_milli, row.amount_fen)
    ):
        message = _("Quantity times price is not the amount. Please check the three.")
        raise Invalid(
            message,
            code="amount_is_not_quantity_times_price",
            fields={"amount_fen": str(message)},
        )
    if not row.product.strip():
        message = _("Say what was bought.")
        raise Invalid(message, code="product_missing", fields={"product": str(message)})
    if row.occurred_on > clock.city_today():
        message = _("The date lies after today. Please check the year.")
        raise Invalid(message, code="date_in_future", fields={"occurred_on": str(message)})
    if row.people is not None and row.households is not None and row.people < row.households:
        message = _("Fewer people than households. Please check both.")
        raise Invalid(message, code="fewer_people_than_households", fields={"people": str(message)})


Whom = tuple[ContactRef | None, str, str]
NOBODY: Whom = (None, "", "")


def _row_of(purchase: Purchase, whom: Whom | None = None) -> PurchaseIn:
    values = {name: getattr(purchase, name) for name in COPIED}
    _ref, name, phone = whom or _contact(purchase)
    return PurchaseIn(
        unit_name=purchase.unit.name,
        unit_uscc=purchase.unit.uscc,
        unit_kind=purchase.unit.kind,
        district="",
        line="",
        supplier_name=purchase.supplier.name,
        supplier_uscc=purchase.supplier.uscc,
        contact_name=name,
        contact_phone=phone,
        **values,
    )


def _contact(purchase: Purchase) -> Whom:
    return contact(purchase.contact_id) if purchase.contact_id else NOBODY


def _draft(purchase: Purchase, row: PurchaseIn, reason: str, month: str) -> Draft:
    unit, supplier = organisation(purchase.unit_id), organisation(purchase.supplier_id)
    return _as_draft(purchase, row, unit, supplier, _contact(purchase)[0], reason, month)


def _as_draft(
    purchase: Purchase,
    row: PurchaseIn,
    unit: OrgRef,
    supplier: OrgRef,
    whom: ContactRef | None,
    reason: str,
    month: str,
) -> Draft:
    # The parents under which it was recorded stay: access follows today's tree, figures do not.
    unit = replace(unit, district=purchase.district_code, line=purchase.line_code)
    return Draft(
        row=row,
        key=rules.key_of(row, unit.ref, supplier.ref),
        digest=rules.digest_of(row, supplier.ref, whom.owner if whom else ""),
        unit=unit,
        supplier=supplier,
        contact=whom,
        flags=rules.own_flags(row),
        corrects=purchase.ref,
        reason=reason,
        month=month,
    )


def drafts_of(purchases: Sequence[Purchase], reason: str, month: str) -> list[Draft]:
    """The same purchases once more, counting in another month. purchases: with unit, supplier."""
    found = contacts_of(one.contact_id for one in purchases if one.contact_id)
    places = {one.id: one for one in organisations_of(_places(purchases))}
    drafts = []
    for purchase in purchases:
        whom: Whom = found[purchase.contact_id] if purchase.contact_id else NOBODY
        row = _row_of(purchase, whom)
        unit, supplier = places[purchase.unit_id], places[purchase.supplier_id]
        drafts.append(_as_draft(purchase, row, unit, supplier, whom[0], reason, month))
    return drafts


def _places(purchases: Sequence[Purchase]) -> Iterator[int]:
    for one in purchases:
        yield from (one.unit_id, one.supplier_id)
