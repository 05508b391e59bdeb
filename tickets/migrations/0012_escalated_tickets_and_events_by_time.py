"""Find escalated tickets for the radar, and what happened in a stretch of time for the start of a shift, by index."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_calls_by_index_and_automatic_side_mail")]

    operations = [
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(
                    (
                        "status__in",
                        ("NEW", "IN_PROGRESS", "WAITING_ON_CLIENT", "WAITING_ON_VENDOR", "ON_HOLD"),
                    ),
                    models.Q(("step__gt", 0), ("manager_calls__gt", 0), _connector="OR"),
                ),
                fields=["next_due_at", "id"],
                name="ticket_escalated",
            ),
        ),
        migrations.AddIndex(
            model_name="ticketevent",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["at"], name="event_by_time", pages_per_range=16
            ),
        ),
    ]
