"""The roles, row by row: what each may, and what it may not, through the pages and verbs that people use."""

import re

import pytest
from django.test import Client as Browser

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.models import Client, Contact
from programs import program_of
from tickets import lifecycle
from tickets.intake import NewTicket, open_ticket
from tickets.models import Ticket, TicketEvent
from tiers.models import Team
from tiers.team_access import keep_to_teams

REPLY = {"body": "Hello", "audience": "public"}
# Each verb of a ticket's with what its form asks for.
VERBS = {
    "acknowledgement": {},
    "escalation": {"why": "w", "tried": "t"},
    "wait": {"on": "CLIENT", "why": "w"},
    "assignment": {"to": "l1@msp.example"},
    "resolution": {"summary": "Done"},
    "replies": REPLY,
    "change": {"why": "w", "priority": "P2"},
    "vendor-cases": {"service": "Microsoft 365", "why": "w"},
}


def browser_of(user) -> Browser:
    opened = Browser()
    opened.force_login(User.objects.get(pk=user.pk))
    return opened


def status(user, url, method="get", form=None) -> int:
    return getattr(browser_of(user), method)(url, form or {}).status_code


def keys_on(user, url) -> set[str]:
    """The tickets that a page names."""
    return set(re.findall(r"ESC-\d+", browser_of(user).get(url).content.decode()))


def words_of(answer) -> str:
    """What the main part of a page says."""
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


@pytest.fixture
def other(world):
    return world.client("Other")


@pytest.fixture
def ours(world):
    return world.open("Ours")


@pytest.fixture
def theirs(world, other):
    """A ticket of the other client's."""
    return open_ticket(client=other, wanted=NewTicket(title="Theirs", priority="P1"), by=None, now=world.now)


@pytest.fixture
def amy(world):
    """Acme's account manager."""
    user = world.person("amy@msp.example", roles.ACCOUNT_MANAGER)
    give_role(user, roles.ACCOUNT_MANAGER, world.acme)
    return user


@pytest.fixture
def admin(world):
    return world.person("admin@msp.example", roles.ADMINISTRATOR)


# technician ------------------------------------------------------------------------------------------------------


def test_a_technician_sees_and_works_the_tickets_of_every_client(world, ours, theirs):
    assert keys_on(world.l1, "/tickets/") == {ours.key, theirs.key}
    for ticket in (ours, theirs):
        assert status(world.l1, f"/tickets/{ticket.key}/acknowledgement/", "post") == 303
        assert world.fresh(ticket).acknowledged_by == world.l1


def test_a_technician_of_another_team_finds_nothing_of_a_client_kept_to_one(world, ours, theirs):
    keep_to_teams(client=world.acme, teams=[Team.objects.get(name="L1 team")], by=world.manager, now=world.now)
    assert keys_on(world.l1, "/tickets/") == {ours.key, theirs.key}
    assert keys_on(world.l2, "/tickets/") == {theirs.key}
    urls = [f"/tickets/{ours.key}/", "/clients/acme/", "/portal/acme/", *(f"/tickets/{ours.key}/{v}/" for v in VERBS)]
    assert {url: status(world.l2, url) for url in urls} == dict.fromkeys(urls, 404)
    said = browser_of(world.l2).get("/clients/").content.decode()
    assert "Acme" not in said and "Other" in said


@pytest.mark.parametrize(
    "url",
    [
        "/calendars/new/", "/agreements/new/", "/agreements/gold/edit/", "/clients/acme/promises/", "/ops/", "/people/",
        "/keys/", "/clients/acme/access/", "/reports/",
    ],
)  # fmt: skip
def test_a_technician_steers_nothing(world, url):
    assert status(world.l1, url) == 403


# manager ---------------------------------------------------------------------------------------------------------


def test_a_manager_works_tickets_steers_and_answers_calls(world, ours):
    for url in (
        "/calendars/new/",
        "/agreements/gold/edit/",
        "/clients/acme/promises/",
        "/ops/",
        "/clients/acme/access/",
    ):
        assert status(world.manager, url) == 200
    assert status(world.l1, f"/tickets/{ours.key}/manager-calls/", "post", {"why": "Angry"}) == 303
    assert status(world.manager, f"/tickets/{ours.key}/replies/", "post", REPLY) == 303
    assert world.clock(ours, "MANAGER_RESPOND", "escalation:1").state == "MET"


@pytest.mark.parametrize("url", ["/people/new/", "/keys/", "/keys/new/"])
def test_people_and_keys_are_not_a_manager_s_to_change(world, url):
    assert status(world.manager, url) == 403


def test_a_manager_sees_a_client_that_is_kept_to_a_team(world, ours):
    keep_to_teams(client=world.acme, teams=[Team.objects.get(name="L2 team")], by=world.manager, now=world.now)
    assert keys_on(world.manager, "/tickets/") == {ours.key}


# account manager -------------------------------------------------------------------------------------------------


def test_an_account_manager_reads_the_tickets_of_own_clients_alone(amy, world, ours, theirs):
    assert keys_on(amy, "/tickets/") == {ours.key}
    urls = ("/tickets/{}/", "/tickets/{}/manager-calls/")
    assert [status(amy, url.format(ours.key)) for url in urls] == [200, 200]
    assert [status(amy, url.format(theirs.key)) for url in urls] == [404, 404]
    assert [status(amy, f"/{page}/other/") for page in ("clients", "portal")] == [404, 404]


@pytest.mark.parametrize("verb", VERBS)
def test_an_account_manager_cannot_work_tickets(amy, world, ours, verb):
    before = TicketEvent.objects.count()
    assert status(amy, f"/tickets/{ours.key}/{verb}/", "post", VERBS[verb]) == 403
    assert TicketEvent.objects.count() == before


def test_an_account_manager_calls_a_manager_with_a_why(amy, world, ours):
    url = f"/tickets/{ours.key}/manager-calls/"
    assert status(amy, url, "post", {"why": ""}) == 422
    assert status(amy, url, "post", {"why": "They are about to leave us"}) == 303
    [event] = TicketEvent.objects.filter(ticket=ours, kind="MANAGER_CALLED")
    assert event.actor == amy and event.why["by_hand"] == "They are about to leave us"
    clock = world.clock(ours, "MANAGER_RESPOND", "escalation:1")
    assert (clock.state, clock.target_seconds) == ("RUNNING", 3600)


def test_an_account_manager_calls_nobody_to_a_foreign_ticket(amy, theirs):
    assert status(amy, f"/tickets/{theirs.key}/manager-calls/", "post", {"why": "w"}) == 404
    assert not TicketEvent.objects.filter(kind="MANAGER_CALLED").exists()


def test_an_account_manager_reads_the_pages_and_reports_of_own_clients(amy):
    for url in ("/clients/acme/", "/clients/acme/access/", "/portal/acme/", "/reports/"):
        assert status(amy, url) == 200
    for url in ("/agreements/gold/edit/", "/ops/", "/people/", "/keys/", "/tickets/new/"):
        assert status(amy, url) == 403


# a client's people -----------------------------------------------------------------------------------------------


@pytest.fixture
def readers(world, ours):
    """Acme's decision maker and client user, of whom the second reported a ticket."""
    user = world.reader(world.acme, roles.CLIENT_USER)
    contact = Contact.objects.create(client=world.acme, name="Uma", email="u@acme.example", user=user)
    own = world.open("My screen", contact=contact)
    return {"decision maker": world.reader(world.acme), "client user": user, "own": own}


def test_a_decision_maker_reads_all_of_the_client_s_tickets(readers, ours):
    reader = readers["decision maker"]
    html = browser_of(reader).get("/portal/acme/").content.decode()
    assert ours.title in html and "My screen" in html
    assert status(reader, f"/portal/acme/tickets/{ours.key}/") == 200


def test_a_client_user_reads_own_tickets_alone(readers, ours):
    reader = readers["client user"]
    html = browser_of(reader).get("/portal/acme/").content.decode()
    assert "My screen" in html and ours.title not in html
    assert status(reader, f"/portal/acme/tickets/{readers['own'].key}/") == 200
    assert status(reader, f"/portal/acme/tickets/{ours.key}/") == 404


@pytest.mark.parametrize("who", ["decision maker", "client user"])
def test_a_client_s_people_read_no_other_client_and_no_desk(readers, theirs, who):
    reader = readers[who]
    for url in ("/portal/other/", f"/portal/other/tickets/{theirs.key}/", f"/portal/acme/tickets/{theirs.key}/"):
        assert status(reader, url) == 404
    for url in (
        "/tickets/",
        f"/tickets/{readers['own'].key}/",
        "/clients/",
        "/clients/acme/",
        "/policies/",
        "/people/",
    ):
        assert status(reader, url) == 403


@pytest.mark.parametrize("who", ["decision maker", "client user"])
def test_a_client_s_people_change_nothing(readers, who):
    key, before = readers["own"].key, TicketEvent.objects.count()
    for verb, form in VERBS.items():
        assert status(readers[who], f"/tickets/{key}/{verb}/", "post", form) == 403
    assert status(readers[who], f"/tickets/{key}/manager-calls/", "post", {"why": "w"}) == 403
    assert TicketEvent.objects.count() == before


@pytest.mark.parametrize("who", ["decision maker", "client user"])
def test_who_loses_the_role_reads_nothing_any_more(world, readers, who):
    from clients.access import take_role

    take_role(readers[who], who, world.acme)
    assert status(readers[who], "/portal/acme/") == 404
    assert status(readers[who], f"/portal/acme/tickets/{readers['own'].key}/") == 404


# programs --------------------------------------------------------------------------------------------------------


def test_a_key_does_what_its_scopes_say_and_no_more(world, ours):
    program = program_of(scopes=["tickets:read"])
    assert program.get(f"tickets/{ours.key}/").status_code == 200
    assert program.post(f"tickets/{ours.key}/acknowledgement/", {}).status_code == 403
    assert program.get("calendars/").status_code == 403


def test_a_bound_key_finds_its_client_alone_and_its_timeline_in_the_client_s_words(world, ours, theirs):
    lifecycle.reply(key=ours.key, text="secret note", public=False, by=world.l1, now=world.now)
    program = program_of(client=world.acme)
    assert program.get(f"tickets/{theirs.key}/").status_code == 404
    assert {row["key"] for row in program.get("tickets/").json()["results"]} == {ours.key}
    for path in ("", "timeline/", "explain/"):
        said = program.get(f"tickets/{ours.key}/{path}").content.decode()
        assert "secret note" not in said and "L1" not in said and "msp.example" not in said


# administrator ---------------------------------------------------------------------------------------------------


def test_an_administrator_changes_people_and_keys(admin):
    for url in ("/people/", "/people/new/", "/keys/", "/keys/new/", "/admin/"):
        assert status(admin, url) == 200


def test_an_administrator_reads_no_more_of_tickets_than_a_manager(world, admin, ours, theirs):
    def seen(user) -> tuple:
        visible = {perm: set(Client.objects.visible_to(user, perm)) for perm in ("view_client", "work_client")}
        return visible, set(Ticket.objects.visible_to(user)), keys_on(user, "/tickets/")

    assert seen(admin) == seen(world.manager)
    read = [words_of(browser_of(user).get(f"/tickets/{ours.key}/")) for user in (admin, world.manager)]
    assert read[0] == read[1] and ours.title in read[0]


def test_an_administrator_without_a_grant_sees_no_ticket(world, admin, ours):
    """The role sees by its grants like any other; there is no way around them."""
    from guardian.shortcuts import remove_perm

    from accounts.people import administrators

    group = administrators().get().groups.get(name=roles.ADMINISTRATOR)
    for permission in ("view_client", "work_client", "read_client_page"):
        remove_perm(permission, group, world.acme)
    User.objects.filter(pk=admin.pk).update(is_superuser=True)
    assert keys_on(admin, "/tickets/") == set() and status(admin, f"/tickets/{ours.key}/") == 404
