"""A large cube: purchases drawn at random, put into the tables by SQL, with their sums; no log."""

import os
import random
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from niangjia.blocks.orgs.models import Organisation
from niangjia.programmes.assistance_ledger.models import Purchase

RECORDS = int(os.environ.get("NIANGJIA_BENCH_PURCHASES", "1000000"))
UNITS, KINDS_EACH = 5_000, 5  # what a unit buys month after month: some 350,000 cells
AT = {
    "month": "d0",
    "district": "d1",
    "line": "d2",
    "county": "d3",
    "category": "d4",
    "channel": "d5",
    "mode": "d6",
    "assisted": "d7",
    "unit": "d8",
}


def say(sql: str, rows: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        if rows is None:
            cursor.execute(sql)
        else:
            cursor.executemany(sql, rows)


def ask(sql: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def fill() -> None:
    """Units like one of the home's, purchases drawn at random, the cube summed from them by SQL."""
    draw = random.Random(20200317)
    like = ask(
        "SELECT id, territory_path FROM orgs_organisation WHERE category = 'node' AND kind ="
        " 'district' ORDER BY id",
        [],
    )
    told = ("ref", "key", "name", "short_name", "uscc", "territory_path")
    own = ", ".join(name for name in columns_of(Organisation) if name not in told)
    say(
        f"INSERT INTO orgs_organisation (ref, key, name, short_name, uscc, territory_path, {own})"
        f" SELECT %s, %s, %s, %s, '', %s, {own} FROM orgs_organisation WHERE id = (SELECT min(id)"
        " FROM orgs_organisation WHERE category = 'buyer' AND succeeded_by_id IS NULL)",
        [
            (f"{n:032x}", f"bench{n}", f"量测单位{n}", f"量测{n}", f"{draw.choice(like)[1]}9{n}/")
            for n in range(UNITS)
        ],
    )
    places = _places()
    _fill_purchases(draw, places)
    _fill_cube()


def _places() -> list[Any]:
    """(id, ref, district) of every buying unit."""
    return ask(
        "SELECT o.id, o.ref, coalesce(n.code, 'unplaced') FROM orgs_organisation o LEFT JOIN"
        " orgs_organisation n ON n.category = 'node' AND n.kind = 'district' AND o.territory_path"
        " LIKE n.territory_path || '%%' WHERE o.category = 'buyer'",
        [],
    )


def _fill_purchases(draw: random.Random, places: list[Any]) -> None:
    counties = [code for (code,) in ask("SELECT DISTINCT d3 FROM indicators_cell", [])]
    words = {
        name: [word for (word,) in ask(f"SELECT DISTINCT {AT[name]} FROM indicators_cell", [])]
        for name in ("category", "channel", "line")
    }
    months = [f"2019-{month:02d}" for month in range(1, 13)] + ["2020-01", "2020-02", "2020-03"]
    held = [name for name in columns_of(Purchase) if name not in _DRAWN]
    copied = ", ".join(held)
    sql = (
        f"INSERT INTO assistance_ledger_purchase ({', '.join(_DRAWN)}, {copied})"
        f" SELECT {', '.join(['%s'] * len(_DRAWN))}, {copied} FROM assistance_ledger_purchase"
        " WHERE id = (SELECT min(id) FROM assistance_ledger_purchase)"
    )
    kinds = []
    for pk, _ref, district in places:
        line = draw.choice(words["line"])
        for _each in range(KINDS_EACH):
            kinds.append(
                (
                    pk,
                    district,
                    line,
                    draw.choice(counties),
                    draw.choice(words["category"]),
                    draw.choice(words["channel"]),
                    draw.choice(("direct", "helped")),
                    draw.random() < 0.95,
                )
            )
    for start in range(0, RECORDS, 20_000):
        rows = []
        for number in range(start, min(RECORDS, start + 20_000)):
            month = draw.choice(months)
            amount = draw.randrange(1, 10_000_000)
            own = (f"b{number:031x}", f"bench{number}")
            rows.append((*own, *draw.choice(kinds), f"{month}-15", month, amount))
        with transaction.atomic():
            say(sql, rows)


_DRAWN = (
    "ref",
    "key",
    "unit_id",
    "district_code",
    "line_code",
    "county_code",
    "category",
    "channel",
    "mode",
    "assisted",
    "occurred_on",
    "month",
    "amount_fen",
)


def columns_of(model: type[Model]) -> list[str]:
    """Columns of a table but its key."""
    return [str(one.column) for one in model._meta.concrete_fields if one.name != "id"]


def _fill_cube() -> None:
    values = (
        "p.month",
        "p.district_code",
        "p.line_code",
        "p.county_code",
        "p.category",
        "p.channel",
        "p.mode",
        "CASE WHEN p.assisted THEN '1' ELSE '0' END",
        "u.ref",
    )
    glue = " || chr(31) || " if connection.vendor == "postgresql" else " || char(31) || "
    key = glue.join(f"d{number}" for number in range(9))
    named = ", ".join(f"{value} AS d{number}" for number, value in enumerate(values))
    say("DELETE FROM indicators_cell")
    say(
        "INSERT INTO indicators_cell (projection, key, n, fen, first, second, third, fourth,"
        " fifth, sixth, seventh, eighth, d0, d1, d2, d3, d4, d5, d6, d7, d8)"
        f" SELECT 'purchases', {key}, count(*), sum(amount_fen), 0, 0, 0, 0, 0, 0, 0, 0, d0, d1,"
        f" d2, d3, d4, d5, d6, d7, d8 FROM (SELECT {named}, p.amount_fen FROM"
        " assistance_ledger_purchase p JOIN orgs_organisation u ON u.id = p.unit_id WHERE"
        " p.reversed_at IS NULL) s GROUP BY d0, d1, d2, d3, d4, d5, d6, d7, d8"
    )
    if connection.vendor == "postgresql":
        say("ANALYZE indicators_cell")
        say("ANALYZE assistance_ledger_purchase")
