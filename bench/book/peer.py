"""The same transfers by django-hordak, in an environment of its own: `peer.py BATCH N`.

Its `transfer_to`, a batch in one transaction, on PostgreSQL (DATABASE_URL): it has no SQLite. It
looks up no key and holds no floor. Prints one JSON object.
"""

import json
import os
import random
import sys
import time

import django
from django.conf import settings

# Settings of its own, thrown away.
import dj_database_url  # isort: skip

settings.configure(
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"])},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    CURRENCIES=["CNY"],
    HORDAK_CURRENCIES=["CNY"],
    DEFAULT_CURRENCY="CNY",
    HORDAK_INTERNAL_CURRENCY="CNY",
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from hordak.models import Account  # noqa: E402
from moneyed import Money  # noqa: E402

N_FUNDS = 64


def accounts() -> tuple[Account, list[Account]]:
    """The bank's account and the funds, made if absent."""
    call_command("migrate", verbosity=0)
    if not Account.objects.exists():
        Account.objects.create(name="bank", code="1", type="AS", currencies=["CNY"])
        for n in range(N_FUNDS):
            Account.objects.create(name=f"f{n}", code=f"2{n:02}", type="LI", currencies=["CNY"])
    return Account.objects.get(name="bank"), list(Account.objects.exclude(name="bank"))


def main(batch: int, n: int) -> None:
    rng = random.Random(n)
    bank, funds = accounts()

    def take(size: int) -> None:
        with transaction.atomic():
            for _ in range(size):
                amount = Money(rng.randrange(1, 1_000_000), "CNY") / 100
                rng.choice(funds).transfer_to(bank, amount)

    take(batch)
    began, spent = time.perf_counter(), time.process_time()
    for _ in range(0, n, batch):
        take(batch)
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    print(json.dumps({"n": n, "wall": wall, "cpu": cpu}))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
