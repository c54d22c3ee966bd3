"""Pages of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.views import (
    board,
    import_steps,
    imports,
    records,
    releases,
)

__all__ = ["board", "import_steps", "imports", "records", "releases"]
