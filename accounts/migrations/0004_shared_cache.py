"""The table of Django's database cache: what all processes of the web must know of attempts, and nothing else."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_check_time_zones")]

    operations = [
        migrations.RunSQL(
            sql=[
                "CREATE TABLE portal_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
                " expires timestamp with time zone NOT NULL)",
                "CREATE INDEX portal_cache_expires ON portal_cache (expires)",
            ],
            reverse_sql="DROP TABLE portal_cache",
        ),
    ]
