"""Finding tickets by words: every word stands somewhere in the ticket, or in what is written about it.

Each place that is looked in is a query of its own that uses the index of that place; what they find is put together.
"""

from collections.abc import Iterator

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Q, QuerySet

from clients.models import Asset, Client, Contact
from tickets.models import Ticket, TicketEvent, TicketWords, VendorCase
from tickets.search_words import Search, Word
from tickets.words_models import WRITTEN, lexemes


def matching(tickets: QuerySet[Ticket], search: Search, *, bound: bool = False) -> QuerySet[Ticket]:
    """Those of the tickets in which every word is found; none where no word is left to look for.

    `bound`: for a key of the client's, only by what the client may read.
    """
    if not search.words:
        return tickets.none()
    for word in search.words:
        first, *others = _places(word, bound=bound)
        tickets = tickets.filter(pk__in=first.union(*others, all=True))
    return tickets


def _places(word: Word, *, bound: bool) -> Iterator[QuerySet]:
    """The ids of tickets, by each place in which the word is found."""
    part = Q(text__contains=word.text) if word.is_long else Q()
    yield TicketWords.objects.filter(Q(lexemes=_query(word)) | part).values("ticket_id")
    if word.ticket is not None:
        yield Ticket.objects.filter(pk=word.ticket).values("pk")
    yield _written(word, bound=bound)
    yield from _named(word, bound=bound)


def _query(word: Word) -> SearchQuery:
    """The word as it stands, and the beginning of longer ones; one that is a single word by its stem as well.

    Of several, stems would leave out those that English uses in every sentence, and find too much.
    """
    text = f"'{word.parts}':*" if len(word.parts) > 1 else f"'{word.parts}'"
    as_written = SearchQuery(text, config="simple", search_type="raw")
    if " " in word.parts:
        return as_written
    return as_written | SearchQuery(text, config="english", search_type="raw")


def _written(word: Word, *, bound: bool) -> QuerySet:
    """By replies and notes; a client's key finds by the replies that its client may read."""
    written = TicketEvent.objects.order_by().values("ticket_id").alias(lexemes=lexemes("text"))
    found = written.filter(kind__in=WRITTEN, lexemes=_query(word))
    if not bound:
        return found
    readable = found.filter(kind="PUBLIC_REPLY", seq__gt=F("ticket__public_from"))
    return readable.alias(told=lexemes("client_text")).filter(told=_query(word))


def _named(word: Word, *, bound: bool) -> Iterator[QuerySet]:
    """By the client, the contact and the asset; by the vendor's number, which clients are not told."""
    how = "icontains" if word.is_long else "istartswith"
    clients = Client.objects.filter(**{f"name__{how}": word.text})
    contacts = Contact.objects.filter(Q(**{f"name__{how}": word.text}) | Q(**{f"email__{how}": word.text}))
    assets = {f"name__{how}": word.text}
    yield Ticket.objects.filter(client__in=clients.order_by().values("pk")).values("pk")
    yield Ticket.objects.filter(contact__in=contacts.order_by().values("pk")).values("pk")
    serials = Q() if bound else Q(**{f"serial__{how}": word.text})
    yield Ticket.objects.filter(asset__in=Asset.objects.filter(Q(**assets) | serials).order_by().values("pk")).values(
        "pk"
    )
    if not bound and word.is_long:
        yield VendorCase.objects.exclude(number="").filter(number__icontains=word.text).values("ticket_id")
