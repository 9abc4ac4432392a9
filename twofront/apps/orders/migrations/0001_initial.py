import django.db.models.deletion
from django.db import migrations, models

from twofront.ground.protect import Protect


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('ground', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RuleDraft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('known_at', models.DateTimeField()),
                ('is_void', models.BooleanField(default=False)),
                ('line_code', models.TextField(null=True)),
                ('block_code', models.TextField(db_index=True, null=True)),
                ('uid', models.UUIDField(db_index=True)),
                ('version', models.IntegerField()),
                ('decision', models.TextField()),
                ('place', models.TextField()),
                ('clause', models.TextField()),
                ('basis', models.TextField(default='')),
                ('since', models.DateTimeField(null=True)),
                ('until', models.DateTimeField(null=True)),
                ('text', models.TextField()),
                ('faults', models.IntegerField()),
                ('reason', models.TextField(default='')),
                ('act', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='ground.act')),
            ],
            options={
                'verbose_name': '规则草稿',
                'constraints': [models.UniqueConstraint(fields=('uid', 'version'), name='one_draft_a_version')],
            },
        ),
        Protect('RuleDraft', history='fact', visible='row'),
    ]
