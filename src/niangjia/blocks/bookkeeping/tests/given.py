"""A book with a bank, a fund, goods; orders on it; facts that name them."""

import datetime as dt
import hashlib
import itertools

from django.db import transaction

from niangjia.blocks.bookkeeping.public import (
    AccountIn,
    Leg,
    Order,
    accounts_open,
    orders_take,
    postings_in,
)
from niangjia.core.actor import system_actor
from niangjia.core.facts import BUSINESS, Fact, FactKind, declare
from niangjia.core.work import Work

AT = dt.datetime(2020, 3, 16, 7, 0, tzinfo=dt.UTC)
KIND = declare(
    FactKind(
        name="test.booked",
        version=1,
        title="Test",
        policy="demonstration-2020-03",
        sealed=("postings",),
    )
)
ACCOUNTS = (
    AccountIn("equity:opening", "CNY", "credit", floored=False, title="期初"),
    AccountIn("assets:bank", "CNY", "debit", title="示例基金账户"),
    AccountIn("liabilities:fund", "CNY", "credit", title="示例项目资金"),
    AccountIn("expenses:help", "CNY", "debit", title="救助支出"),
    AccountIn("equity:givers", "item:mask", "credit", floored=False, title="捐赠人"),
    AccountIn("assets:store", "item:mask", "debit", title="示例仓库"),
)
_numbers = itertools.count(1)


def work():
    return Work(system_actor("tests"), AT)


def book(*accounts):
    """A fresh book; its code."""
    code = f"test-{next(_numbers)}"
    with transaction.atomic():
        accounts_open(work(), code, accounts or ACCOUNTS)
    return code


def order(key, *legs, hold=False, at=AT, fact_ref=""):
    """Legs as (debit, credit, amount)."""
    made = tuple(Leg(*leg) for leg in legs)
    return Order(key, made, at, fact_ref or hashlib.md5(key.encode()).hexdigest(), hold)


def gift(key, amount, **more):
    """Money of a giver in the bank, owed to the fund."""
    return order(key, ("assets:bank", "liabilities:fund", amount), **more)


def take(book, *orders, whole=True):
    with transaction.atomic():
        return orders_take(work(), book, orders, whole=whole)


def take_with_fact(book, *orders, said=None):
    """The orders and the fact that names them; the fact's id."""
    with transaction.atomic():
        mine = work()
        ref = mine.new_id()
        named = [type(one)(**{**fields(one), "fact_ref": ref}) for one in orders]
        values = {"postings": postings_in(book, named) if said is None else said}
        mine.record(Fact(KIND, "test:1", AT, values, {BUSINESS: "system"}, ref=ref))
        orders_take(mine, book, named)
    return ref


def fields(one):
    return {name: getattr(one, name) for name in one.__slots__}
