"""A client that reads German: every page, file and mail of it, from first to last."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.models import User
from clients.access import give_role
from clients.models import Client, Contact
from clients.share_links import make_link
from documents.catch_up import catch_up
from english import english_in, readable
from escalation_portal.configuration import import_configuration
from outbox.models import Message
from pdf_text import text
from tickets import lifecycle, merging
from tickets.intake import NewTicket, open_ticket
from tickets.models import TicketEvent
from world import World

DEMO = Path(__file__).parents[2] / "demo"
PAGE = "/portal/kiezwerk-logistik-gmbh/"


class Harbour(World):
    """The demo's provider, three days ago, and its client in Berlin."""

    def __init__(self) -> None:
        self.now = database_now() - timedelta(days=3)
        files = [(path.name, path.read_bytes()) for path in sorted(DEMO.glob("*.yaml"))]
        import_configuration(files, now=self.now, environ={})
        self.acme = Client.objects.get(slug="kiezwerk-logistik-gmbh")
        self.l1 = User.objects.get(email="olivia.grant@harbour.example")
        self.maren = Contact.objects.get(client=self.acme, name="Maren Schulze")

    def ask(self, title: str, **wanted: object):
        return self.open(title, contact=self.maren, **wanted)

    def told(self) -> list[str]:
        mails = Message.objects.filter(kind="MAIL", payload__to__contains=[self.maren.email]).order_by("pk")
        return [mail.payload["text"] for mail in mails]


@pytest.fixture
def harbour(db):
    return Harbour()


@pytest.fixture
def reader(harbour):
    user = User.objects.create_user(harbour.maren.email, "a good password", name="Maren Schulze")
    give_role(user, roles.DECISION_MAKER, harbour.acme)
    Contact.objects.filter(pk=harbour.maren.pk).update(user=user)
    return user


@pytest.fixture
def lived(harbour):
    """Tickets of this client in every state that it can read of."""
    climbing = harbour.ask("E-Mail kommt nicht an", error_code="0x8004de40")
    taken, held, ended, twin = (harbour.ask(title) for title in ("Drucker", "Scanner", "Lagerplatz", "Scanner 2"))
    harbour.forward(minutes=1)
    harbour.do(lifecycle.acknowledge, taken)
    harbour.do(lifecycle.reply, taken, text="Der Toner ist bestellt.", public=True)
    harbour.do(lifecycle.resolve, ended, summary="Neu gestartet.")
    harbour.do(lifecycle.wait, held, on="CLIENT", why="Welcher?", until=harbour.now + timedelta(days=9))
    harbour.do(merging.merge, twin, into=held.key, why="Dasselbe")
    harbour.forward(hours=30)
    asleep = harbour.ask("Neues Regal", priority="P4")
    harbour.do(lifecycle.acknowledge, asleep)
    harbour.do(lifecycle.wait, asleep, on="HOLD", why="Lieferung", until=database_now() + timedelta(days=2))
    again = harbour.ask("Wieder da", priority="P3")
    harbour.do(lifecycle.resolve, again, summary="Erledigt.")
    harbour.do(lifecycle.reopen, again, why="Noch nicht")
    while catch_up(now=harbour.now):
        pass
    return [climbing, taken, held, ended, twin, asleep, again]


def test_every_page_of_a_german_client_is_german(client, harbour, reader, lived):
    _, token = make_link(client=harbour.acme, label="Prüfer", days=9, by=harbour.l1, now=database_now())
    shared = client.get(f"/share/{token}/")
    client.force_login(reader)
    yesterday = f"{database_now() - timedelta(days=1):%Y-%m-%d}"
    paths = [
        PAGE, f"{PAGE}?as_of={yesterday}", f"{PAGE}?as_of=2026-01-01", f"{PAGE}?as_of=x", f"{PAGE}?as_of=2999-01-01",
        *(f"{PAGE}tickets/{ticket.key}/" for ticket in lived),
    ]  # fmt: skip
    answers = {path: client.get(path) for path in paths} | {"shared": shared}
    for path, answer in answers.items():
        page = answer.content.decode()
        assert answer.status_code == (400 if path.endswith(("as_of=x", "2999-01-01")) else 200), path
        assert '<html lang="de"' in page, path
        said = readable(page).replace("English", "")
        assert english_in(said) == [], path
        assert len(said) > 200, path


def test_its_file_is_german_and_says_so(client, harbour, reader):
    client.force_login(reader)
    file = client.get(f"{PAGE}page.pdf").content
    said = text(file)
    assert "Wie wir Ihre Anfragen bearbeiten" in said and "Seite 1 von" in said
    assert english_in(said) == []
    assert b"/Lang(de-DE)" in file


def test_its_people_are_written_to_in_german(harbour, lived):
    told = harbour.told()
    assert len(told) > 5
    assert any("Wir haben Ihre Anfrage erhalten; sie geht zuerst an unsere Anlaufstelle." in mail for mail in told)
    assert all("Ihre Vorgangsnummer ist ESC-" in mail for mail in told)
    assert [english_in(mail) for mail in told if english_in(mail)] == []


def test_what_was_told_stands_in_german_and_for_us_in_english(harbour, lived):
    events = TicketEvent.objects.filter(ticket__in=lived).exclude(client_text="")
    assert len({event.kind for event in events}) > 7
    assert [event.client_text for event in events if english_in(event.client_text)] == []
    climbed = events.filter(kind="ESCALATED").first()
    assert "not acknowledged within" in climbed.text and "an unsere technischen Fachleute" in climbed.client_text


def test_its_guide_is_german(harbour, lived, client, reader):
    client.force_login(reader)
    listed = client.get(f"{PAGE}documents/").content.decode()
    assert "Unterlagen für Kiezwerk" in listed and "Leitfaden für Sie" in listed
    [path] = re.findall(rf'href="({PAGE}documents/wie-wir-anfragen[^"]*)"', listed)
    page = readable(client.get(path).content.decode()).replace("English", "")
    assert "Wer sich zuerst kümmert" in page and english_in(page) == []


def test_the_address_decides_before_the_person_and_the_person_before_the_client(client, harbour, reader):
    client.force_login(reader)

    def language(query=""):
        return re.search(r'<html lang="(\w+)"', client.get(PAGE + query).content.decode())[1]

    assert [language(), language("?lang=en"), language("?lang=xx")] == ["de", "en", "de"]
    User.objects.filter(pk=reader.pk).update(language="en")
    assert [language(), language("?lang=de"), language("?lang=")] == ["en", "de", "en"]
    Client.objects.filter(pk=harbour.acme.pk).update(language="en")
    User.objects.filter(pk=reader.pk).update(language="")
    assert language() == "en"


def test_links_of_a_page_keep_the_language_that_was_asked_for(client, harbour, reader):
    ticket = harbour.ask("Drucker")
    client.force_login(reader)
    page = client.get(f"{PAGE}?lang=en").content.decode()
    assert f"{PAGE}tickets/{ticket.key}/?lang=en" in page and f"{PAGE}page.pdf?lang=en" in page
    assert '<a href="?lang=de" lang="de" hreflang="de" rel="alternate">Deutsch</a>' in page


def test_an_english_reader_is_told_anew_what_the_why_record_tells_and_reads_what_people_wrote(client, reader, lived):
    client.force_login(reader)
    climbing, taken, *_ = lived
    page = readable(client.get(f"{PAGE}tickets/{climbing.key}/?lang=en").content.decode())
    assert "We have received your request; our helpdesk will look at it first." in page
    assert "Der Toner ist bestellt." in client.get(f"{PAGE}tickets/{taken.key}/?lang=en").content.decode()


def test_a_share_link_asks_nobody_who_is_signed_in(client, harbour, reader):
    User.objects.filter(pk=reader.pk).update(language="en")
    client.force_login(reader)
    _, token = make_link(client=harbour.acme, label="Prüfer", days=9, by=harbour.l1, now=database_now())
    assert '<html lang="de"' in client.get(f"/share/{token}/").content.decode()
    assert '<html lang="en"' in client.get(f"/share/{token}/?lang=en").content.decode()


def test_a_client_that_reads_english_is_told_in_english(harbour):
    other = Client.objects.get(slug="hudson-row-legal-llp")
    ticket = open_ticket(client=other, wanted=NewTicket(title="Mail"), by=None, now=harbour.now)
    event = TicketEvent.objects.get(ticket=ticket, kind="OPENED")
    assert event.client_text == "We have received your request; our helpdesk will look at it first."
