"""The database itself refuses to change or remove bulletins and their trees."""

from typing import Any, ClassVar

from django.db import migrations

SAME = {
    "indicators_bulletin": "id = NEW.id OR ref = NEW.ref OR fact_ref = NEW.fact_ref"
    " OR previous_id = NEW.previous_id OR corrects_id = NEW.corrects_id"
    " OR (indicator = NEW.indicator AND scope = NEW.scope AND number = NEW.number)",
    "indicators_bulletintile": "id = NEW.id OR (bulletin_id = NEW.bulletin_id"
    " AND level = NEW.level AND number = NEW.number)",
}
WHY = "a bulletin never changes"
SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{why}'); END
"""
# INSERT OR REPLACE takes a row away without a DELETE: refused before it begins.
SQLITE_REPLACE = """
CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, '{why}'); END
"""
POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION indicators_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'a bulletin never changes'; END $$
"""
POSTGRES_ROWS = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION indicators_refuse()
"""
POSTGRES_TRUNCATE = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION indicators_refuse()
"""


def refuse(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.alias != "default":
        return
    if connection.vendor != "sqlite":
        schema_editor.execute(POSTGRES_FUNCTION)
    for table, same in SAME.items():
        if connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(SQLITE.format(table=table, verb=verb, why=WHY))
            schema_editor.execute(SQLITE_REPLACE.format(table=table, same=same, why=WHY))
        else:
            schema_editor.execute(POSTGRES_ROWS.format(table=table))
            schema_editor.execute(POSTGRES_TRUNCATE.format(table=table))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("indicators", "0005_bulletins")]
    operations: ClassVar = [migrations.RunPython(refuse, migrations.RunPython.noop)]
