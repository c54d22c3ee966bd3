"""The door of desk."""

from niangjia.blocks.desk.cards import CardLine, DeskCard, desk_card
from niangjia.blocks.desk.drafts import draft_drop, draft_get, draft_put
from niangjia.blocks.desk.exports import Rows, Tell, export_file_kind, export_kind, rows_of
from niangjia.blocks.desk.exports import sweep as exports_sweep
from niangjia.blocks.desk.following import FindJob, far_behind, lag
from niangjia.blocks.desk.inbox import inbox_kind
from niangjia.blocks.desk.kept import views_of
from niangjia.blocks.desk.postings import in_ids, matched, proposed, walk
from niangjia.blocks.desk.printed import fingerprint, sheet_kind
from niangjia.blocks.desk.selectors import inbox_counts, inbox_groups, inbox_page
from niangjia.blocks.desk.services import export_ask, export_note, sheet_keep
from niangjia.blocks.desk.sources import find_shelf, find_source
from niangjia.blocks.desk.steps import inbox_done, inbox_put, inbox_remind
from niangjia.blocks.desk.tables import Cell, write_table
from niangjia.blocks.desk.tokens import code_tokens, fits, joined, marked, text_tokens, wanted_of
from niangjia.blocks.desk.types import (
    Clause,
    Document,
    Hit,
    InboxGroup,
    InboxLine,
    KeptView,
    Shelf,
    Source,
    Waiting,
    Wanted,
)

__all__ = [
    "CardLine",
    "Cell",
    "Clause",
    "DeskCard",
    "Document",
    "FindJob",
    "Hit",
    "InboxGroup",
    "InboxLine",
    "KeptView",
    "Rows",
    "Shelf",
    "Source",
    "Tell",
    "Waiting",
    "Wanted",
    "code_tokens",
    "desk_card",
    "draft_drop",
    "draft_get",
    "draft_put",
    "export_ask",
    "export_file_kind",
    "export_kind",
    "export_note",
    "exports_sweep",
    "far_behind",
    "find_shelf",
    "find_source",
    "fingerprint",
    "fits",
    "in_ids",
    "inbox_counts",
    "inbox_done",
    "inbox_groups",
    "inbox_kind",
    "inbox_page",
    "inbox_put",
    "inbox_remind",
    "joined",
    "lag",
    "marked",
    "matched",
    "proposed",
    "rows_of",
    "sheet_keep",
    "sheet_kind",
    "text_tokens",
    "views_of",
    "walk",
    "wanted_of",
    "write_table",
]
