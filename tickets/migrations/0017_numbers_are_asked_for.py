from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0016_unsettled_cases_put_aside"),
    ]

    operations = [
        migrations.AlterField(
            model_name="casetask",
            name="kind",
            field=models.CharField(
                choices=[
                    ("LODGE", "Lodge it on the vendor's portal"),
                    ("CALL", "Call the vendor"),
                    ("ANSWER", "Answer the vendor"),
                    ("CONFIRM", "Confirm that it is done"),
                    ("CONTACT", "Find a contact that works"),
                    ("NUMBER", "Note the vendor's number"),
                ],
                max_length=7,
            ),
        ),
    ]
