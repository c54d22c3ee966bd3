"""Steps that a programme takes in its own Work: open cases, decide them."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from niangjia.blocks.cases import rules
from niangjia.blocks.cases.facts import DECIDED
from niangjia.blocks.cases.models import Case, Decision
from niangjia.blocks.cases.registry import case_type
from niangjia.blocks.cases.selectors import past_of
from niangjia.blocks.cases.types import CaseStep, CaseType, Waits
from niangjia.blocks.desk.public import Waiting, inbox_done, inbox_put
from niangjia.blocks.orgs.public import OrgRef, offices_above
from niangjia.core import clock
from niangjia.core.errors import Conflict, Denied, Invalid
from niangjia.core.facts import BUSINESS, Fact, Value
from niangjia.core.work import Work
from niangjia.lib import working_days

REASON_CHARS = 500


@dataclass(frozen=True, slots=True)
class Opening:
    """A case to open. due_on: by when it leaves its first state; None: nobody is told."""

    subject: str
    organisation: OrgRef
    due_on: dt.date | None = None
    state: str = ""
    href: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matter:
    """What a decision is about. content: what was decided on, kept sealed in the fact; sha256: its
    fingerprint; href, params: of the inbox item that the next one gets."""

    organisation: OrgRef
    href: str
    period: str = ""
    content: Mapping[str, Value] = field(default_factory=dict)
    content_sha256: str = ""
    params: Mapping[str, str | int] = field(default_factory=dict)


def cases_open(work: Work, type_name: str, openings: Sequence[Opening]) -> dict[str, int]:
    """A case stands for each subject; id by subject. Those already there are left."""
    kind = case_type(type_name)
    Case.objects.bulk_create(
        [
            Case(
                ref=work.new_id(),
                type=type_name,
                subject=one.subject,
                organisation_id=one.organisation.id,
                state=one.state or kind.first,
                due_on=one.due_on,
                opened_at=work.at,
                moved_at=work.at,
            )
            for one in openings
        ],
        ignore_conflicts=True,
        batch_size=90,
    )
    waits = kind.waits.get(kind.first)
    told = [one for one in openings if one.due_on and one.state in ("", kind.first)]
    if waits:
        matters = {
            one.subject: Matter(one.organisation, one.href, "", {}, "", one.params) for one in told
        }
        _tell(work, waits, matters, {one.subject: one.due_on for one in told})
    rows = Case.objects.filter(subject__in=[one.subject for one in openings])
    return dict(rows.values_list("subject", "id"))


def case_decide(
    work: Work,
    case: Case,
    step_name: str,
    matter: Matter,
    *,
    version: int,
    reason: str = "",
    fields: Mapping[str, str] | None = None,
    fact: Callable[[str], Fact] | None = None,
    consequence: bool = False,
) -> str:
    """The case has moved by the step; returns its new state.

    version: as the actor saw it. fact: makes the programme's own fact from the new state, in place
    of `case.decided`. consequence: the step is one that is never taken by itself. Raises Denied
    (not this role; the same person acted before), Conflict (moved meanwhile, not possible from this
    state), Invalid (a return without a reason).
    """
    kind = case_type(case.type)
    step = rules.step_of(kind, step_name)
    if step is None or step.consequence != consequence:
        raise _moved(kind, case)
    if case.state not in step.before or case.version != version:
        raise _moved(kind, case)
    _check_who(work, case, step)
    text, told = _reason(step, reason, fields or {})
    due_on = _due(work, kind.waits.get(step.after))
    moved = Case.objects.filter(pk=case.pk, version=version, state=case.state).update(
        state=step.after,
        version=version + 1,
        round=case.round + 1 if step.returns or step.anew else case.round,
        due_on=due_on,
        moved_at=work.at,
    )
    if moved != 1:
        raise _moved(kind, case)
    said = fact(step.after) if fact else _decided(case, step, matter, text, told, work.at)
    _keep(work, case, step, matter, text, told, work.record(said))
    inbox_done(work, [case.subject])
    if waits := kind.waits.get(step.after):
        _tell(work, waits, {case.subject: matter}, {case.subject: due_on})
    return step.after


def _check_who(work: Work, case: Case, step: CaseStep) -> None:
    if not work.actor.may(step.permission):
        raise Denied(
            _("Your role does not include this. Ask your unit's head or the city office for it.")
        )
    earlier = rules.second_hand(step, past_of(case.pk), work.actor.person_ref, case.round)
    if earlier:
        raise Denied(
            _(
                "You took an earlier step of this yourself, so another person has to take this one "
                "(four eyes). It stays in the inbox of the others."
            ),
            code="four_eyes",
        )


def _moved(kind: CaseType, case: Case) -> Conflict:
    return Conflict(
        _(
            "Meanwhile this has moved on: it is now “%(state)s”. Nothing was changed; look at it "
            "again and decide."
        ),
        code="case_moved",
        state=str(kind.states.get(case.state, case.state)),
    )


def _reason(step: CaseStep, reason: str, fields: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    told = {name: text.strip()[:200] for name, text in fields.items() if text.strip()}
    text = reason.strip()[:REASON_CHARS]
    if (step.returns or step.needs_reason) and len(text) < 2 and not told:
        message = _("Say why: in a few words, or beside the fields that are to be mended.")
        raise Invalid(message, code="reason_missing", fields={"reason": str(message)})
    return text, told


def _due(work: Work, waits: Waits | None) -> dt.date | None:
    if waits is None:
        return None
    today = clock.day_of(work.at)
    if waits.working:
        return working_days.after(today, waits.days, beyond=working_days.monday_to_friday)
    return today + dt.timedelta(days=waits.days)


def _decided(
    case: Case, step: CaseStep, matter: Matter, reason: str, fields: dict[str, str], at: dt.datetime
) -> Fact:
    values: dict[str, Value] = {
        "type": case.type,
        "step": step.name,
        "before": case.state,
        "after": step.after,
        "subject": case.subject,
        "district": matter.organisation.district,
        "line": matter.organisation.line,
        "organisation": matter.organisation.ref,
        "period": matter.period or None,
        "content": dict(matter.content) or None,
        "content_sha256": matter.content_sha256 or None,
        "reason": reason or None,
        "fields": dict(fields) or None,
    }
    owner = f"org:{matter.organisation.ref}"
    return Fact(DECIDED, case.subject, at, values, {BUSINESS: owner})


def _keep(
    work: Work,
    case: Case,
    step: CaseStep,
    matter: Matter,
    reason: str,
    fields: dict[str, str],
    fact_ref: str,
) -> None:
    Decision.objects.create(
        case=case,
        n=case.version + 1,
        step=step.name,
        before=case.state,
        after=step.after,
        round=case.round,
        person_ref=work.actor.person_ref,
        role=work.actor.role,
        organisation_id=work.actor.organisation_id,
        at=work.at,
        reason=reason,
        fields=fields,
        content_sha256=matter.content_sha256,
        fact_ref=fact_ref,
    )


def _tell(
    work: Work,
    waits: Waits,
    matters: Mapping[str, Matter],
    due: Mapping[str, dt.date | None],
) -> None:
    """Put what waits into the inbox of the role at the right office."""
    ids = [matter.organisation.id for matter in matters.values()]
    offices = offices_above(ids) if waits.level != "own" else {}
    items = []
    for subject, matter in matters.items():
        organisation_id, role = matter.organisation.id, waits.role
        if waits.level != "own":
            office = offices[organisation_id]
            organisation_id = office.city
            role = "city"
            if waits.level == "district" and office.district:
                organisation_id, role = office.district, waits.role
            elif waits.level == "city":
                role = waits.role
        items.append(
            Waiting(
                waits.kind,
                subject,
                organisation_id,
                role,
                matter.href,
                matter.params,
                due.get(subject),
            )
        )
    inbox_put(work, items)
