"""Calls to managers are found by index; a side conversation knows which mails no person wrote."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_words_of_tickets")]

    operations = [
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("metric", "MANAGER_RESPOND"), ("stopped_at__isnull", True)),
                fields=["due_at"],
                name="clock_of_open_call",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("metric", "MANAGER_RESPOND"), ("stopped_at__isnull", False)),
                fields=["-stopped_at"],
                name="clock_of_ended_call",
            ),
        ),
        migrations.AddField(
            model_name="sidemessage",
            name="automatic",
            field=models.BooleanField(default=False, help_text="A program wrote it: it answers nothing"),
        ),
    ]
