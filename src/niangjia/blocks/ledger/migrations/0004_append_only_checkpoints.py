"""What was signed, cosigned and published is never changed or removed; the database refuses it."""

from importlib import import_module
from typing import Any, ClassVar

from django.db import migrations

before = import_module("niangjia.blocks.ledger.migrations.0002_append_only")
SAME = {
    "ledger_log": "number = NEW.number OR origin = NEW.origin",
    "ledger_tile": "id = NEW.id OR (log_id = NEW.log_id AND level = NEW.level AND n = NEW.n)",
    "ledger_checkpoint": "id = NEW.id OR previous_id = NEW.previous_id"
    " OR (log_id = NEW.log_id AND size = NEW.size)",
    "ledger_cosignature": "id = NEW.id OR (checkpoint_id = NEW.checkpoint_id"
    " AND key_name = NEW.key_name AND key_id = NEW.key_id AND at = NEW.at)",
    "ledger_policy": "number = NEW.number OR fact_id = NEW.fact_id",
    "ledger_published": "checkpoint_id = NEW.checkpoint_id",
}


def refuse(apps: Any, schema_editor: Any) -> None:
    connection = schema_editor.connection
    if connection.alias != "default":
        return
    for table, same in SAME.items():
        if connection.vendor == "sqlite":
            for verb in ("UPDATE", "DELETE"):
                schema_editor.execute(before.SQLITE.format(table=table, verb=verb))
            schema_editor.execute(before.SQLITE_REPLACE.format(table=table, same=same))
        else:
            schema_editor.execute(before.POSTGRES_ROWS.format(table=table))
            schema_editor.execute(before.POSTGRES_TRUNCATE.format(table=table))


class Migration(migrations.Migration):
    dependencies: ClassVar = [("ledger", "0003_checkpoints")]
    operations: ClassVar = [migrations.RunPython(refuse, migrations.RunPython.noop)]
