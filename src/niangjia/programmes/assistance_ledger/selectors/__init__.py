"""Reads of the assistance ledger, always in the actor's scope."""

from niangjia.programmes.assistance_ledger.selectors.board import (
    Board,
    board_get,
    board_key,
    releases_list,
)
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

__all__ = [
    "Board",
    "Detail",
    "Filters",
    "RecordPage",
    "board_get",
    "board_key",
    "changes_of",
    "n_of_upload",
    "purchase_get",
    "purchases_chosen",
    "purchases_each",
    "purchases_page",
    "purchases_total",
    "releases_list",
]
