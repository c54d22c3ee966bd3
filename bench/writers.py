"""N users who each correct a record about once a second, until standard input says stop.

Prints `ready`, then a JSON list of seconds that each correction took. Run in a home of its own.
"""

import json
import os
import random
import sys
import threading
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")
django.setup()

from django.db import connections  # noqa: E402

from niangjia.blocks.orgs.public import actor_by_account  # noqa: E402
from niangjia.programmes.assistance_ledger.models import Purchase  # noqa: E402
from niangjia.programmes.assistance_ledger.services import purchase_correct  # noqa: E402

PAUSE_S = 1.0


def main(n_users: int) -> None:
    """Correct until told to stop."""
    rows = Purchase.objects.filter(reversed_at__isnull=True).order_by("id")
    refs = list(rows.values_list("ref", flat=True)[:n_users])
    stop, waits = threading.Event(), list[float]()
    users = [
        threading.Thread(target=_user, args=(ref, i, stop, waits)) for i, ref in enumerate(refs)
    ]
    for user in users:
        user.start()
    print("ready", flush=True)
    sys.stdin.readline()
    stop.set()
    for user in users:
        user.join()
    print(json.dumps(waits))


def _user(ref: str, seed: int, stop: threading.Event, waits: list[float]) -> None:
    rng, actor = random.Random(seed), actor_by_account("city")
    turn = 0
    while not stop.wait(rng.uniform(0.5, 1.5) * PAUSE_S):
        turn += 1
        began = time.perf_counter()
        ref = purchase_correct(
            actor, purchase_ref=ref, reason="bench", changes={"note": f"{seed}-{turn}"}
        )
        waits.append(time.perf_counter() - began)
    connections.close_all()


if __name__ == "__main__":
    main(int(sys.argv[1]))
