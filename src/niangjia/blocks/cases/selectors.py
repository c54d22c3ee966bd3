"""Reads of cases. The caller has checked that the actor may see the subject."""

from niangjia.blocks.cases import rules
from niangjia.blocks.cases.models import Case, Decision
from niangjia.blocks.cases.registry import case_type
from niangjia.blocks.cases.types import CaseStep, Past
from niangjia.core.actor import Actor


def past_of(case_id: int) -> list[Past]:
    """Decisions on a case, oldest first."""
    rows = Decision.objects.filter(case_id=case_id).order_by("n")
    return [
        Past(
            one.n,
            one.step,
            one.person_ref,
            one.role,
            one.organisation_id,
            one.round,
            one.at,
            one.reason,
            one.fields,
        )
        for one in rows
    ]


def case_steps(actor: Actor, case: Case) -> list[CaseStep]:
    """What the actor can do with the case now."""
    kind = case_type(case.type)
    may = [step.permission for step in kind.steps if actor.may(step.permission)]
    past = past_of(case.pk)
    return rules.open_steps(kind, case.state, may, past, actor.person_ref, case.round)


def state_name(type_name: str, state: str) -> str:
    return str(case_type(type_name).states.get(state, state))
