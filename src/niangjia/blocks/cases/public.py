"""The door of cases.

Columns that other rooms may join on: Case.id, .ref, .state, .version, .round, .due_on, .moved_at.
"""

from niangjia.blocks.cases.registry import case_type, declare_case_type
from niangjia.blocks.cases.selectors import case_steps, past_of, state_name
from niangjia.blocks.cases.steps import Matter, Opening, case_decide, cases_open
from niangjia.blocks.cases.types import CaseStep, CaseType, Past, Waits

__all__ = [
    "CaseStep",
    "CaseType",
    "Matter",
    "Opening",
    "Past",
    "Waits",
    "case_decide",
    "case_steps",
    "case_type",
    "cases_open",
    "declare_case_type",
    "past_of",
    "state_name",
]
