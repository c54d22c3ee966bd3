"""Writes of the assistance ledger, one module per use case."""

from niangjia.programmes.assistance_ledger.services.batches import (
    reports_batch_ask,
    reports_batch_propose,
    reports_batch_stop,
    reports_move,
)
from niangjia.programmes.assistance_ledger.services.bulk import purchases_reverse
from niangjia.programmes.assistance_ledger.services.closing import (
    period_adopt,
    period_close,
    period_open,
)
from niangjia.programmes.assistance_ledger.services.correcting import (
    purchase_correct,
    purchase_note,
    purchase_reverse,
)
from niangjia.programmes.assistance_ledger.services.releasing import (
    release_decide,
    release_propose,
)
from niangjia.programmes.assistance_ledger.services.reporting import (
    report_decide,
    reports_prepare,
    reports_remind,
)
from niangjia.programmes.assistance_ledger.services.sourcing import (
    sources_aside,
    sources_back,
    sources_choose,
    sources_match,
    sources_other,
    sources_part,
    sources_same,
    sources_take,
)
from niangjia.programmes.assistance_ledger.services.taking import purchases_take
from niangjia.programmes.assistance_ledger.services.targets import target_set
from niangjia.programmes.assistance_ledger.services.uploads import upload_begin, upload_end

__all__ = [
    "period_adopt",
    "period_close",
    "period_open",
    "purchase_correct",
    "purchase_note",
    "purchase_reverse",
    "purchases_reverse",
    "purchases_take",
    "release_decide",
    "release_propose",
    "report_decide",
    "reports_batch_ask",
    "reports_batch_propose",
    "reports_batch_stop",
    "reports_move",
    "reports_prepare",
    "reports_remind",
    "sources_aside",
    "sources_back",
    "sources_choose",
    "sources_match",
    "sources_other",
    "sources_part",
    "sources_same",
    "sources_take",
    "target_set",
    "upload_begin",
    "upload_end",
]
