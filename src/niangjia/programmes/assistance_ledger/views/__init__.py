"""Pages of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.views import (
    board,
    chosen,
    printing,
    records,
    releases,
)

__all__ = ["board", "chosen", "printing", "records", "releases"]
