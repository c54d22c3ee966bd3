"""The door of evidence.

Columns that other rooms may join on: Document.ref, .organisation_id, .n_links; Link.subject, .kind,
.unlinked_at.
"""

from niangjia.blocks.evidence.looking.hashing import NEAR
from niangjia.blocks.evidence.receiving import Received, receive
from niangjia.blocks.evidence.retention import sweep as evidence_sweep
from niangjia.blocks.evidence.rules import (
    EITHER,
    checklist,
    guessed_kind,
    in_force,
    missing,
    needed,
)
from niangjia.blocks.evidence.selectors import (
    document,
    documents_hashed,
    links_of,
    links_to,
    n_unplaced,
    pictures_of,
    same_bytes,
    unplaced,
)
from niangjia.blocks.evidence.services import evidence_discard, evidence_erase
from niangjia.blocks.evidence.steps import carry, kinds_there, link, unlink
from niangjia.blocks.evidence.storage import MOST_BYTES, PICTURE, SMALL, read
from niangjia.blocks.evidence.types import (
    CheckLine,
    DocumentView,
    Kind,
    LinkView,
    Need,
    Requirements,
)

__all__ = [
    "EITHER",
    "MOST_BYTES",
    "NEAR",
    "PICTURE",
    "SMALL",
    "CheckLine",
    "DocumentView",
    "Kind",
    "LinkView",
    "Need",
    "Received",
    "Requirements",
    "carry",
    "checklist",
    "document",
    "documents_hashed",
    "evidence_discard",
    "evidence_erase",
    "evidence_sweep",
    "guessed_kind",
    "in_force",
    "kinds_there",
    "link",
    "links_of",
    "links_to",
    "missing",
    "n_unplaced",
    "needed",
    "pictures_of",
    "read",
    "receive",
    "same_bytes",
    "unlink",
    "unplaced",
]
