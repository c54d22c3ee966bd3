"""Pages of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.views import (
    board,
    collecting,
    import_steps,
    imports,
    records,
    releases,
    reports,
)

__all__ = ["board", "collecting", "import_steps", "imports", "records", "releases", "reports"]
