"""What evidence the records of before lack: all that they need, for none was kept."""

from django.db import migrations

BATCH = 2_000


def fill(apps, schema_editor):
    from niangjia.programmes.assistance_ledger.requirements import needed_by

    Purchase = apps.get_model("assistance_ledger", "Purchase")
    after = 0
    while True:
        rows = Purchase.objects.filter(pk__gt=after).order_by("pk")
        found = list(rows.values_list("pk", "occurred_on", "channel", "amount_fen")[:BATCH])
        if not found:
            return
        by_missing = {}
        for pk, day, channel, fen in found:
            try:
                wanted = ",".join(needed_by(day, channel, fen))
            except LookupError:
                wanted = ""
            by_missing.setdefault(wanted, []).append(pk)
        for missing, pks in by_missing.items():
            for at in range(0, len(pks), 500):
                Purchase.objects.filter(pk__in=pks[at : at + 500]).update(missing=missing)
        after = found[-1][0]


class Migration(migrations.Migration):
    dependencies = [("assistance_ledger", "0007_evidence")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
