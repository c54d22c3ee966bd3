"""The columns say what the keys say, for every cell that is there; indexes for what narrows most."""

from django.db import migrations, models

SEPARATOR = "\x1f"
COLUMNS = [f"d{number}" for number in range(10)]


def _part(key: str, number: int) -> str:
    parts = key.split(SEPARATOR)
    return parts[number] if number < len(parts) else ""


def fill(apps: object, schema_editor: object) -> None:
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        connection.connection.create_function("key_part", 2, _part, deterministic=True)
        parts = [f"{name} = key_part(key, {number})" for number, name in enumerate(COLUMNS)]
    else:
        parts = [
            f"{name} = split_part(key, chr(31), {number + 1})"
            for number, name in enumerate(COLUMNS)
        ]
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE indicators_cell SET {', '.join(parts)}")


class Migration(migrations.Migration):
    dependencies = [("indicators", "0003_columns")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex("cell", models.Index(fields=["d3"], name="cell_d3")),
        migrations.AddIndex("cell", models.Index(fields=["d8"], name="cell_d8")),
    ]
