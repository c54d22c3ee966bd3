"""A cell's dimensions also stand in columns of their own: added in place, a cube is large."""

from django.db import migrations, models

COLUMNS = [f"d{number}" for number in range(10)]


class Migration(migrations.Migration):
    dependencies = [("indicators", "0002_measures")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    [
                        f"ALTER TABLE indicators_cell ADD COLUMN {name}"
                        " varchar(100) NOT NULL DEFAULT ''"
                        for name in COLUMNS
                    ],
                    [f"ALTER TABLE indicators_cell DROP COLUMN {name}" for name in COLUMNS],
                )
            ],
            state_operations=[
                migrations.AddField(
                    "cell", name, models.CharField(max_length=100, default="", db_default="")
                )
                for name in COLUMNS
            ],
        ),
    ]
