"""The words by which a ticket is found, in a table of their own: the sweep writes to tickets all day long, and would
write to their indexes too. A trigger keeps them; nothing else writes here."""

import pgtrigger
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Upper

# What of a ticket is searched: all of it may be read by the ticket's client too.
SEARCHED = ("title", "error_code", "device_name", "external_id", "resolution", "description")
LONGEST = 20_000  # characters of each; PostgreSQL refuses lists of words above a megabyte
WRITTEN = ("PUBLIC_REPLY", "WORK_NOTE")  # kinds of events whose text people wrote

_KEEP = (
    "INSERT INTO tickets_ticketwords (ticket_id, text) SELECT {row}id, lower(concat_ws(E'\\n', {texts})) {rows} "
    "ON CONFLICT (ticket_id) DO UPDATE SET text = EXCLUDED.text; RETURN NULL;"
)


def _keep(row: str, rows: str) -> str:
    return _KEEP.format(row=row, rows=rows, texts=", ".join(f"left({row}{name}, {LONGEST})" for name in SEARCHED))


# Once per statement, however many tickets come in by it. An update is looked at only when it names one of the columns.
TRIGGERS = [
    pgtrigger.Trigger(
        name="words_of_new_ones",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_ones"),
        func=_keep("", "FROM new_ones"),
    ),
    pgtrigger.Trigger(
        name="words_changed",
        when=pgtrigger.After,
        operation=pgtrigger.UpdateOf(*SEARCHED),
        condition=pgtrigger.AnyChange(*SEARCHED),
        func=_keep("NEW.", ""),
    ),
]


def lexemes(column: str) -> models.Func:
    """The words of a column as the database's function `ticket_lexemes` tells them: as they stand, and their stems."""
    return models.Func(models.F(column), function="ticket_lexemes", output_field=SearchVectorField())


EVENT_WORDS = GinIndex(lexemes("text"), name="event_words", condition=models.Q(kind__in=WRITTEN))
CASE_NUMBERS = GinIndex(
    OpClass(Upper("number"), name="gin_trgm_ops"), name="case_numbers", condition=~models.Q(number="")
)


class TicketWords(models.Model):
    """A ticket's words: in small letters for parts of words, as a list of words for their beginnings and stems."""

    ticket = models.OneToOneField(
        "tickets.Ticket", on_delete=models.CASCADE, primary_key=True, related_name="words"
    )  # fmt: skip
    text = models.TextField()
    lexemes = models.GeneratedField(expression=lexemes("text"), output_field=SearchVectorField(), db_persist=True)

    class Meta:
        indexes = [
            GinIndex(fields=["text"], opclasses=["gin_trgm_ops"], name="ticket_parts_of_words"),
            GinIndex(fields=["lexemes"], name="ticket_words"),
        ]

    def __str__(self) -> str:
        return f"Words of ESC-{self.ticket_id}"
