"""Pages of the assistance ledger, one module per subject."""

from niangjia.programmes.assistance_ledger.views import (
    batches,
    board,
    brief,
    chosen,
    collecting,
    entry,
    evidence,
    import_steps,
    imports,
    pivot,
    printing,
    records,
    releases,
    reports,
    reviews,
    sources,
)

__all__ = [
    "batches",
    "board",
    "brief",
    "chosen",
    "collecting",
    "entry",
    "evidence",
    "import_steps",
    "imports",
    "pivot",
    "printing",
    "records",
    "releases",
    "reports",
    "reviews",
    "sources",
]
