"""Each key gets a random name by which its erasure is recorded."""

import secrets
from typing import Any, ClassVar

from django.db import migrations, models

import niangjia.core.models


def fill(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.alias != "keys":
        return
    for key in apps.get_model("core", "SealKey").objects.using("keys").filter(ref=None):
        key.ref = secrets.token_hex(16)
        key.save(update_fields=["ref"], using="keys")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("core", "0001_initial")]
    operations: ClassVar = [
        migrations.AddField("sealkey", "ref", models.CharField(max_length=32, null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop, hints={"keys": True}),
        migrations.AlterField(
            "sealkey",
            "ref",
            models.CharField(max_length=32, unique=True, default=niangjia.core.models.new_ref),
        ),
    ]
