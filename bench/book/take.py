"""Orders are taken, each batch a transaction: `take.py BATCH N ordered|random`.

Counted: reading and locking the accounts, looking up the keys, deciding one by one, transfers,
balances, COMMIT to the disk. Not counted: the fact that names them. Prints one JSON object.
"""

import gc
import json
import os
import random
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
django.setup()

from django.db import transaction  # noqa: E402
from django.utils import translation  # noqa: E402

from niangjia.blocks.bookkeeping.public import (  # noqa: E402
    AccountIn,
    Leg,
    Order,
    accounts_open,
    check,
    orders_take,
)
from niangjia.core import clock  # noqa: E402
from niangjia.core.actor import system_actor  # noqa: E402
from niangjia.core.work import Work  # noqa: E402

BOOK, N_FUNDS = "bench", 64
FUNDS = [f"liabilities:fund:{n}" for n in range(N_FUNDS)]
ACTOR = system_actor("bench")


def made(n: int, rng: random.Random, random_keys: bool) -> list[Order]:
    """Gifts into the bank's account for one of the funds, each named by a fact of its own.

    Keys go up as a bank's do, or are drawn at random; ids of facts are random.
    """
    at, first = clock.city_now(), time.time_ns()
    return [
        Order(
            f"{rng.getrandbits(128) if random_keys else first + number:032x}",
            (Leg("assets:bank", rng.choice(FUNDS), rng.randrange(1, 1_000_000)),),
            at,
            f"{rng.getrandbits(128):032x}",
        )
        for number in range(n)
    ]


def take(orders: list[Order]) -> None:
    with transaction.atomic():
        orders_take(Work(ACTOR, clock.city_now()), BOOK, orders)


def main(batch: int, n: int, keys: str) -> None:
    rng = random.Random(time.time_ns())
    funds = [AccountIn(code, "CNY", "credit") for code in FUNDS]
    with transaction.atomic():
        bank = AccountIn("assets:bank", "CNY", "debit")
        accounts_open(Work(ACTOR, clock.city_now()), BOOK, [bank, *funds])
    take(made(batch, rng, keys == "random"))
    orders = made(n, rng, keys == "random")
    gc.collect()
    gc.freeze()  # the orders waiting here are none of a server's
    began, spent = time.perf_counter(), time.process_time()
    for start in range(0, n, batch):
        take(orders[start : start + batch])
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    with translation.override("en"):  # that no fact names them is no fault here
        wrong = [fault for fault in check(BOOK) if "fact" not in fault]
    if wrong:
        raise SystemExit(wrong[0])
    print(json.dumps({"n": n, "wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
