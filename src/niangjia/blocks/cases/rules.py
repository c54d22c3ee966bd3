"""Pure decisions about cases: which steps are open to whom."""

from collections.abc import Iterable, Sequence

from niangjia.blocks.cases.types import CaseStep, CaseType, Past


def step_of(kind: CaseType, name: str) -> CaseStep | None:
    """The step of a case type by its name."""
    return next((step for step in kind.steps if step.name == name), None)


def second_hand(step: CaseStep, past: Iterable[Past], person_ref: str, round_no: int) -> str:
    """The step by which the same person acted before in this round, or an empty text."""
    for one in past:
        if one.round == round_no and one.step in step.not_by and one.person_ref == person_ref:
            return one.step
    return ""


def open_steps(
    kind: CaseType, state: str, may: Sequence[str], past: Sequence[Past], who: str, round_no: int
) -> list[CaseStep]:
    """Steps that a person with the permissions `may` can take from `state` now."""
    return [
        step
        for step in kind.steps
        if state in step.before
        and not step.consequence
        and step.permission in may
        and not second_hand(step, past, who, round_no)
    ]
