"""The door of bookkeeping: money, goods and quotas by double entry."""

from niangjia.blocks.bookkeeping.beancount import beancount
from niangjia.blocks.bookkeeping.checking import check
from niangjia.blocks.bookkeeping.postings import postings, postings_in
from niangjia.blocks.bookkeeping.selectors import (
    balance,
    balances,
    books,
    draws,
    moved,
    statement,
    transfers_of_fact,
)
from niangjia.blocks.bookkeeping.steps import accounts_open, orders_take
from niangjia.blocks.bookkeeping.texts import amount_text, asset_text
from niangjia.blocks.bookkeeping.types import (
    MAX_AMOUNT,
    MAX_SUM,
    MONEY,
    AccountIn,
    AnyOrder,
    Balance,
    BookView,
    Draw,
    Leg,
    Order,
    Outcome,
    Settle,
    StatementLine,
    TransferView,
    Void,
)

__all__ = [
    "MAX_AMOUNT",
    "MAX_SUM",
    "MONEY",
    "AccountIn",
    "AnyOrder",
    "Balance",
    "BookView",
    "Draw",
    "Leg",
    "Order",
    "Outcome",
    "Settle",
    "StatementLine",
    "TransferView",
    "Void",
    "accounts_open",
    "amount_text",
    "asset_text",
    "balance",
    "balances",
    "beancount",
    "books",
    "check",
    "draws",
    "moved",
    "orders_take",
    "postings",
    "postings_in",
    "statement",
    "transfers_of_fact",
]
