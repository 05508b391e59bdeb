"""Finding tickets by words: where they are looked for, what breaks nothing, what clients find by, and at what cost."""

import pytest
from django.db import connection
from django.db.models import F

from accounts.clock import database_now
from clients.models import Asset, Client, Contact
from tickets import lifecycle
from tickets.load import seed
from tickets.models import Ticket, TicketEvent, TicketWords, VendorCase
from tickets.search import matching
from tickets.search_words import searched


def found(typed, *, bound=False):
    return sorted(matching(Ticket.objects.all(), searched(typed), bound=bound).values_list("pk", flat=True))


@pytest.fixture
def printer(world):
    return world.open(
        "Printer is out of paper", description="The trays of the warehouse's printers are empty.",
        error_code="0x8004de40", device_name="PRN-17.acme.example", external_id="crm-4711",
    )  # fmt: skip


@pytest.fixture
def both(world, printer):
    """The printer's ticket, and one beside it in which nothing of it stands."""
    world.acme = world.client("Beta Büro")
    return [printer, world.open("Mail", description="Nothing arrives")]


@pytest.mark.parametrize("typed", [
    "printer", "PRINTER", "print", "rinte", "printers", "printing", "paper out", "out of paper", '"out of paper"',
    "empty trays", "0x8004de40", "8004de", "prn-17", "17", "acme.example", "example", "crm-4711", "4711",
    "warehouse's", "acme", "acm printer", "paper,", "(paper)", "\x00paper\x00",
])  # fmt: skip
def test_a_ticket_is_found_by_its_words(both, typed):
    assert found(typed) == [both[0].pk]


@pytest.mark.parametrize("typed", [
    "toner", "printer toner", '"paper out"', '"inte%"', "%", "_", "pap_r", "'", "\\", "p", "büros", "🔥", "", "   ",
])  # fmt: skip
def test_what_stands_nowhere_finds_nothing(both, typed):
    assert found(typed) == []


def test_other_alphabets_are_found_in_any_case(both):
    Ticket.objects.filter(pk=both[1].pk).update(title="ΔΙΚΤΥΟ e Büroöffnung 打印机坏了")
    for typed in ("δικτυο", "büroÖFF", "öffnung", "打印机坏"):
        assert found(typed) == [both[1].pk], typed


@pytest.mark.parametrize("typed", [
    "%'\"; DROP TABLE tickets_ticket; --", "'); SELECT pg_sleep(9); --", "a & b | !c", "foo:*", "<->", "<1>", "''",
    "\\'", "(((", "a:b:c", "-17", "e\\", "x" * 10_000, "🔥🔥🔥", "\x00", "\u202e\u200b", "a" * 200,
    " ".join("ab" * 300), "ESC-" + "9" * 40, "NULL", "to_tsquery('a')", "%%%%%", "1 OR 1=1", "\U0010ffff", "ß", "ﬃ",
])  # fmt: skip
@pytest.mark.parametrize("bound", [False, True])
def test_nothing_that_is_typed_breaks_a_search(both, typed, bound):
    assert set(found(typed, bound=bound)) <= {ticket.pk for ticket in both}
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("form", ["ESC-{}", "esc-{}", "esc{}", "#{}", "{}"])
def test_a_ticket_is_found_by_its_key(both, form):
    assert both[1].pk in found(form.format(both[1].pk)) and both[0].pk not in found(f"ESC-{both[1].pk}")


def test_a_ticket_is_found_by_what_is_written_about_it(world, both):
    lifecycle.reply(key=both[0].key, text="The toner cartridge leaks", public=False, by=world.l1, now=world.now)
    lifecycle.reply(key=both[1].key, text="We restarted the spooler", public=True, by=world.l1, now=world.now)
    assert found("cartridges") == [both[0].pk] and found("restart spool") == [both[1].pk]
    assert found("toner paper") == [both[0].pk], "the words may stand in different places"
    assert found("toner spooler") == []


def test_a_ticket_is_found_by_how_it_was_resolved(world, both):
    lifecycle.resolve(key=both[1].key, summary="Mailbox was moved", by=world.l1, now=world.now)
    assert found("mailbox") == [both[1].pk]


def test_a_ticket_is_found_by_whom_and_what_it_is_about(world, both):
    client = Client.objects.get(name="Acme")
    contact = Contact.objects.create(client=client, name="Ottilie Specht", email="specht@acme.example")
    asset = Asset.objects.create(client=client, name="Rack 4", serial="SN-99-X")
    Ticket.objects.filter(pk=both[0].pk).update(contact=contact, asset=asset)
    for typed in ("ottilie", "specht@acme", "rack", "sn-99", "specht rack printer"):
        assert found(typed) == [both[0].pk], typed
    assert found("büro") == [both[1].pk]


def test_a_client_with_a_short_name_is_found_by_it(world):
    world.acme = world.client("3M")
    ticket = world.open("Mail")
    assert found("3m") == [ticket.pk]


def test_a_ticket_is_found_by_the_vendors_case_number(world, both):
    ticket = both[0]
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=world.l1, now=world.now)
    VendorCase.objects.update(number="TrackingID#2603020050001234")
    assert found("2603020050001234") == found("trackingid#26") == found("0001234 paper") == [ticket.pk]
    assert found("2603020050001234", bound=True) == []


# what a client's key finds by -----------------------------------------------------------------------------------------


def test_a_clients_key_finds_by_replies_and_never_by_notes(world, both):
    lifecycle.reply(key=both[0].key, text="An angry toner", public=False, by=world.l1, now=world.now)
    lifecycle.reply(key=both[0].key, text="A friendly spooler", public=True, by=world.l1, now=world.now)
    assert (found("angry"), found("angry", bound=True)) == ([both[0].pk], [])
    assert found("spooler", bound=True) == found("spooler paper", bound=True) == [both[0].pk]


def test_a_clients_key_finds_not_by_what_was_said_while_it_was_anothers(world, both):
    lifecycle.reply(key=both[0].key, text="A friendly spooler", public=True, by=world.l1, now=world.now)
    assert found("spooler", bound=True) == [both[0].pk]
    Ticket.objects.filter(pk=both[0].pk).update(public_from=F("event_count"))
    assert found("spooler", bound=True) == [] and found("spooler") == [both[0].pk]


def test_a_clients_key_finds_not_by_serials(world, both):
    asset = Asset.objects.create(client=Client.objects.get(name="Acme"), name="Rack 4", serial="SN-99-X")
    Ticket.objects.filter(pk=both[0].pk).update(asset=asset)
    assert found("sn-99", bound=True) == [] and found("rack", bound=True) == [both[0].pk]


# how the words are kept -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column, words", [
    ("title", "quarterly"), ("description", "quarterly"), ("error_code", "E-QUARTERLY"), ("device_name", "quarterly"),
    ("external_id", "quarterly"), ("resolution", "quarterly"),
])  # fmt: skip
def test_changed_words_are_kept_at_once(both, column, words):
    Ticket.objects.filter(pk=both[1].pk).update(**{column: words})
    assert found("quarterly") == [both[1].pk]
    Ticket.objects.filter(pk=both[1].pk).update(**{column: "other"})
    assert found("quarterly") == []


def test_what_else_changes_on_a_ticket_writes_no_words(both):
    def versions():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ticket_id, xmin::text, ctid::text FROM tickets_ticketwords ORDER BY 1")
            return cursor.fetchall()

    before = versions()
    Ticket.objects.update(status="IN_PROGRESS", event_count=9)
    Ticket.objects.filter(pk=both[0].pk).update(title=both[0].title)
    assert versions() == before
    Ticket.objects.filter(pk=both[0].pk).update(title="Another")
    assert versions() != before


def test_a_text_of_any_length_is_kept(world):
    ticket = world.open("Long", description=" ".join(f"word{n}" for n in range(200_000)))
    assert found("word7") == [ticket.pk]
    text = " ".join(f"note{n}" for n in range(200_000))
    lifecycle.reply(key=ticket.key, text=text, public=False, by=world.l1, now=world.now)
    assert found("note7") == [ticket.pk]


def test_words_go_with_their_ticket(db, both):
    assert TicketWords.objects.count() == 2
    assert str(TicketWords.objects.first()).startswith("Words of ESC-")


# what it costs --------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(world):
    """Some thousand tickets, among which an index is worth its while."""
    seed(tickets=4_000, due=0, seed=3, now=database_now())
    VendorCase.objects.bulk_create(
        VendorCase(
            ticket_id=pk, vendor=world.m365.vendor, service=world.m365, status="CLOSED", step=0, because="",
            number=f"CASE-{pk:07}", opened_at=world.now,
        )
        for pk in Ticket.objects.values_list("pk", flat=True)
    )  # fmt: skip
    with connection.cursor() as cursor:
        for model in (Ticket, TicketWords, TicketEvent, VendorCase):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return Ticket.objects.visible_to(world.l1).open()


def plan(tickets):
    """The plan as it is among more tickets than a test has: reading whole tables is out of the question."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return tickets.order_by().values("pk").explain()


def test_each_place_is_looked_in_by_its_index(many):
    told = plan(matching(many, searched("0x8004deb7")))
    for index in ("ticket_words", "ticket_parts_of_words", "event_words", "case_numbers"):
        assert index in told, told
    assert "Seq Scan on tickets_ticketwords" not in told and "Seq Scan on tickets_ticketevent" not in told


def test_a_clients_replies_are_looked_in_by_the_same_index(many):
    told = plan(matching(many, searched("spooler"), bound=True))
    assert "event_words" in told and "Seq Scan on tickets_ticketevent" not in told


def test_what_is_found_among_many_is_what_stands_there(many):
    for typed in ("0x8004de40", "backup", "leeds printer", "certificate expires", "pc-00001"):
        whole = TicketEvent.objects.filter(kind="WORK_NOTE").values_list("ticket_id", "text")
        notes = {pk: text.lower() for pk, text in whole}
        texts = {w.ticket_id: f"{w.text}\n{notes.get(w.ticket_id, '')}" for w in TicketWords.objects.all()}
        expected = {pk for pk, text in texts.items() if all(word in text for word in typed.split())}
        assert set(found(typed)) == expected and expected, typed
