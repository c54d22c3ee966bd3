"""Organisations that are there already can be found by their short names."""

from django.db import migrations

from niangjia.blocks.orgs.rules import short_name

BATCH = 500


def fill(apps, schema_editor):
    rows = apps.get_model("orgs", "Organisation").objects.order_by("id")
    last = 0
    while batch := list(rows.filter(pk__gt=last).only("id", "name")[:BATCH]):
        for row in batch:
            row.short_name = short_name(row.name)
        rows.model.objects.bulk_update(batch, ["short_name"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("orgs", "0004_succession")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
