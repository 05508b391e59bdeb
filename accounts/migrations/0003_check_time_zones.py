"""A person's time zone is an IANA zone."""

from django.db import migrations, models

import accounts.zones


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_invitations_and_the_record_of_access")]

    operations = [
        migrations.AlterField(
            model_name="user",
            name="timezone",
            field=models.CharField(default="UTC", max_length=60, validators=[accounts.zones.check_zone]),
        ),
    ]
