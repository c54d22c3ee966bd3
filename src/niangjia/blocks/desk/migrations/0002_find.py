"""The index of what can be found: postings in the database's own full-text engine."""

from django.db import migrations, models

SQLITE = [
    "CREATE VIRTUAL TABLE desk_findindex USING fts5(tokens, content='', contentless_delete=1,"
    " detail=none, tokenize=\"ascii tokenchars '_'\")",
]
POSTGRES = [
    "CREATE TABLE desk_findindex (rowid bigint PRIMARY KEY, tokens tsvector NOT NULL)",
    "CREATE INDEX desk_findindex_tokens ON desk_findindex USING gin (tokens)",
]


def create(apps, schema_editor):
    if schema_editor.connection.alias != "default":
        return
    vendor = schema_editor.connection.vendor
    for statement in POSTGRES if vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def drop(apps, schema_editor):
    if schema_editor.connection.alias == "default":
        schema_editor.execute("DROP TABLE desk_findindex")


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FindPosition",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("size", models.BigIntegerField(default=0)),
                ("target", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="PrintedSheet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("kind", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
                ("title", models.CharField(max_length=120)),
                ("n", models.PositiveIntegerField()),
                ("total_fen", models.BigIntegerField()),
                ("refs", models.TextField()),
                ("organisation_id", models.BigIntegerField(null=True)),
                ("printed_at", models.DateTimeField()),
            ],
        ),
        migrations.RunPython(create, drop),
    ]
