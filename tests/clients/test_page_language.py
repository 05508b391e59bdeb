"""In which language a client reads: chosen beside its page's words, in files, and by a person for oneself."""

import pytest
import yaml
from django.core.exceptions import PermissionDenied

from accounts.models import User
from clients.models import Client
from clients.page_words import choose_language
from documents.generated.fingerprint import fingerprint
from escalation_portal.configuration import export_configuration, import_configuration
from tickets import changing
from tickets.changing import Changes
from tickets.models import TicketEvent
from tiers.models import Tier
from vendors.models import Service

PAGE = "/clients/acme/page/"


def language(client: Client) -> str:
    return Client.objects.values_list("language", flat=True).get(pk=client.pk)


def test_who_keeps_the_page_chooses_its_language_and_sees_it_in_it(client, world):
    client.force_login(world.manager)
    assert "Your file server stops answering" in client.get(PAGE).content.decode()
    answer = client.post(PAGE, {"act": "language", "language": "de"}, follow=True)
    page = answer.content.decode()
    assert language(world.acme) == "de" and "Acme is written to in the language that you chose." in page
    assert "Ihr Dateiserver antwortet nicht mehr" in page and '<option value="de" selected>' in page


def test_a_language_that_the_pages_do_not_have_is_refused_in_words(client, world):
    client.force_login(world.manager)
    for sent in ({"language": "fr"}, {"language": ""}, {}):
        page = client.post(PAGE, {"act": "language", **sent}, follow=True).content.decode()
        assert "is no language of the pages: choose English or Deutsch." in page
    assert language(world.acme) == "en"


def test_who_does_not_keep_the_page_chooses_nothing(client, world):
    with pytest.raises(PermissionDenied):
        choose_language(client=world.acme, language="de", by=world.l1)
    client.force_login(world.l1)
    assert client.post(PAGE, {"act": "language", "language": "de"}).status_code in (403, 404)
    assert language(world.acme) == "en"


def test_a_person_chooses_a_language_for_oneself(client, world):
    reader = world.reader(world.acme)
    client.force_login(reader)
    assert "As the client&#x27;s" in client.get("/account/").content.decode()
    own = {"name": "Reader", "timezone": "Europe/Berlin"}
    for chosen in ("de", ""):
        client.post("/account/", {**own, "language": chosen})
        assert User.objects.get(pk=reader.pk).language == chosen
    assert client.post("/account/", {**own, "language": "fr"}).status_code == 200
    assert User.objects.get(pk=reader.pk).language == ""


def test_files_say_languages_and_take_them_back_unchanged(world):
    Client.objects.filter(pk=world.acme.pk).update(language="de")
    Tier.objects.filter(name="L1").update(title_in={"de": "unsere Anlaufstelle"})
    Service.objects.filter(pk=world.m365.pk).update(client_text_in={"de": "Ihre E-Mail liegt dort."})
    written = export_configuration()
    known = yaml.safe_load(written)
    assert [row["language"] for row in known["clients"] if row["name"] == "Acme"] == ["de"]
    import_configuration([("all.yaml", written.encode())], now=world.now, environ={})
    Client.objects.filter(pk=world.acme.pk).update(language="en")
    plan = import_configuration([("all.yaml", written.encode())], now=world.now, environ={})
    assert plan.count("change") == 1 and language(world.acme) == "de"
    assert Tier.objects.get(name="L1").title_in == {"de": "unsere Anlaufstelle"}


def test_documents_follow_the_language_of_a_client(world):
    before = fingerprint(now=world.now)
    choose_language(client=world.acme, language="de", by=world.manager)
    assert fingerprint(now=world.now) != before


def test_a_ticket_that_moves_to_another_client_speaks_its_language(world):
    german = world.client("Borealis")
    Client.objects.filter(pk=german.pk).update(language="de")
    german.refresh_from_db()
    ticket = world.open(priority="P3")
    world.do(changing.change, ticket, by=world.manager, changes=Changes(client=german), why="Theirs")
    world.do(changing.change, ticket, by=world.manager, changes=Changes(priority="P1"), why="Urgent")
    told = TicketEvent.objects.filter(ticket=ticket).exclude(client_text="").order_by("seq").last()
    assert told.client_text == "Wir haben die Dringlichkeit Ihrer Anfrage geändert."
