# Yearly targets of offices; records found by the file they came in.

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('assistance_ledger', '0002_reports'),
        ('orgs', '0003_access'),
    ]

    operations = [
        migrations.CreateModel(
            name='YearTarget',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('fen', models.BigIntegerField()),
                ('set_at', models.DateTimeField()),
                ('fact_ref', models.CharField(max_length=32)),
            ],
        ),
        migrations.AddIndex(
            model_name='purchase',
            index=models.Index(condition=models.Q(('upload_ref', ''), _negated=True), fields=['upload_ref', 'id'], name='purchase_upload'),
        ),
        migrations.AddField(
            model_name='yeartarget',
            name='office',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='orgs.organisation'),
        ),
        migrations.AddConstraint(
            model_name='yeartarget',
            constraint=models.CheckConstraint(condition=models.Q(('fen__gt', 0)), name='target_positive'),
        ),
    ]
