"""Pages of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.views import board, records, releases

__all__ = ["board", "records", "releases"]
