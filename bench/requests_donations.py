"""CPU milliseconds per request of a raising's board in one home: `HOME MORE`, gifts to add first.

Prints one JSON object; see bench.board_donations.
"""

import json
import statistics
import sys
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.urls import path

from bench import requests  # it takes the home from the command line
from niangjia.config import urls
from niangjia.programmes.donations.models import Gift
from niangjia.programmes.donations.pages.board import live
from niangjia.programmes.donations.selectors.raisings import raising_public

SLUG = "wennuan-wuhan"
ADD = """
INSERT INTO donations_gift ({columns})
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {more})
SELECT {values} FROM n, (
  SELECT g.* FROM donations_gift g JOIN donations_donor d ON d.id = g.donor_id
  WHERE d.kind = 'person' AND g.show_name LIMIT 1) g
"""
FRESH = {
    "ref": "printf('%032x', i)",
    "number": "printf('B%011d', i)",
    "digest": "printf('%064x', i)",
    "fact_ref": "printf('f%031x', i)",
    "donor_id": "(SELECT min(id) FROM donations_donor WHERE kind = 'person') + i % 200",
    "received_at": "datetime('2020-03-16 15:30:00', '+' || (i % 3000) || ' seconds')",
    "pledge_ref": "''",
    "secret_digest": "''",
}


def add(more: int) -> None:
    """So many gifts are in the table."""
    columns = [field.column for field in Gift._meta.concrete_fields if field.column != "id"]
    values = ", ".join(FRESH.get(name, f"g.{name}") for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(ADD.format(columns=", ".join(columns), values=values, more=more))


def pages() -> dict[str, Callable[[], object]]:
    """What is measured."""
    visitor = Client()
    with override_settings(MIDDLEWARE=requests.DEFAULT_MIDDLEWARE):
        plain = requests.signed_in()
        plain.get("/bare")
    address, poll = f"/donations/{SLUG}", {"HX-Request": "true"}
    stamp = live(raising_public(SLUG))[0]

    def rebuilt() -> object:
        cache.clear()
        return visitor.get(address)

    return {
        "bare": lambda: plain.get("/bare"),
        "board": lambda: visitor.get(address),
        "rebuilt": rebuilt,
        "poll": lambda: visitor.get(address, headers=poll),
        "same": lambda: visitor.get(f"{address}?seen={stamp}", headers=poll),
    }


def main() -> None:
    if int(sys.argv[2]):
        add(int(sys.argv[2]))
    settings.ALLOWED_HOSTS = ["*"]
    urls.urlpatterns.append(path("bare", requests.bare))
    measured = pages()
    rounds: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(requests.ROUNDS):
        for name, call in measured.items():
            call()
            rounds[name].append(requests.cpu_ms(call))
    found = {name: statistics.median(values) for name, values in rounds.items()}
    print(json.dumps({"gifts": Gift.objects.count(), **found}))


if __name__ == "__main__":
    main()
