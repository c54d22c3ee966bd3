"""The door of desk."""

from niangjia.blocks.desk.inbox import inbox_kind
from niangjia.blocks.desk.selectors import inbox_counts, inbox_groups, inbox_page
from niangjia.blocks.desk.steps import inbox_done, inbox_put, inbox_remind
from niangjia.blocks.desk.types import InboxGroup, InboxLine, Waiting

__all__ = [
    "InboxGroup",
    "InboxLine",
    "Waiting",
    "inbox_counts",
    "inbox_done",
    "inbox_groups",
    "inbox_kind",
    "inbox_page",
    "inbox_put",
    "inbox_remind",
]
