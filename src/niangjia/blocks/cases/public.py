"""The door of cases.

Columns that other rooms may join on: Case.id, .ref, .state, .version, .round, .due_on, .moved_at.
"""

from niangjia.blocks.cases.findings import (
    Sight,
    finding_decide,
    finding_of,
    finding_view,
    findings_about,
    findings_close,
    findings_counted,
    findings_page,
    findings_put,
)
from niangjia.blocks.cases.registry import case_type, declare_case_type
from niangjia.blocks.cases.selectors import case_steps, past_of, state_name
from niangjia.blocks.cases.steps import Matter, Opening, case_decide, cases_open
from niangjia.blocks.cases.types import CaseStep, CaseType, FindingView, Found, Past, Waits

__all__ = [
    "CaseStep",
    "CaseType",
    "FindingView",
    "Found",
    "Matter",
    "Opening",
    "Past",
    "Sight",
    "Waits",
    "case_decide",
    "case_steps",
    "case_type",
    "cases_open",
    "declare_case_type",
    "finding_decide",
    "finding_of",
    "finding_view",
    "findings_about",
    "findings_close",
    "findings_counted",
    "findings_page",
    "findings_put",
    "past_of",
    "state_name",
]
