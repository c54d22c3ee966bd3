"""Inserting many rows fast: one prepared statement, no model instances, no identities read back."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections, models

from niangjia.core.errors import ProgrammingError


def insert_rows(
    model: type[models.Model],
    names: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    ignore_conflicts: bool = False,
) -> None:
    """Insert rows of values, given in the order of `names`, in the current transaction.

    names: every column's attribute (`unit_id`), an automatic key left out; defaults of the model
    are not filled in. ignore_conflicts: rows already there stand.
    """
    if not rows:
        return
    meta = model._meta
    fields = {
        one.attname: one for one in meta.concrete_fields if not isinstance(one, models.AutoField)
    }
    if set(names) != fields.keys():
        raise ProgrammingError(f"{meta.label}: {sorted(set(names) ^ fields.keys())}")
    connection = connections[model.objects.db]  # type: ignore[attr-defined]
    quote = connection.ops.quote_name
    columns = ", ".join(quote(str(fields[name].column)) for name in names)
    places = ", ".join(["%s"] * len(names))
    end = " ON CONFLICT DO NOTHING" if ignore_conflicts else ""
    ready: list[list[Any]] = [list(row) for row in rows]
    for place, name in enumerate(names):
        if (convert := _converter(fields[name], connection)) is not None:
            for row in ready:
                row[place] = convert(row[place])
    sql = f"INSERT INTO {quote(meta.db_table)} ({columns}) VALUES ({places}){end}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, ready)


def _converter(field: Any, connection: Any) -> Callable[[Any], Any] | None:
    """What makes a value fit for the driver; None if any value is handed over as it is."""
    if isinstance(field, models.JSONField):
        return lambda value: field.get_db_prep_save(value, connection)
    if not isinstance(field, (models.DateField, models.DecimalField)):
        return None
    known: dict[object, object] = {}

    def convert(value: object) -> object:
        if value not in known:
            known[value] = field.get_db_prep_save(value, connection)
        return known[value]

    return convert
