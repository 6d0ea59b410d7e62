from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('workflow', '0004_lists_in_their_order'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='planimport',
            constraint=models.UniqueConstraint(fields=('office', 'sha256'), name='workflow_one_import_per_document'),
        ),
    ]
