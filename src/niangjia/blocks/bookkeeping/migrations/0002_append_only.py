"""The database itself refuses to change or remove transfers, and to make an account another one.

INSERT OR REPLACE takes a row away without a DELETE unless recursive_triggers is on, as settings have
it: a trigger on INSERT that looks for such rows would cost each transfer a third more.
"""

from typing import Any, ClassVar

from django.db import migrations

TRANSFER, ACCOUNT = "bookkeeping_transfer", "bookkeeping_account"
FIXED = ("id", "book_id", "code", "asset", "normal", "floored")
CHANGED = " OR ".join(f"OLD.{name} <> NEW.{name}" for name in FIXED)
SQLITE = (
    f"""
CREATE TRIGGER {TRANSFER}_no_update BEFORE UPDATE ON {TRANSFER}
BEGIN SELECT RAISE(ABORT, 'transfers are append-only'); END
""",
    f"""
CREATE TRIGGER {TRANSFER}_no_delete BEFORE DELETE ON {TRANSFER}
BEGIN SELECT RAISE(ABORT, 'transfers are append-only'); END
""",
    f"""
CREATE TRIGGER {ACCOUNT}_no_delete BEFORE DELETE ON {ACCOUNT}
BEGIN SELECT RAISE(ABORT, 'accounts stay'); END
""",
    f"""
CREATE TRIGGER {ACCOUNT}_fixed BEFORE UPDATE ON {ACCOUNT}
WHEN {CHANGED}
BEGIN SELECT RAISE(ABORT, 'accounts stay what they are'); END
""",
)
POSTGRES = (
    f"""
CREATE OR REPLACE FUNCTION bookkeeping_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'transfers are append-only, accounts stay what they are'; END $$
""",
    f"""
CREATE TRIGGER {TRANSFER}_no_change BEFORE UPDATE OR DELETE ON {TRANSFER}
FOR EACH ROW EXECUTE FUNCTION bookkeeping_refuse()
""",
    f"""
CREATE TRIGGER {TRANSFER}_no_truncate BEFORE TRUNCATE ON {TRANSFER}
FOR EACH STATEMENT EXECUTE FUNCTION bookkeeping_refuse()
""",
    f"""
CREATE TRIGGER {ACCOUNT}_no_delete BEFORE DELETE ON {ACCOUNT}
FOR EACH ROW EXECUTE FUNCTION bookkeeping_refuse()
""",
    f"""
CREATE TRIGGER {ACCOUNT}_fixed BEFORE UPDATE ON {ACCOUNT}
FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION bookkeeping_refuse()
""",
)


def refuse(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.alias == "default":
        for statement in SQLITE if connection.vendor == "sqlite" else POSTGRES:
            schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies: ClassVar = [("bookkeeping", "0001_initial")]
    operations: ClassVar = [migrations.RunPython(refuse, migrations.RunPython.noop)]
