# Records count in the month they were made; what was released before there was a chain is published.

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def fill(apps, schema_editor):
    schema_editor.execute(
        "UPDATE assistance_ledger_purchase SET month = substr(CAST(occurred_on AS TEXT), 1, 7)"
    )
    schema_editor.execute(
        "UPDATE assistance_ledger_purchase SET reversed_month = month WHERE reversed_at IS NOT NULL"
    )
    schema_editor.execute(
        "UPDATE assistance_ledger_release SET state = 'published', proposed_at = released_at"
    )


class Migration(migrations.Migration):

    dependencies = [
        ('assistance_ledger', '0001_initial'),
        ('cases', '0001_initial'),
        ('orgs', '0002_delegation'),
    ]

    operations = [
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('ref', models.CharField(max_length=32, unique=True)),
                ('district_code', models.CharField(max_length=12)),
                ('line_code', models.CharField(max_length=20)),
                ('n', models.IntegerField(default=0)),
                ('fen', models.BigIntegerField(default=0)),
                ('direct_fen', models.BigIntegerField(default=0)),
                ('helped_fen', models.BigIntegerField(default=0)),
                ('assisted_fen', models.BigIntegerField(default=0)),
                ('households', models.BigIntegerField(default=0)),
                ('people', models.BigIntegerField(default=0)),
                ('content_sha256', models.CharField(blank=True, max_length=64)),
                ('note', models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name='ReportingPeriod',
            fields=[
                ('code', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('due_on', models.DateField()),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('sums', models.JSONField(default=dict)),
                ('fact_ref', models.CharField(max_length=32)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='release',
            name='release_once',
        ),
        migrations.AddField(
            model_name='purchase',
            name='month',
            field=models.CharField(default='', max_length=7),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='purchase',
            name='reversed_month',
            field=models.CharField(blank=True, max_length=7),
        ),
        migrations.AddField(
            model_name='release',
            name='case',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='release',
            name='note',
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name='release',
            name='proposed_at',
            field=models.DateTimeField(default=django.utils.timezone.now),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='release',
            name='state',
            field=models.CharField(default='open', max_length=10),
        ),
        migrations.AlterField(
            model_name='release',
            name='fact_ref',
            field=models.CharField(blank=True, max_length=32),
        ),
        migrations.AlterField(
            model_name='release',
            name='released_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='purchase',
            index=models.Index(fields=['month', 'unit'], name='purchase_month'),
        ),
        migrations.AddIndex(
            model_name='purchase',
            index=models.Index(condition=models.Q(('reversed_month', ''), _negated=True), fields=['reversed_month', 'unit'], name='purchase_taken_off'),
        ),
        migrations.AddConstraint(
            model_name='purchase',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reversed_at__isnull', True), ('reversed_month', '')), models.Q(('reversed_at__isnull', False), models.Q(('reversed_month', ''), _negated=True)), _connector='OR'), name='purchase_reversed_month'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'published')), fields=('period', 'version'), name='release_once'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('state',), name='release_one_open'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'published', 'withdrawn'])), name='release_state'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('released_at__isnull', False), _connector='OR'), name='release_published_at'),
        ),
        migrations.AddField(
            model_name='report',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case'),
        ),
        migrations.AddField(
            model_name='report',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organisation'),
        ),
        migrations.AddField(
            model_name='report',
            name='period',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='assistance_ledger.reportingperiod'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['period', 'district_code'], name='report_district'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(fields=('period', 'unit'), name='report_once'),
        ),
    ]
