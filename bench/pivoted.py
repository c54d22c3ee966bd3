"""Fills a home with a large cube and measures the pivot there; prints one JSON object last.

Peers: the same answer by SQL written by hand on the cube; and every record counted again. Run in a
process of its own.
"""

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["NIANGJIA_HOME"] = sys.argv[1]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "niangjia.config.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.cube import AT, UNITS, ask, fill  # noqa: E402
from bench.found import figures, signed_in  # noqa: E402
from niangjia.blocks.orgs.public import actor_by_account, scope_of  # noqa: E402
from niangjia.programmes.assistance_ledger.selectors import counted  # noqa: E402
from niangjia.programmes.assistance_ledger.selectors.pivot import Asked, pivot_get  # noqa: E402
from niangjia.programmes.assistance_ledger.selectors.scope import visible_in  # noqa: E402

ROUNDS, RECOUNTS = 12, 2
ASKED = {
    "district by month": ("city", Asked(first="")),
    "kind by channel": ("city", Asked(rows="category", columns="channel", first="")),
    "county by kind": ("city", Asked(rows="county", columns="category", first="")),
    "unit by month, first page": ("city", Asked(rows="unit", columns="month", first="")),
    "three months": ("city", Asked(rows="district", columns="channel", first="2020-01")),
    "a county": ("city", Asked(rows="district", columns="month", first="", county="130627")),
    "a district's units": ("district", Asked(rows="unit", columns="channel", first="")),
    "a unit": ("clerk", Asked(rows="month", columns="category", first="")),
}


def _where(who: str, asked: Asked) -> tuple[str, list[Any]]:
    scope = scope_of(actor_by_account(who))
    plus = "+" if connection.vendor == "sqlite" else ""
    where, params = [f"{plus}projection = 'purchases'"], list[Any]()
    if scope.kind == "beneath":
        where.append("d8 IN (SELECT ref FROM orgs_organisation WHERE territory_path LIKE %s)")
        params.append(f"{scope.path}%")
    elif scope.kind == "unit":
        where.append("d8 IN (SELECT ref FROM orgs_organisation WHERE id = %s)")
        params.append(scope.id)
    for name, value in asked.narrowed.items():
        where.append(f"{AT[name]} = %s")
        params.append(value)
    if asked.first:
        where.append("d0 >= %s")
        params.append(asked.first)
    return " AND ".join(where), params


def by_hand(who: str, asked: Asked) -> Callable[[], object]:
    """The statements that somebody would write for this page, and nothing else."""
    of, params = _where(who, asked)
    rows, columns = AT[asked.rows], AT[asked.columns]

    def grouped(*names: str, more: str = "", values: list[str] | None = None) -> list[Any]:
        by = ", ".join(names)
        return ask(
            f"SELECT {by}, sum(n), sum(fen) FROM indicators_cell WHERE {of}{more} GROUP BY {by}",
            [*params, *(values or [])],
        )

    def call() -> object:
        if asked.rows != "unit":
            return grouped(rows, columns)
        units = sorted(grouped(rows), key=lambda row: -row[2])
        page = [row[0] for row in units[:50]]
        more = f" AND d8 IN ({', '.join(['%s'] * len(page))})"
        return units, grouped(columns), grouped(rows, columns, more=more, values=page)

    return call


def recount(who: str, asked: Asked) -> Callable[[], Any]:
    """Every record counted again."""
    scope = scope_of(actor_by_account(who))
    rows = counted.narrowed(visible_in(scope), asked.narrowed)
    return lambda: counted.recounted(rows, (asked.rows, asked.columns), asked.span)


def timed(call: Callable[[], object], rounds: int) -> dict[str, float]:
    """CPU of this process, in which SQLite works, and wall."""
    wall, cpu = [], []
    for number in range(rounds + 1):
        began, spent = time.perf_counter(), _cpu()
        call()
        if number:
            wall.append((time.perf_counter() - began) * 1000)
            cpu.append((_cpu() - spent) * 1000)
    return figures(wall, cpu)


def _cpu() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def equal(who: str, asked: Asked) -> bool:
    """The pivot with all its rows and columns says what counting every record again says."""
    found = pivot_get(actor_by_account(who), asked=asked, per_page=10**6, most_columns=10**6)
    ours = {
        (line.label, column): cell
        for line in found.pivot.lines
        for column, cell in zip(found.pivot.columns, line.cells, strict=True)
        if cell is not None and any(cell)
    }
    rows = recount(who, asked)()
    return ours == {(row[0], row[1]): (row[2], row[3]) for row in rows if row[2] or row[3]}


def main() -> None:
    settings.ALLOWED_HOSTS = ["*"]
    began = time.perf_counter()
    if not ask("SELECT 1 FROM orgs_organisation WHERE key = 'bench0'", []):
        fill()
    filled_s = time.perf_counter() - began
    asked = {}
    for name, (who, one) in ASKED.items():
        actor = actor_by_account(who)
        asked[name] = {
            "ours": timed(lambda a=actor, q=one: pivot_get(a, asked=q), ROUNDS),  # type: ignore[misc]
            "hand": timed(by_hand(who, one), ROUNDS),
            "recount": timed(recount(who, one), RECOUNTS),
            "equal": equal(who, one),
        }
    client = signed_in("city")
    pages = timed(lambda: client.get("/desk/pivot?first="), 5)
    print(
        json.dumps(
            {
                "vendor": connection.vendor,
                "records": ask("SELECT count(*) FROM assistance_ledger_purchase", [])[0][0],
                "cells": ask("SELECT count(*) FROM indicators_cell", [])[0][0],
                "units": UNITS,
                "filled_s": filled_s,
                "asked": asked,
                "pages": {name: round(value, 1) for name, value in pages.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
