"""Sums by key and how far they follow the log. Keys are compared byte by byte, in any locale."""

from typing import Any, ClassVar

from django.db import migrations, models

BYTES = 'ALTER TABLE indicators_cell ALTER COLUMN "key" TYPE varchar(300) COLLATE "C"'


def compare_bytes(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BYTES)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Position',
            fields=[
                ('projection', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('size', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('projection', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=300)),
                ('n', models.BigIntegerField()),
                ('fen', models.BigIntegerField()),
                ('first', models.BigIntegerField()),
                ('second', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('projection', 'key'), name='cell_once')],
            },
        ),
        migrations.RunPython(compare_bytes, migrations.RunPython.noop),
    ]
