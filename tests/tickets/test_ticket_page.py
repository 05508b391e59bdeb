"""A ticket's page: what it tells, to whom, and that strangers read nothing, not even that it exists."""

import pytest

from accounts import roles
from accounts.clock import database_now
from accounts.encryption import encrypt
from clients.access import give_role
from clients.models import Asset, Client, Contact
from tickets import lifecycle
from tickets.models import Ticket
from vendors.models import ServiceAccount


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def page(client, user, ticket):
    client.force_login(user)
    answer = client.get(f"/tickets/{ticket.key}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_tells_what_who_why_and_what_is_next(desk, client):
    contact, asset = Contact.objects.get(), Asset.objects.get()
    ticket = desk.open("Mail <i>down</i>", description="Since nine.\n\n<script>x</script>", contact=contact,
                       device_name=asset.name, error_code="0x8004de40")  # fmt: skip
    html = page(client, desk.l1, ticket)
    assert "Mail &lt;i&gt;down&lt;/i&gt;" in html and "&lt;script&gt;x" in html and "<script>x" not in html
    for words in ("It passes to L2", "It passes to L3", "A case is lodged with Microsoft 365", "L2, on call for"):
        assert words in html, words
    for words in ("dana@acme.example", "SN-1", "ESXi 8", "0x8004de40", "Standard v1", "Sign-in code"):
        assert words in html, words


def test_an_automatic_act_shows_its_why_and_its_record(desk, client):
    ticket = desk.open()
    desk.forward(minutes=15)
    html = page(client, desk.l2, ticket)
    assert "L1 → L2" in html and "Not acknowledged within 15" in html
    assert "Why, in full" in html and "<dd>Climb</dd>" in html
    assert "Your request was passed to our technical specialists" in html


def test_the_client_s_words_and_the_team_s_are_told_apart(desk, client):
    ticket = desk.open()
    lifecycle.reply(key=ticket.key, text="For the client", public=True, by=desk.l1, now=desk.now)
    lifecycle.reply(key=ticket.key, text="For us", public=False, by=desk.l1, now=desk.now)
    html = page(client, desk.l1, ticket)
    public, internal = html.index("For the client"), html.index("For us")
    assert html.rindex("Client reads this", 0, public) > html.rindex("Team only", 0, public)
    assert "Team only" in html[internal - 900 : internal]


def test_the_custody_bar_names_each_holder(desk, client):
    ticket = desk.open(error_code="0x8004de40")
    desk.forward(minutes=61)
    lifecycle.resolve(key=ticket.key, summary="done", by=desk.l3, now=desk.now)
    html = page(client, desk.l1, ticket)
    assert "L1 24.6 %" in html and "L3" in html and "Microsoft" in html
    assert "Nobody" not in html.partition("custody-picture")[2].partition("</svg>")[0]


def test_a_vendor_case_shows_what_was_sent_with_its_secrets_hidden(desk, client):
    service = desk.m365
    service.required = [
        *service.required,
        {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True},
    ]
    service.template = {"subject": "x", "body": "PIN {{pin}} Tenant {{tenant_id}}"}
    service.save()
    ServiceAccount.objects.update(secrets={"pin": encrypt("9753")})
    ticket = desk.open(error_code="0x8004de40")
    desk.forward(minutes=61)
    html = page(client, desk.l3, ticket)
    assert "What was sent" in html and "PIN ••••••" in html
    assert "9753" not in html and "[[secret" not in html


def test_missing_data_is_asked_for_where_it_is_missing(desk, client):
    desk.account.delete()
    ticket = desk.open(error_code="0x8004de40")
    desk.forward(minutes=61)
    html = page(client, desk.l3, ticket)
    assert "waits for 1 answer" in html and 'name="answer_tenant_id"' in html


def test_the_page_costs_the_same_whatever_has_happened(desk, client, django_assert_num_queries):
    client.force_login(desk.l1)
    quiet, busy = desk.open(error_code="0x8004de40"), desk.open(error_code="0x8004de40")
    for i in range(20):
        lifecycle.reply(key=busy.key, text=str(i), public=bool(i % 2), by=desk.l1, now=desk.now)
    client.get(f"/tickets/{quiet.key}/")  # calendars and policies are parsed once, and the desk notes once a minute
    for ticket in (quiet, busy):
        with django_assert_num_queries(38):  # none per event, clock, case, or other ticket
            client.get(f"/tickets/{ticket.key}/")


# who ------------------------------------------------------------------------------------------------------------------


def test_a_foreign_ticket_is_answered_like_none_byte_for_byte(desk, client):
    desk.acme = desk.client("Other")
    foreign = desk.open("Secret title")
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, Client.objects.get(name="Acme"))
    client.force_login(reader)
    nouns = ("", "acknowledgement/", "escalation/", "replies/")
    for noun in nouns:
        absent, hidden = (client.get(f"/tickets/{key}/{noun}") for key in ("ESC-999999", foreign.key))
        assert absent.status_code == hidden.status_code == 404
        assert absent.content == hidden.content and "Secret" not in hidden.content.decode()
        absent, hidden = (client.post(f"/tickets/{key}/{noun}") for key in ("ESC-999999", foreign.key))
        assert (absent.status_code, absent.content) == (hidden.status_code, hidden.content)


@pytest.mark.parametrize("key", ["ESC-0", "ESC-", "12", "ESC-1x", "ESC-99999999999999999999", "ESC-١", "x" * 300])
def test_what_is_no_key_is_no_ticket(desk, client, key):
    client.force_login(desk.l1)
    assert client.get(f"/tickets/{key}/").status_code == 404


def test_technicians_and_managers_are_offered_verbs_account_managers_none(desk, client):
    ticket = desk.open()
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, desk.acme)
    for user, offered in ((desk.l1, True), (desk.manager, True), (reader, False)):
        html = page(client, user, ticket)
        assert (f"/tickets/{ticket.key}/escalation/" in html) is offered
        assert ("Save note" in html) is offered
    assert "You may read this ticket and call a manager to it, not work on it." in html
    assert f"/tickets/{ticket.key}/manager-calls/" in html


NEW = {
    "acknowledgement", "escalation", "wait", "assignment", "vendor-cases", "resolution", "replies", "change", "merge",
    "manager-calls",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("NEW", NEW),
        ("IN_PROGRESS", NEW - {"acknowledgement"}),
        ("WAITING_ON_CLIENT", NEW - {"acknowledgement"} | {"resumption"}),
        ("ON_HOLD", NEW - {"acknowledgement"} | {"resumption"}),
        ("RESOLVED", {"reopening", "replies", "merge"}),
        ("CLOSED", {"replies"}),
        ("MERGED", set()),
    ],
)
def test_only_what_the_status_allows_is_offered(desk, client, status, offered):
    ticket = desk.open()
    over = {"resolved_at": desk.now} if status in ("RESOLVED", "CLOSED") else {}
    over |= {"merged_into": desk.open()} if status == "MERGED" else {}
    Ticket.objects.filter(pk=ticket.pk).update(status=status, **over)
    html = page(client, desk.l1, ticket)
    nouns = NEW | {"resumption", "reopening"}
    assert {noun for noun in nouns if f'/tickets/{ticket.key}/{noun}/"' in html} == offered
