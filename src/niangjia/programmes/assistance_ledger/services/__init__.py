"""Writes of the assistance ledger, one module per use case."""

from niangjia.programmes.assistance_ledger.services.bulk import purchases_reverse
from niangjia.programmes.assistance_ledger.services.correcting import (
    purchase_correct,
    purchase_reverse,
)
from niangjia.programmes.assistance_ledger.services.releasing import figures_release
from niangjia.programmes.assistance_ledger.services.taking import purchases_take
from niangjia.programmes.assistance_ledger.services.uploads import upload_begin, upload_end

__all__ = [
    "figures_release",
    "purchase_correct",
    "purchase_reverse",
    "purchases_reverse",
    "purchases_take",
    "upload_begin",
    "upload_end",
]
