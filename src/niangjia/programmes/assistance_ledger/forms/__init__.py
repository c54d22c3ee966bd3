"""Forms of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.forms.records import CorrectionForm, FiltersForm
from niangjia.programmes.assistance_ledger.forms.releases import ReleaseForm

__all__ = ["CorrectionForm", "FiltersForm", "ReleaseForm"]
