"""A service can be retired without its vendor."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vendors", "0003_contacts_verified_and_edits_kept")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="retired_at",
            field=models.DateTimeField(help_text="Kept for the record, offered no more", null=True),
        ),
    ]
