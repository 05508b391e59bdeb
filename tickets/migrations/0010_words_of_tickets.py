import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

# Punctuation parts words, so that esx01.acme.example is found by each of its parts; so it does in what is sought.
LEXEMES = r"""
CREATE FUNCTION ticket_lexemes(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    to_tsvector('pg_catalog.english', translate(left(words, 50000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
    || to_tsvector('pg_catalog.simple', translate(left(words, 50000), '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)))
"""
FILL = r"""
INSERT INTO tickets_ticketwords (ticket_id, text)
SELECT id, lower(concat_ws(E'\n', left(title, 20000), left(error_code, 20000), left(device_name, 20000),
                           left(external_id, 20000), left(resolution, 20000), left(description, 20000)))
FROM tickets_ticket
"""


class Migration(migrations.Migration):

    dependencies = [
        ('outbox', '0002_messages_can_be_cancelled'),
        ('tickets', '0009_what_the_desk_keeps'),
        ('vendors', '0002_client_texts_in_other_languages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunSQL(LEXEMES, "DROP FUNCTION ticket_lexemes(text)"),
        migrations.CreateModel(
            name='TicketWords',
            fields=[
                ('ticket', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='words', serialize=False, to='tickets.ticket')),
                ('text', models.TextField()),
                ('lexemes', models.GeneratedField(db_persist=True, expression=models.Func(models.F('text'), function='ticket_lexemes', output_field=django.contrib.postgres.search.SearchVectorField()), output_field=django.contrib.postgres.search.SearchVectorField())),
            ],
        ),
        migrations.AddIndex(
            model_name='ticketevent',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('text'), function='ticket_lexemes', output_field=django.contrib.postgres.search.SearchVectorField()), condition=models.Q(('kind__in', ('PUBLIC_REPLY', 'WORK_NOTE'))), name='event_words'),
        ),
        migrations.AddIndex(
            model_name='vendorcase',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper('number'), name='gin_trgm_ops'), condition=models.Q(('number', ''), _negated=True), name='case_numbers'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='words_of_new_ones', sql=pgtrigger.compiler.UpsertTriggerSql(func="INSERT INTO tickets_ticketwords (ticket_id, text) SELECT id, lower(concat_ws(E'\\n', left(title, 20000), left(error_code, 20000), left(device_name, 20000), left(external_id, 20000), left(resolution, 20000), left(description, 20000))) FROM new_ones ON CONFLICT (ticket_id) DO UPDATE SET text = EXCLUDED.text; RETURN NULL;", hash='06437bbd4c21006a9d730938fc0526a26b86926a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_words_of_new_ones_756c3', referencing='REFERENCING NEW TABLE AS new_ones ', table='tickets_ticket', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='ticket',
            trigger=pgtrigger.compiler.Trigger(name='words_changed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."device_name" IS DISTINCT FROM (NEW."device_name") OR OLD."error_code" IS DISTINCT FROM (NEW."error_code") OR OLD."external_id" IS DISTINCT FROM (NEW."external_id") OR OLD."resolution" IS DISTINCT FROM (NEW."resolution") OR OLD."title" IS DISTINCT FROM (NEW."title"))', func="INSERT INTO tickets_ticketwords (ticket_id, text) SELECT NEW.id, lower(concat_ws(E'\\n', left(NEW.title, 20000), left(NEW.error_code, 20000), left(NEW.device_name, 20000), left(NEW.external_id, 20000), left(NEW.resolution, 20000), left(NEW.description, 20000)))  ON CONFLICT (ticket_id) DO UPDATE SET text = EXCLUDED.text; RETURN NULL;", hash='b7508917504e680f5da65c0da556500de386874a', operation='UPDATE OF "title", "error_code", "device_name", "external_id", "resolution", "description"', pgid='pgtrigger_words_changed_51153', table='tickets_ticket', when='AFTER')),
        ),
        migrations.AddIndex(
            model_name='ticketwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['text'], name='ticket_parts_of_words', opclasses=['gin_trgm_ops']),
        ),
        migrations.AddIndex(
            model_name='ticketwords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['lexemes'], name='ticket_words'),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
