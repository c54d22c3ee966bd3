"""The index in the database: FTS5 without positions on SQLite, a GIN index on PostgreSQL.

One table for all kinds: a thing's place is its kind's number and its row's id, so that the newest
come first and one kind is a range. It only proposes: whoever reads rows checks what may be seen.
"""

import json
from collections.abc import Iterable, Iterator

from django.db import connection
from django.db.models import BigIntegerField
from django.db.models.expressions import RawSQL

from niangjia.blocks.desk.types import Document, Wanted

KIND_BITS = 44  # ids below 17 million million
_PUT = {
    "sqlite": "INSERT OR REPLACE INTO desk_findindex (rowid, tokens) VALUES (%s, %s)",
    "postgresql": "INSERT INTO desk_findindex (rowid, tokens) VALUES"
    " (%s, array_to_tsvector(%s::text[]))"
    " ON CONFLICT (rowid) DO UPDATE SET tokens = excluded.tokens",
}
_SELECT = {
    "sqlite": "SELECT rowid FROM desk_findindex WHERE desk_findindex MATCH %s",
    "postgresql": "SELECT rowid FROM desk_findindex WHERE tokens @@ %s::tsquery",
}
FIRST_STEP, LAST_STEP = 64, 4096


def put(number: int, documents: Iterable[Document]) -> None:
    """These documents stand in the index as they are now. number: of their kind."""
    base = number << KIND_BITS
    if connection.vendor == "postgresql":
        rows: list[tuple[int, str | list[str]]] = [
            (base | one.id, list(dict.fromkeys(one.tokens.split()))) for one in documents
        ]
    else:
        rows = [(base | one.id, one.tokens) for one in documents]
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(_PUT[connection.vendor], rows)


def clear() -> None:
    """The index is empty."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE desk_findindex")
        else:
            cursor.execute("INSERT INTO desk_findindex (desk_findindex) VALUES ('delete-all')")


def merge(n_pages: int) -> bool:
    """Join segments that many small commits left; True if there may be more to do (SQLite)."""
    if connection.vendor == "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT total_changes()")
        before = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO desk_findindex (desk_findindex, rank) VALUES ('merge', %s)", [n_pages]
        )
        cursor.execute("SELECT total_changes()")
        return bool(cursor.fetchone()[0] - before >= 2)


def proposed(
    number: int, wanted: Wanted, *, beyond: int | None = None, limit: int, oldest: bool = False
) -> list[int]:
    """Ids of at most `limit` things that match, newest (or oldest) first.

    beyond: only ids after this one in that order. wanted: not empty, ValueError if it is.
    """
    if not wanted:
        raise ValueError("nothing is wanted")
    base = number << KIND_BITS
    low, high = base, base + (1 << KIND_BITS)
    if beyond is not None:
        low, high = (base + beyond + 1, high) if oldest else (low, base + beyond)
    order = "ASC" if oldest else "DESC"
    sql = f"{_select()} AND rowid >= %s AND rowid < %s ORDER BY rowid {order} LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [_expression(wanted), low, high, limit])
        return [row[0] - base for row in cursor.fetchall()]


def walk(
    number: int,
    wanted: Wanted,
    *,
    beyond: int | None = None,
    oldest: bool = False,
    first: int = FIRST_STEP,
) -> Iterator[list[int]]:
    """Everything that matches, newest (or oldest) first, in lists that grow from `first`."""
    step = first
    while ids := proposed(number, wanted, beyond=beyond, limit=step, oldest=oldest):
        yield ids
        if len(ids) < step:
            return
        beyond, step = ids[-1], min(step * 4, LAST_STEP)


def matched(number: int, wanted: Wanted) -> RawSQL:
    """Ids of everything that matches, as a part of a query."""
    base = number << KIND_BITS
    sql = _select().replace("rowid", "rowid - %s", 1) + " AND rowid >= %s AND rowid < %s"
    params = [base, _expression(wanted), base, base + (1 << KIND_BITS)]
    return RawSQL(sql, params, output_field=BigIntegerField())  # noqa: S611


def in_ids(ids: Iterable[int]) -> RawSQL:
    """Ids as one parameter, for `filter(pk__in=...)`: a thousand of them cost next to nothing."""
    listed = list(ids)
    if connection.vendor == "postgresql":
        return RawSQL("SELECT unnest(%s::bigint[])", [listed])
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(listed)])


def _select() -> str:
    return _SELECT[connection.vendor]


def _expression(wanted: Wanted) -> str:
    return _tsquery(wanted) if connection.vendor == "postgresql" else _match(wanted)


def _match(wanted: Wanted) -> str:
    """An FTS5 expression; tokens hold letters, digits and `_` alone."""
    return " AND ".join(
        "(" + " OR ".join("(" + " AND ".join(f'"{t}"' for t in some) + ")" for some in clause) + ")"
        for clause in wanted
    )


def _tsquery(wanted: Wanted) -> str:
    return " & ".join(
        "(" + " | ".join("(" + " & ".join(f"'{t}'" for t in some) + ")" for some in clause) + ")"
        for clause in wanted
    )
