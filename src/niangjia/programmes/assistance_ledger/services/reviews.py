"""The assisted county's review: material handed in, decided on, handed on to every record."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.desk.public import Waiting, inbox_put
from niangjia.blocks.orgs.public import OrgRef, county_office
from niangjia.core.db.bulk import insert_rows
from niangjia.core.errors import Conflict, Denied, DomainError, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, service
from niangjia.core.work import Work
from niangjia.lib.money import format_yuan
from niangjia.programmes.assistance_ledger import (
    chain,
    helping,
    inbox,
    periods,
    reviewing,
)
from niangjia.programmes.assistance_ledger.facts import (
    REVIEW_DECIDED,
    REVIEW_ENTERED,
)
from niangjia.programmes.assistance_ledger.models import HelpReview, Purchase, ReviewLine
from niangjia.programmes.assistance_ledger.reviewing import HelpForm
from niangjia.programmes.assistance_ledger.selectors.reviews import (
    Content,
    Group,
    content_of,
    group_of,
    group_of_review,
    may_take,
)
from niangjia.programmes.assistance_ledger.selectors.scope import reviews_visible_to, visible_to
from niangjia.programmes.assistance_ledger.services.review_reminders import close_reminders
from niangjia.programmes.assistance_ledger.services.rosters import recount

APPLY = "reviews.apply"
BATCH = 200
DECIDING = frozenset({"confirm", "partly", "refuse"})
PROBLEMS: Mapping[str, object] = {
    "mechanism_missing": _("Tick how the purchase helps households."),
    "households_missing": _("Say how many households were helped."),
    "fewer_people_than_households": _("Fewer people than households. Please check both."),
    "negative": _("An amount paid out is not below zero."),
    "publicity_dates": _("Give both days of the publicity, the first before the last."),
}


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the county confirms of a group: fen of its sales, households, people."""

    fen: int
    households: int
    people: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as a reviewer took it. content_sha256: of the records that were shown; confirmed:
    with `partly`; fields: reason by name of chain.REVIEW_FIELDS, with `return`."""

    review: str
    step: str
    version: int
    content_sha256: str = ""
    confirmed: Confirmed | None = None
    reason: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@service(permission="reviews.enter", records=FACT)
def review_enter(
    work: Work,
    /,
    *,
    supplier_ref: str,
    product: str,
    period: str,
    county_code: str,
    form: HelpForm,
    version: int = 0,
) -> str:
    """The help material of a supplier's product in a quarter waits for the county; returns its ref.

    version: of the case as the actor saw it, 0 if it is new. Raises NotFound (no such supplier, or
    no record of it that the actor may see), Invalid (form), Conflict (moved meanwhile).
    """
    group = group_of(supplier_ref, product, period, county_code)
    if not visible_to(work.actor).filter(pk__in=group.records.values("pk")).exists():
        raise NotFound(_("You see no record of this supplier and product in the period."))
    content = content_of(group)
    _check(form, content)
    row = _row(work, group)
    _fill(work, row, form, content)
    office = county_office(county_code) or group.supplier
    case_decide(
        work,
        row.case,
        "submit",
        _matter(row, group.supplier, office, content),
        version=version,
        fact=lambda _after: _entered_fact(work, row, group.supplier, content),
    )
    return row.ref


def _check(form: HelpForm, content: Content) -> None:
    found = reviewing.problems(form, content.fen)
    if found:
        texts = {name: str(PROBLEMS[code]) for name, code in found.items()}
        raise Invalid(
            _("The form is not complete; see the fields."), code="form_incomplete", fields=texts
        )


def _row(work: Work, group: Group) -> HelpReview:
    """The review of a group, held; made with its case if there is none."""
    key = {
        "supplier_id": group.supplier.id,
        "product": group.product,
        "period": group.period,
        "county_code": group.county_code,
    }
    rows = HelpReview.objects.select_for_update(of=("self",))
    if not rows.filter(**key).exists():
        ref = work.new_id()
        subject = f"review:{ref}"
        office = county_office(group.county_code) or group.supplier
        cases = cases_open(work, chain.REVIEW.name, [Opening(subject, office)])
        fresh = HelpReview(ref=ref, case_id=cases[subject], **key)
        HelpReview.objects.bulk_create([fresh], ignore_conflicts=True)
    found: HelpReview = rows.filter(**key).get()
    return HelpReview.objects.select_related("case").get(pk=found.pk)


def _fill(work: Work, row: HelpReview, form: HelpForm, content: Content) -> None:
    row.mechanisms = list(form.mechanisms)
    row.households, row.people, row.paid_fen = form.households, form.people, form.paid_fen
    row.public_first = dt.date.fromisoformat(form.public_first) if form.public_first else None
    row.public_last = dt.date.fromisoformat(form.public_last) if form.public_last else None
    row.opinions = {
        level: text.strip()[:300]
        for level, text in (form.opinions or {}).items()
        if level in reviewing.LEVELS and text.strip()
    }
    row.note = form.note.strip()[:500]
    row.entered_by, row.entered_at_id = work.actor.person_ref, work.actor.organisation_id
    row.n, row.fen, row.content_sha256 = content.n, content.fen, content.sha256
    row.save()


def _matter(row: HelpReview, supplier: OrgRef, at: OrgRef, content: Content) -> Matter:
    """at: whose desk it goes to next."""
    return Matter(
        organisation=at,
        href=reverse("assistance_ledger:review", args=[row.ref]),
        period=row.period,
        content_sha256=content.sha256,
        params={"period": row.period, "supplier": supplier.name, "product": row.product},
    )


def _entered_fact(work: Work, row: HelpReview, supplier: OrgRef, content: Content) -> Fact:
    values: dict[str, Value] = {
        "content_sha256": content.sha256,
        "county": row.county_code,
        "fen": content.fen,
        "households": row.households,
        "mechanisms": ",".join(row.mechanisms),
        "n": content.n,
        "note": row.note,
        "opinions": dict(row.opinions),
        "paid_fen": row.paid_fen,
        "people": row.people,
        "period": row.period,
        "product": row.product,
        "public_first": row.public_first.isoformat() if row.public_first else "",
        "public_last": row.public_last.isoformat() if row.public_last else "",
        "review": row.ref,
        "supplier": supplier.ref,
    }
    told = {name: value for name, value in values.items() if value not in ("", {})}
    owners = {BUSINESS: f"org:{supplier.ref}"}
    return Fact(REVIEW_ENTERED, f"review:{row.ref}", work.at, told, owners)


@service(permission="reviews.see", records=FACT)
def review_decide(work: Work, /, *, decision: Decision) -> str:
    """The review has moved by a step of chain.REVIEW; returns its new state.

    What is confirmed is handed on to every record by the worker, pro rata. Raises NotFound, Denied
    (role, four eyes), Conflict (moved, or its records changed meanwhile: says what), Invalid.
    """
    return _decide(work, decision)


@service(permission="reviews.decide", records=FACT)
def reviews_confirm(work: Work, /, *, decisions: Sequence[Decision]) -> dict[str, str]:
    """Each review is confirmed as it was handed in, by itself; ref -> why it was not, for those
    that were left. At most 100."""
    if len(decisions) > BATCH // 2:
        raise Invalid(_("At most %(n)s at a time."), code="too_many", n=BATCH // 2)
    left = {}
    for one in decisions:
        try:
            with transaction.atomic():
                _decide(work, one)
        except DomainError as error:
            left[one.review] = str(error)
    if len(left) == len(decisions):
        work.repeated()
    return left


def _decide(work: Work, decision: Decision) -> str:
    held = reviews_visible_to(work.actor).select_for_update(of=("self",))
    pk = held.filter(ref=decision.review).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound(_("There is no such review, or it is not yours to see."))
    row = HelpReview.objects.select_related("case").get(pk=pk)
    group = group_of_review(row)
    content = content_of(group)
    _check_hands(work, row, group, decision.step)
    confirmed = _confirmed(row, content, decision)
    after = case_decide(
        work,
        row.case,
        decision.step,
        _matter(row, group.supplier, county_office(row.county_code) or group.supplier, content),
        version=decision.version,
        reason=decision.reason,
        fields={k: v for k, v in decision.fields.items() if k in chain.REVIEW_FIELDS},
        fact=lambda state: _decided_fact(work, row, group.supplier, content, decision, state),
    )
    if confirmed is not None:
        _share_out(work, row, content, confirmed)
    elif decision.step == "withdraw":
        _take_off(work, row)
    elif decision.step == "return":
        _tell_back(work, row, group.supplier)
    return after


def _check_hands(work: Work, row: HelpReview, group: Group, step: str) -> None:
    """Nobody reviews what their organisation handed in or supplied, or takes back another's."""
    if may_take(work.actor, row, group, step):
        return
    if step == "recall":
        raise Denied(_("Only whoever handed the material in can take it back."))
    raise Denied(
        _(
            "Your organisation handed this material in or supplied the goods, so another one "
            "has to review it (four eyes)."
        ),
        code="four_eyes",
    )


def _confirmed(row: HelpReview, content: Content, decision: Decision) -> Confirmed | None:
    """What a decision confirms; None if it confirms nothing. Raises Conflict if the records are
    not those that were shown, Invalid if more is confirmed than was handed in."""
    if decision.step not in DECIDING:
        return None
    if decision.content_sha256 != content.sha256:
        raise Conflict(
            _(
                "The records changed while you were looking: %(n_before)s of %(before)s yuan were "
                "handed in, %(n)s of %(now)s yuan stand now. Look at them again and decide."
            ),
            code="content_changed",
            n_before=row.n,
            before=format_yuan(row.fen),
            n=content.n,
            now=format_yuan(content.fen),
        )
    if decision.step == "confirm":
        return Confirmed(content.fen, row.households, row.people)
    if decision.step == "refuse":
        return Confirmed(0, 0, 0)
    return _part(row, content, decision.confirmed)


def _part(row: HelpReview, content: Content, found: Confirmed | None) -> Confirmed:
    fields: dict[str, str] = {}
    if found is None or not 0 <= found.fen <= content.fen:
        fields["confirmed_fen"] = str(_("Between nothing and what was sold."))
    if found is None or not 0 <= found.households <= row.households:
        fields["confirmed_households"] = str(_("Not more than were handed in."))
    if found is None or not found.households <= found.people <= row.people:
        fields["confirmed_people"] = str(
            _("Not more than were handed in, not fewer than the households.")
        )
    if fields or found is None:
        raise Invalid(
            _("Say what part is confirmed; see the fields."), code="part_wrong", fields=fields
        )
    return found


def _decided_fact(
    work: Work,
    row: HelpReview,
    supplier: OrgRef,
    content: Content,
    decision: Decision,
    after: str,
) -> Fact:
    confirmed = _confirmed(row, content, decision)
    values: dict[str, Value] = {
        "after": after,
        "content_sha256": content.sha256,
        "county": row.county_code,
        "fields": {k: v for k, v in decision.fields.items() if v.strip()},
        "n": content.n,
        "period": row.period,
        "product": row.product,
        "reason": decision.reason.strip()[:500],
        "review": row.ref,
        "step": decision.step,
        "supplier": supplier.ref,
    }
    if confirmed is not None:
        values |= {
            "confirmed_fen": confirmed.fen,
            "confirmed_households": confirmed.households,
            "confirmed_people": confirmed.people,
        }
    told = {name: value for name, value in values.items() if value not in ("", {})}
    owners = {BUSINESS: f"org:{supplier.ref}"}
    return Fact(REVIEW_DECIDED, f"review:{row.ref}", work.at, told, owners)


_COLUMNS = (
    "review_id",
    "purchase_id",
    "fen",
    "households",
    "people",
    "applied_at",
    "ended_at",
    "undone_at",
)


def _share_out(work: Work, row: HelpReview, content: Content, confirmed: Confirmed) -> None:
    """Every record has its share; the worker tells each, and the log."""
    parts = reviewing.shares(content.records, confirmed.fen, confirmed.households, confirmed.people)
    lines = [
        (row.pk, one.id, one.fen, one.households, one.people, None, None, None) for one in parts
    ]
    insert_rows(ReviewLine, _COLUMNS, lines)
    HelpReview.objects.filter(pk=row.pk).update(
        n=content.n,
        fen=content.fen,
        content_sha256=content.sha256,
        confirmed_fen=confirmed.fen,
        confirmed_households=confirmed.households,
        confirmed_people=confirmed.people,
        applying=True,
    )
    work.send(APPLY, {"review": row.ref})
    recount(work, periods.parse(row.period).first.year)


def _take_off(work: Work, row: HelpReview) -> None:
    """The decision counts no longer; the worker tells each record, and the log."""
    row.lines.filter(ended_at__isnull=True).update(ended_at=work.at)
    HelpReview.objects.filter(pk=row.pk).update(
        confirmed_fen=None, confirmed_households=None, confirmed_people=None, applying=True
    )
    work.send(APPLY, {"review": row.ref})
    recount(work, periods.parse(row.period).first.year)


def _tell_back(work: Work, row: HelpReview, supplier: OrgRef) -> None:
    """Whoever handed it in gets it back into the inbox."""
    at = row.entered_at_id or supplier.id
    role = "supplier" if at == row.supplier_id else "clerk"
    matter = _matter(row, supplier, supplier, Content(0, 0, "", ()))
    subject = f"review:{row.ref}"
    inbox_put(work, [Waiting(inbox.REVIEW_BACK, subject, at, role, matter.href, matter.params)])


@service(permission="reviews.apply", records=FACT)
def review_apply(work: Work, /, *, review_ref: str) -> bool:
    """At most 200 records say what the review decided of them, or no longer do; True if more are
    left. What was taken back meanwhile is passed over."""
    row = HelpReview.objects.select_related("case").get(ref=review_ref)
    due = row.lines.filter(applied_at__isnull=True, ended_at__isnull=True)
    undo = row.lines.filter(
        applied_at__isnull=False, ended_at__isnull=False, undone_at__isnull=True
    )
    ids = [*undo.order_by("id").values_list("id", flat=True)[:BATCH]]
    ids += [*due.order_by("id").values_list("id", flat=True)[: BATCH - len(ids)]]
    lines = _held_lines(ids)
    facts = [_tell(work, line, row.case.state) for line in lines]
    said = [one for one in facts if one is not None]
    if said:
        work.record_many(said)
    else:
        work.repeated()
    if not ids:
        HelpReview.objects.filter(pk=row.pk).update(applying=False)
        close_reminders(work, row)
    return bool(ids)


def _held_lines(ids: Sequence[int]) -> list[ReviewLine]:
    """The lines with their records, held in this order so that a reversal waits, or is seen."""
    purchases = ReviewLine.objects.filter(pk__in=ids).values("purchase_id")
    list(Purchase.objects.select_for_update().filter(pk__in=purchases).order_by("id"))
    rows = ReviewLine.objects.filter(pk__in=ids).select_related("review", "purchase__unit")
    return list(rows.order_by("id"))


def _tell(work: Work, line: ReviewLine, state: str) -> Fact | None:
    purchase = line.purchase
    if line.undone_at is not None or (line.ended_at is not None and line.applied_at is None):
        return None
    if line.ended_at is not None:
        _mark(line, purchase, "", undone_at=work.at)
        return helping.fact(work, line, sign=-1, state="", month=purchase.month)
    if line.applied_at is not None:
        return None
    _mark(line, purchase, state, applied_at=work.at)
    return helping.fact(work, line, sign=1, state=state, month=purchase.month)


def _mark(line: ReviewLine, purchase: Purchase, help_state: str, **at: Any) -> None:
    Purchase.objects.filter(pk=purchase.pk).update(help=help_state)
    ReviewLine.objects.filter(pk=line.pk).update(**at)
