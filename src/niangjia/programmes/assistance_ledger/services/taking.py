"""Taking purchases: a batch of at most 200 rows is in whole, or out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.orgs.public import (
    BuyerIn,
    Scope,
    SupplierIn,
    buyers_take,
    contacts_take,
    heads_of,
    key_of,
    scope_of,
    suppliers_take,
)
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Denied, Invalid, ProgrammingError
from niangjia.core.facts import BUSINESS, Fact
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import (
    completing,
    evidencing,
    helping,
    rules,
    steps,
)
from niangjia.programmes.assistance_ledger.booking import Booking
from niangjia.programmes.assistance_ledger.facts import FLAGGED, IMPORTED
from niangjia.programmes.assistance_ledger.known_before import known_before
from niangjia.programmes.assistance_ledger.looking import look_again
from niangjia.programmes.assistance_ledger.models import InvoiceClaim, Purchase
from niangjia.programmes.assistance_ledger.on_record import Known, drafted, sorted_out
from niangjia.programmes.assistance_ledger.steps import Draft
from niangjia.programmes.assistance_ledger.types import PurchaseIn, Taken

BATCH = 200
CLAIMED_TWICE = "invoice_claimed_twice"
MAYBE_TWICE = "maybe_an_order_s_record"


@service(permission="purchases.import", records=FACT)
def purchases_take(
    work: Work,
    /,
    *,
    rows: Sequence[PurchaseIn],
    upload_ref: str = "",
    file_sha256: str = "",
    accept_corrections: str = "",
    correct_only: Collection[str] | None = None,
    explain_late: str = "",
) -> Taken:
    """Every row (at most 200, checked) is in the ledger once.

    Equal to one in force, or to one that was corrected since: repeated. Known but changed, or
    taken back: listed, or, with the reason in `accept_corrections`, the one in force (if it is in
    `correct_only`) is reversed and the new one recorded. Of a period that was reported or closed:
    listed as late, or, with the reason in `explain_late`, counted in the next open one. What
    completes a record made from an order takes its place. Raises Denied (not the actor's unit),
    Invalid (a reason says nothing); then nothing is taken.
    """
    reason = reason_of(accept_corrections) if accept_corrections else ""
    explained, drafts = reason_of(explain_late) if explain_late else "", _drafts(work, rows)
    booking = Booking(draft.unit.id for draft in drafts)
    fresh, repeated, changed = sorted_out(drafts)
    whole, held_whole, fresh = _completing(work, booking, fresh, upload_ref)
    fresh, late, held = _booked(booking, fresh, explained)
    meant = _among(changed, correct_only)
    old, held_old = _reverse_changed(work, booking, drafts, meant, reason, upload_ref)
    going_in = {**fresh, **whole, **old}
    older = flag(work, going_in)
    inserted = steps.insert(work, list(going_in.values()), upload_ref)
    met_same, met_changed = _met({i: d for i, d in going_in.items() if d.key not in inserted})
    taken = {i: inserted[d.key] for i, d in going_in.items() if d.key in inserted}
    if taken:
        work.record(_batch_fact(work, rows, taken, upload_ref, file_sha256))
    _tell(work, booking, going_in if taken else {})
    return Taken(
        taken=taken,
        repeated=tuple(sorted((*repeated, *met_same))),
        changed=_left(changed, {*old, *held_old}) | met_changed,
        flagged=_all_flagged(older, going_in, taken),
        n_corrected=len(old),
        n_completed=len(whole),
        late=late,
        held=held | held_old | held_whole,
    )


def _completing(
    work: Work, booking: Booking, fresh: Mapping[int, Draft], upload_ref: str
) -> tuple[dict[int, Draft], dict[int, str], dict[int, Draft]]:
    """(rows that take the place of a record made from an order, which is reversed; rows held
    because a report is being signed; the rest)."""
    whole: dict[int, Draft] = {}
    held: dict[int, str] = {}
    completed, doubtful = completing.completed_by(fresh, upload_ref)
    for position, record in completed.items():
        draft = fresh[position]
        place = booking.place(draft.unit.id, steps.month_of(draft.row.occurred_on))
        old = booking.place(record.unit_id, record.month)
        if "under_way" in (place.why, old.why):
            held[position] = place.period or old.period
            continue
        reverse(work, booking, record, completing.REASON)
        whole[position] = replace(
            completing.with_order(draft, record),
            corrects=record.ref,
            reason=completing.REASON,
            month=place.month,
        )
    rest = {
        i: replace(draft, flags=(*draft.flags, MAYBE_TWICE)) if i in doubtful else draft
        for i, draft in fresh.items()
        if i not in completed
    }
    return whole, held, rest


def _tell(work: Work, booking: Booking, taken: Mapping[int, Draft]) -> None:
    """After the commit units without a report of an open period get one, and lines of other
    sources are looked for."""
    if not taken:
        if not work.n_facts:
            work.repeated()
        return
    look_again(work, {draft.unit.id for draft in taken.values()})
    for code in booking.unreported((d.unit.id, d.month) for d in taken.values()):
        work.send("reports.prepare", {"period": code})


def _booked(
    booking: Booking, fresh: Mapping[int, Draft], explained: str
) -> tuple[dict[int, Draft], dict[int, str], dict[int, str]]:
    """(rows with the month they count in, late ones without an explanation, held ones)."""
    booked: dict[int, Draft] = {}
    late: dict[int, str] = {}
    held: dict[int, str] = {}
    for position, draft in fresh.items():
        place = booking.place(draft.unit.id, steps.month_of(draft.row.occurred_on))
        if place.why == "under_way":
            held[position] = place.period
        elif place.why == "late" and not explained:
            late[position] = place.period
        else:
            reason = explained if place.why else draft.reason
            booked[position] = replace(draft, month=place.month, reason=reason)
    return booked, late, held


def _all_flagged(
    older: Mapping[str, tuple[str, ...]], drafts: Mapping[int, Draft], taken: Mapping[int, str]
) -> dict[str, tuple[str, ...]]:
    """Refs by flag: records flagged before this batch's, then those of this batch."""
    return {
        flag: (
            *older.get(flag, ()),
            *(taken[i] for i, draft in drafts.items() if i in taken and flag in draft.flags),
        )
        for flag in (rules.NOT_ASSISTED, CLAIMED_TWICE, MAYBE_TWICE)
    }


def _drafts(work: Work, rows: Sequence[PurchaseIn]) -> list[Draft]:
    """Rows with their unit, supplier and contact, registered where they are new.

    Raises Invalid if there are too many, Denied if a unit is not the actor's.
    """
    if len(rows) > BATCH:
        raise Invalid(_("At most %(n)s rows in a batch."), code="batch_too_large", n=BATCH)
    units = buyers_take(
        work, [BuyerIn(r.unit_name, r.unit_uscc, r.unit_kind, r.district, r.line) for r in rows]
    )
    suppliers = suppliers_take(
        work, [SupplierIn(r.supplier_name, r.supplier_uscc, r.county_code) for r in rows]
    )
    supplier_of = [suppliers[key_of(r.supplier_uscc, r.supplier_name)] for r in rows]
    wanted = [
        (supplier.id, row.contact_name, row.contact_phone)
        for row, supplier in zip(rows, supplier_of, strict=True)
    ]
    contacts = contacts_take(work, [one for one in wanted if one[1] or one[2]])
    drafts = [
        drafted(row, units[key_of(row.unit_uscc, row.unit_name)], supplier, contacts.get(one))
        for row, supplier, one in zip(rows, supplier_of, wanted, strict=True)
    ]
    _check_scope(work, drafts)
    return known_before(drafts)


def _check_scope(work: Work, drafts: Sequence[Draft]) -> None:
    scope: Scope = scope_of(work.actor)
    if scope.kind == "all":
        return
    for draft in drafts:
        if scope.kind != "unit" or draft.unit.id != scope.id:
            raise Denied(
                _("Row %(row)s belongs to “%(unit)s”. You may enter only your own unit's."),
                row=draft.row.row_no,
                unit=draft.unit.name,
            )


def _reverse_changed(
    work: Work,
    booking: Booking,
    drafts: Sequence[Draft],
    changed: Mapping[int, Known | None],
    reason: str,
    upload_ref: str,
) -> tuple[dict[int, Draft], dict[int, str]]:
    """With a reason: reverse what is changed; returns (what takes its place, what is held).

    A key that stands more than once in the file is left: no reason says which of its rows is meant.
    """
    if not reason:
        return {}, {}
    rows = Counter(draft.key for draft in {(d.key, d.digest): d for d in drafts}.values())
    replacing: dict[int, Draft] = {}
    held: dict[int, str] = {}
    done: set[str] = set()
    for position, known in changed.items():
        draft = drafts[position]
        if known is None or rows[draft.key] > 1 or known.ref in done:
            continue
        place = booking.place(draft.unit.id, steps.month_of(draft.row.occurred_on))
        if known.reversed_at is None:
            if upload_ref and known.upload_ref == upload_ref:
                continue
            purchase = Purchase.objects.select_related("unit", "supplier").get(pk=known.id)
            old = booking.place(purchase.unit_id, purchase.month)
            if "under_way" in (place.why, old.why):
                held[position] = place.period or old.period
                continue
            reverse(work, booking, purchase, reason)
        elif place.why == "under_way":
            held[position] = place.period
            continue
        done.add(known.ref)
        replacing[position] = replace(draft, corrects=known.ref, reason=reason, month=place.month)
    return replacing, held


def _among(
    changed: Mapping[int, Known | None], refs: Collection[str] | None
) -> Mapping[int, Known | None]:
    """Those that would change one of these records; all of them if none are named."""
    if refs is None:
        return changed
    return {i: one for i, one in changed.items() if one is not None and one.ref in refs}


def _left(changed: Mapping[int, Known | None], done: set[int]) -> dict[int, str]:
    return {i: one.ref if one else "" for i, one in changed.items() if i not in done}


def reason_of(text: str) -> str:
    """The reason as it stays with the record. Raises Invalid if it says nothing."""
    reason = text.strip()
    if len(reason) < 2:
        message = _("Say why, in a few words: the reason stays with the record for ever.")
        raise Invalid(message, code="reason_missing", fields={"reason": str(message)})
    return reason[:500]


def booked(booking: Booking, unit_id: int, month: str) -> str:
    """The month in which something of `month` counts now.

    Raises Conflict while the unit's report is being signed.
    """
    place = booking.place(unit_id, month)
    if place.why == "under_way":
        raise Conflict(
            _(
                "The report of %(period)s is being checked and signed, so its records stand still. "
                "Withdraw the report first, or wait until it is reported: what comes then counts "
                "in the next period."
            ),
            code="report_under_way",
            period=place.period,
        )
    return place.month


def reverse(work: Work, booking: Booking, purchase: Purchase, reason: str) -> None:
    """The purchase is out of force, by a conditional update; a second one raises Invalid.

    Taken off in its own month, or in the next open period's if its own was reported.
    """
    month = booked(booking, purchase.unit_id, purchase.month)
    moved = Purchase.objects.filter(pk=purchase.pk, reversed_at__isnull=True).update(
        reversed_at=work.at, reversed_month=month
    )
    if moved != 1:
        raise Invalid(
            _("This record was reversed already. Nothing was changed."), code="already_reversed"
        )
    work.record(steps.reversed_fact(purchase, reason, month))
    evidencing.on_reversed(work, purchase, reason, month)
    helping.on_reversed(work, [purchase], reason, month)


def flag(work: Work, drafts: dict[int, Draft]) -> dict[str, tuple[str, ...]]:
    """Mark claims on one invoice by two units, new records and older; refs of the latter."""
    invoices = {rules.invoice_of(d.row) for d in drafts.values()} - {""}
    if not invoices:
        return {}
    claims = [(invoice,) for invoice in sorted(invoices)]
    insert_rows(InvoiceClaim, ("invoice",), claims, ignore_conflicts=True)
    held = InvoiceClaim.objects.filter(invoice__in=invoices).order_by("invoice")
    list(held.select_for_update())  # also where the claim stood already
    older = _claims({d.row.invoice_no for d in drafts.values()} - {""}, invoices)
    claims_of = [(rules.invoice_of(draft.row), draft.unit.id) for draft in drafts.values()]
    claims_of += [(invoice, row.unit_id) for invoice, rows in older.items() for row in rows]
    heads = heads_of(unit_id for _invoice, unit_id in claims_of)
    units: dict[str, set[int]] = {}
    for invoice, unit_id in claims_of:
        units.setdefault(invoice, set()).add(heads[unit_id])
    twice = {invoice for invoice, claimed in units.items() if invoice and len(claimed) > 1}
    for position, draft in drafts.items():
        if rules.invoice_of(draft.row) in twice:
            drafts[position] = replace(draft, flags=(*draft.flags, CLAIMED_TWICE))
    return {
        CLAIMED_TWICE: _flag_older(work, [row for i in sorted(twice) for row in older.get(i, [])])
    }


class Claim(NamedTuple):
    """A record in force that names an invoice."""

    id: int
    ref: str
    flags: str
    unit_id: int
    unit_ref: str


def _claims(numbers: set[str], invoices: set[str]) -> Mapping[str, list[Claim]]:
    """Records in force by invoice, for the invoices asked for."""
    found: dict[str, list[Claim]] = {}
    # The empty number is left out in so many words: only then is the index used.
    in_force = Purchase.objects.exclude(invoice_no="").filter(reversed_at__isnull=True)
    rows = in_force.filter(invoice_no__in=numbers).values_list(
        "invoice_code", "invoice_no", "id", "ref", "flags", "unit_id", "unit__ref"
    )
    for row in rows:
        invoice = f"{row[0]}:{row[1]}"
        if invoice in invoices:
            found.setdefault(invoice, []).append(Claim(*row[2:]))
    return found


def _flag_older(work: Work, rows: Sequence[Claim]) -> tuple[str, ...]:
    flagged = []
    for row in rows:
        if CLAIMED_TWICE in row.flags.split(","):
            continue
        flags = ",".join([*filter(None, row.flags.split(",")), CLAIMED_TWICE])
        Purchase.objects.filter(pk=row.id).update(flags=flags)
        work.record(
            Fact(
                FLAGGED,
                f"purchase:{row.ref}",
                work.at,
                {"flag": CLAIMED_TWICE, "purchase": row.ref},
                {BUSINESS: f"org:{row.unit_ref}"},
            )
        )
        flagged.append(row.ref)
    return tuple(flagged)


def _met(drafts: Mapping[int, Draft]) -> tuple[list[int], dict[int, str]]:
    """Rows that another import took first: (positions equal to its, position -> ref of its).

    A row that is not there at all was refused by the database: a fault in the program.
    """
    if not drafts:
        return [], {}
    there = {
        key: (digest, ref)
        for key, digest, ref in Purchase.objects.filter(key__in={d.key for d in drafts.values()})
        .order_by("id")
        .values_list("key", "digest", "ref")
    }
    if {draft.key for draft in drafts.values()} - there.keys():
        raise ProgrammingError("the database refused rows that the rules let pass")
    same = [i for i, draft in drafts.items() if there[draft.key][0] == draft.digest]
    return same, {i: there[d.key][1] for i, d in drafts.items() if i not in same}


def _batch_fact(
    work: Work, rows: Sequence[PurchaseIn], taken: Mapping[int, str], upload: str, sha256: str
) -> Fact:
    amount = sum(rows[position].amount_fen for position in taken)
    numbers = [rows[position].row_no for position in taken]
    owner = work.actor.organisation_ref
    return Fact(
        IMPORTED,
        f"upload:{upload}",
        work.at,
        {
            "n": len(taken),
            "amount_fen": amount,
            "file_sha256": sha256,
            "first_row": min(numbers),
            "last_row": max(numbers),
            "upload": upload,
        },
        {BUSINESS: f"org:{owner}" if owner else "system"},
    )
