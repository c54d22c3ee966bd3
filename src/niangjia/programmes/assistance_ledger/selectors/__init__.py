"""Reads of the assistance ledger, always in the actor's scope."""

from niangjia.programmes.assistance_ledger.selectors.batches import (
    Moving,
    batch_get,
    batch_latest,
    carrying,
    reports_chosen,
)
from niangjia.programmes.assistance_ledger.selectors.board import (
    Board,
    Proposal,
    board_get,
    board_key,
    release_get,
    release_waiting,
    releases_list,
)
from niangjia.programmes.assistance_ledger.selectors.brief import Brief, Part, brief_get
from niangjia.programmes.assistance_ledger.selectors.heads import HeadsShown, heads_get
from niangjia.programmes.assistance_ledger.selectors.listing import (
    Filters,
    RecordPage,
    purchases_chosen,
    purchases_each,
    purchases_page,
    purchases_total,
)
from niangjia.programmes.assistance_ledger.selectors.records import (
    Detail,
    changes_of,
    n_of_upload,
    purchase_get,
)
from niangjia.programmes.assistance_ledger.selectors.reports import (
    Collection,
    ReportDetail,
    ReportFilters,
    collection_get,
    periods_known,
    report_get,
    reports_own,
    settled_periods,
)

__all__ = [
    "Board",
    "Brief",
    "Collection",
    "Detail",
    "Filters",
    "HeadsShown",
    "Moving",
    "Part",
    "Proposal",
    "RecordPage",
    "ReportDetail",
    "ReportFilters",
    "batch_get",
    "batch_latest",
    "board_get",
    "board_key",
    "brief_get",
    "carrying",
    "changes_of",
    "collection_get",
    "heads_get",
    "n_of_upload",
    "periods_known",
    "purchase_get",
    "purchases_chosen",
    "purchases_each",
    "purchases_page",
    "purchases_total",
    "release_get",
    "release_waiting",
    "releases_list",
    "report_get",
    "reports_chosen",
    "reports_own",
    "settled_periods",
]
