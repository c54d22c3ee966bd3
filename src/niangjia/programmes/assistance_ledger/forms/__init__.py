"""Forms of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.forms.entry import EntryForm
from niangjia.programmes.assistance_ledger.forms.records import CorrectionForm, FiltersForm
from niangjia.programmes.assistance_ledger.forms.releases import ReleaseForm
from niangjia.programmes.assistance_ledger.forms.reports import (
    CarryForm,
    CollectionFiltersForm,
    DecisionForm,
    PeriodForm,
    ReportDecisionForm,
    TargetForm,
)

__all__ = [
    "CarryForm",
    "CollectionFiltersForm",
    "CorrectionForm",
    "DecisionForm",
    "EntryForm",
    "FiltersForm",
    "PeriodForm",
    "ReleaseForm",
    "ReportDecisionForm",
    "TargetForm",
]
