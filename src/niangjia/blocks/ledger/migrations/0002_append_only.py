"""The database itself refuses to change or remove facts and entries; the head row stands."""

from typing import Any, ClassVar

from django.db import migrations

TABLES = ("ledger_storedfact", "ledger_entry")
SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
# INSERT OR REPLACE takes a row away without a DELETE: refused before it begins.
SQLITE_REPLACE = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
"""
SAME = {
    "ledger_storedfact": "id = NEW.id OR ref = NEW.ref",
    "ledger_entry": '"index" = NEW."index" OR fact_id = NEW.fact_id',
}
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
"""
POSTGRES_ROWS = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
"""
POSTGRES_TRUNCATE = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse()
"""


def refuse(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(SQLITE.format(table=table, verb=verb))
            schema_editor.execute(SQLITE_REPLACE.format(table=table, same=SAME[table]))
        return
    schema_editor.execute(POSTGRES_FUNCTION)
    for table in TABLES:
        schema_editor.execute(POSTGRES_ROWS.format(table=table))
        schema_editor.execute(POSTGRES_TRUNCATE.format(table=table))


def head(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias == "default":
        apps.get_model("ledger", "Head").objects.get_or_create(pk=1)


def guarded(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias == "default":
        refuse(apps, schema_editor)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0001_initial")]
    operations: ClassVar = [
        migrations.RunPython(guarded, migrations.RunPython.noop),
        migrations.RunPython(head, migrations.RunPython.noop),
    ]
