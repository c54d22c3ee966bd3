"""Yearly targets of units: filed, changed, accepted or returned, reminded of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases.public import Matter, Opening, case_decide, cases_open
from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put, inbox_remind
from niangjia.blocks.orgs.public import OrgRef, organisation, organisation_with
from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, DomainError, Invalid, NotFound
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.service import FACT, JOURNAL, service
from niangjia.core.work import Work
from niangjia.programmes.assistance_ledger import assessing, assessment, chain, inbox
from niangjia.programmes.assistance_ledger.assessing import Amounts, TargetForm
from niangjia.programmes.assistance_ledger.facts import UNIT_TARGET_FILED
from niangjia.programmes.assistance_ledger.selectors.scope import unit_targets_visible_to
from niangjia.programmes.assistance_ledger.selectors.unit_targets import (
    SAID,
    content_sha256,
    subject_of,
    target_lines,
)
from niangjia.programmes.assistance_ledger.unit_target_models import (
    UnitTarget,
    UnitTargetVersion,
)

MOST = 200
PROBLEMS: Mapping[str, object] = {
    "canteen": _("Say what kind of canteen the unit has."),
    "food_missing": _("Write what the canteen buys in the year, above nought."),
    "food_elsewhere": _("Food of a shared canteen is written by the unit that files it; put 0."),
    "food_none": _("A unit without a canteen reports nought."),
    "filed_with": _("With a shared canteen, and only then, name the unit that files it."),
    "members": _("This cannot be right; please check it."),
    "gift_exempt": _("Who is exempt from gifts plans none; put 0."),
    "gift_below": _("Less than the policy asks for each member, or too much. Please check both."),
    "reason": _("Say in a few words why the unit is exempt."),
}


@dataclass(frozen=True, slots=True)
class TargetDecision:
    """accept or return, on the version of the case that was shown. fields: reason by name of
    chain.TARGET_FIELDS, with `return`."""

    target: str
    step: str
    version: int
    reason: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@service(permission="unit_targets.file", records=FACT)
def target_file(
    work: Work, /, *, year: int, form: TargetForm, reason: str = "", version: int = 0
) -> str:
    """The target of the actor's own unit waits for its superior; returns its ref.

    What was filed before stays as an older version; reason: needed then. version: of the case as
    the actor saw it, 0 if nothing was filed. Raises Invalid, Denied, Conflict (moved meanwhile).
    """
    if work.actor.organisation_id is None:
        raise Denied(_("Only a unit files a target for itself."))
    unit = organisation(work.actor.organisation_id)
    exempt, shared = _checked(unit, year, form)
    row = _row(work, unit, year)
    rule = assessment.assessment_of(year)
    found = assessing.amounts(form, rule, exempt, _last_fen(unit.id, year))
    one = _version(row, unit, form, shared, rule.id, found)
    one.ref, one.filed_at = work.new_id(), work.at
    step = "file" if row.case.state in ("draft", "returned") else "change"
    one.reason = reason.strip()[:500] if row.n else ""
    one.content_sha256 = content_sha256(one)
    one.save()
    UnitTarget.objects.filter(pk=row.pk).update(n=one.n)
    case_decide(
        work,
        row.case,
        step,
        _matter(row, unit, one.content_sha256),
        version=version,
        reason=one.reason,
        fact=lambda _after: _fact(work, row, unit, one),
    )
    inbox_done(work, [_asked(unit.ref, year)])
    return row.ref


def _asked(unit_ref: str, year: int) -> str:
    return f"asked:{subject_of(unit_ref, year)}"


def _checked(unit: OrgRef, year: int, form: TargetForm) -> tuple[str, OrgRef | None]:
    """(what the unit is exempt from, the unit that files its shared canteen). Raises Invalid."""
    if not assessment.first_year() <= year <= clock.city_today().year + 1:
        message = _("Write the year with four digits, next year at the latest.")
        raise Invalid(message, code="year", fields={"year": str(message)})
    try:
        exempt = assessment.exempt_of(form.exempt, year)
    except LookupError:
        message = _("This ground for being exempt is not in force in the year.")
        raise Invalid(message, code="exempt", fields={"exempt": str(message)}) from None
    wrong = assessing.problems(form, assessment.assessment_of(year), exempt)
    texts = {name: str(PROBLEMS[code]) for name, code in wrong.items()}
    shared = None
    if form.filed_with and "filed_with" not in texts and exempt != "all":
        shared, told = _filed_with(unit, year, form.filed_with)
        if told:
            texts["filed_with"] = told
    if texts:
        raise Invalid(
            _("The target was not filed. See the marked fields."), code="target", fields=texts
        )
    return exempt, shared


def _filed_with(unit: OrgRef, year: int, ref: str) -> tuple[OrgRef | None, str]:
    """(the unit named, or why it cannot be it)."""
    found = organisation_with(ref, category="buyer")
    if found is None:
        return None, str(_("There is no such unit. Write its code or its full name."))
    if found[0].id == unit.id:
        return None, str(_("A unit does not note its canteen with itself."))
    theirs = UnitTarget.objects.filter(unit_id=found[0].id, year=year).first()
    newest = theirs.versions.order_by("-n").first() if theirs else None
    if newest is not None and newest.canteen not in ("own", "outsourced"):
        return None, str(_("That unit files no canteen of its own in the year."))
    return found[0], ""


def _last_fen(unit_id: int, year: int) -> int | None:
    """What was reserved for food in the version that was in force in the year before."""
    row = UnitTarget.objects.filter(unit_id=unit_id, year=year - 1, accepted_n__gt=0).first()
    if row is None:
        return None
    return row.versions.values_list("reserved_fen", flat=True).get(n=row.accepted_n)


def _row(work: Work, unit: OrgRef, year: int) -> UnitTarget:
    """The target of a unit and year, held; made with its case if there is none."""
    rows = UnitTarget.objects.select_for_update(of=("self",))
    if not rows.filter(unit_id=unit.id, year=year).exists():
        subject = subject_of(unit.ref, year)
        cases = cases_open(work, chain.TARGET.name, [Opening(subject, unit)])
        fresh = UnitTarget(ref=work.new_id(), unit_id=unit.id, year=year, case_id=cases[subject])
        UnitTarget.objects.bulk_create([fresh], ignore_conflicts=True)
    held: UnitTarget = rows.get(unit_id=unit.id, year=year)
    return UnitTarget.objects.select_related("case", "unit").get(pk=held.pk)


def _version(
    row: UnitTarget,
    unit: OrgRef,
    form: TargetForm,
    shared: OrgRef | None,
    policy: str,
    found: Amounts,
) -> UnitTargetVersion:
    return UnitTargetVersion(
        target=row,
        n=row.n + 1,
        unit_name=unit.name[:200],
        canteen=form.canteen,
        food_fen=form.food_fen,
        filed_with_id=shared.id if shared else None,
        members=form.members,
        gift_fen=form.gift_fen,
        exempt=form.exempt,
        exempt_reason=form.exempt_reason.strip()[:200] if form.exempt else "",
        note=form.note.strip()[:500],
        policy=policy,
        reserved_fen=found.reserved_fen,
        floor_fen=found.floor_fen,
        gift_part_fen=found.gift_part_fen,
        target_fen=found.target_fen,
    )


def _matter(row: UnitTarget, unit: OrgRef, sha256: str) -> Matter:
    return Matter(
        organisation=unit,
        href=reverse("assistance_ledger:unit_target", args=[row.ref]),
        period=str(row.year),
        content_sha256=sha256,
        params={"year": row.year, "unit": unit.name},
    )


def _fact(work: Work, row: UnitTarget, unit: OrgRef, one: UnitTargetVersion) -> Fact:
    values: dict[str, Value] = {name: getattr(one, name) for name in SAID}
    values |= {
        "content_sha256": one.content_sha256,
        "filed_with": one.filed_with.ref if one.filed_with else "",
        "n": one.n,
        "target": row.ref,
        "unit": unit.ref,
        "year": row.year,
    }
    told = {name: value for name, value in values.items() if value != ""}
    owners = {BUSINESS: f"org:{unit.ref}"}
    return Fact(UNIT_TARGET_FILED, subject_of(unit.ref, row.year), work.at, told, owners)


@service(permission="unit_targets.accept", records=FACT)
def target_decide(work: Work, /, *, decision: TargetDecision) -> str:
    """The target is accepted or goes back; returns its new state.

    Raises NotFound, Denied (role, four eyes), Conflict (moved meanwhile), Invalid (no reason).
    """
    return _decide(work, decision)


@service(permission="unit_targets.accept", records=FACT)
def targets_decide(work: Work, /, *, decisions: Sequence[TargetDecision]) -> dict[str, str]:
    """Each target moves by itself; ref -> why it did not, for those left. At most 200."""
    if len(decisions) > MOST:
        raise Invalid(_("At most %(n)s at a time."), code="too_many", n=MOST)
    left = {}
    for one in decisions:
        try:
            with transaction.atomic():
                _decide(work, one)
        except DomainError as error:
            left[one.target] = str(error)
    if len(left) == len(decisions):
        work.repeated()
    return left


def _decide(work: Work, decision: TargetDecision) -> str:
    held = unit_targets_visible_to(work.actor).select_for_update(of=("self",))
    pk = held.filter(ref=decision.target).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound(_("There is no such target, or it is not yours to see."))
    row = UnitTarget.objects.select_related("case").get(pk=pk)
    if decision.step not in ("accept", "return"):
        raise Conflict(_("This step is not possible here."), code="no_such_step")
    newest = row.versions.get(n=row.n)
    after = case_decide(
        work,
        row.case,
        decision.step,
        _matter(row, organisation(row.unit_id), newest.content_sha256),
        version=decision.version,
        reason=decision.reason,
        fields={k: v for k, v in decision.fields.items() if k in chain.TARGET_FIELDS},
    )
    in_force = row.n if after == "accepted" else 0
    UnitTarget.objects.filter(pk=row.pk).update(accepted_n=in_force)
    return after


@service(permission="unit_targets.remind", records=JOURNAL)
def targets_remind(work: Work, /, *, year: int, unit_refs: Sequence[str]) -> int:
    """Units that have not filed, or got theirs back, are told in the inbox, at most once in 12
    hours each; returns how many were. Raises Invalid: more than 200 at a time."""
    if len(unit_refs) > MOST:
        raise Invalid(_("At most %(n)s at a time."), code="too_many_reminders", n=MOST)
    wanted = set(unit_refs)
    open_lines = [
        one
        for one in target_lines(work.actor, year=year)
        if one.unit.ref in wanted and one.state in ("draft", "returned")
    ]
    href = f"{reverse('assistance_ledger:target_new')}?year={year}"
    fresh = [one.unit for one in open_lines if one.target is None]
    subjects = [_asked(one.ref, year) for one in fresh]
    waiting = [
        Waiting(inbox.TARGET_FILE, _asked(one.ref, year), one.id, "clerk", href, {"year": year})
        for one in fresh
    ]
    inbox_put(work, waiting)
    returned = [subject_of(one.unit.ref, year) for one in open_lines if one.target is not None]
    n = inbox_remind(work, [*subjects, *returned])
    work.journal("unit_targets.remind", asked=len(unit_refs), reminded=n)
    return n
