"""A name that transactions hold until they end: together with others, or alone."""

import hashlib

from django.db import DEFAULT_DB_ALIAS, connections


def hold(name: str, *, alone: bool) -> None:
    """Wait until the name is free for us and keep it until this transaction ends.

    Holders that are not `alone` share it. On SQLite every transaction has its turn anyway.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor != "postgresql":
        return
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
    how = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {how}(%s)", [key])
