"""Reads of the assistance ledger, always in the actor's scope."""

from niangjia.programmes.assistance_ledger.selectors.board import (
    Board,
    board_get,
    board_key,
    releases_list,
)
from niangjia.programmes.assistance_ledger.selectors.records import (
    Detail,
    Filters,
    RecordPage,
    changes_of,
    n_of_upload,
    purchase_get,
    purchases_page,
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
    "purchases_page",
    "releases_list",
]
