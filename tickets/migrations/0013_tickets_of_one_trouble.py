"""Tickets of one device, and of one error code, the latest first: what a ticket's page shows beside it."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0004_language_of_a_client"),
        ("sla", "0001_initial"),
        ("tickets", "0012_escalated_tickets_and_events_by_time"),
        ("tiers", "0005_titles_in_other_languages"),
        ("vendors", "0002_client_texts_in_other_languages"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("error_code", ""), _negated=True),
                fields=["error_code", "-id"],
                name="ticket_of_error_code",
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("asset__isnull", False)), fields=["asset", "-id"], name="ticket_of_asset"
            ),
        ),
    ]
