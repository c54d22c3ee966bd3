"""The door of desk."""

from niangjia.blocks.desk.following import FindJob, far_behind, lag
from niangjia.blocks.desk.inbox import inbox_kind
from niangjia.blocks.desk.postings import among, proposed, walk
from niangjia.blocks.desk.selectors import inbox_counts, inbox_groups, inbox_page
from niangjia.blocks.desk.sources import find_source
from niangjia.blocks.desk.steps import inbox_done, inbox_put, inbox_remind
from niangjia.blocks.desk.tokens import code_tokens, joined, marked, text_tokens, wanted_of
from niangjia.blocks.desk.types import (
    Clause,
    Document,
    Hit,
    InboxGroup,
    InboxLine,
    Source,
    Waiting,
    Wanted,
)

__all__ = [
    "Clause",
    "Document",
    "FindJob",
    "Hit",
    "InboxGroup",
    "InboxLine",
    "Source",
    "Waiting",
    "Wanted",
    "among",
    "code_tokens",
    "far_behind",
    "find_source",
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
    "proposed",
    "text_tokens",
    "walk",
    "wanted_of",
]
