"""What a ticket's page shows beside it: the same trouble elsewhere, what helped before, what is written down."""

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Asset
from documents.models import Document
from papers import opened, paper
from tickets import lifecycle
from tickets.models import Ticket
from tickets.related import MOST, related


@pytest.fixture
def desk(world):
    """The world at this very moment."""
    world.now = database_now()
    return world


def found(desk, ticket, user=None):
    ticket = Ticket.objects.select_related("client", "asset", "service__vendor", "policy_version__of").get(pk=ticket.pk)
    return related(ticket, user=user or desk.l1)


def keys(rows):
    return [row["key"] for row in rows]


def resolved(desk, summary, **wanted):
    ticket = desk.open(**wanted)
    lifecycle.resolve(key=ticket.key, summary=summary, by=desk.l1, now=desk.now)
    return ticket


def test_open_tickets_of_the_same_device_or_error_code_are_shown_with_why(desk):
    same_device = desk.open("Disk", device_name="esx01")
    same_code = desk.open("Sign-in", error_code="0x1")
    both = desk.open("Both", device_name="esx01", error_code="0x1")
    desk.open("Other", device_name="nas", error_code="0x2")
    desk.open("No marks")
    ticket = desk.open("Memory", device_name="esx01", error_code="0x1")
    rows = found(desk, ticket)["like_open"]
    assert keys(rows) == [both.key, same_code.key, same_device.key]
    assert [row["because"] for row in rows] == ["esx01, 0x1", "0x1", "esx01"]


def test_what_helped_before_is_told_the_latest_first(desk):
    old = resolved(desk, "Restarted it", error_code="0x1")
    new = resolved(desk, "Replaced the module", error_code="0x1")
    rows = found(desk, desk.open(error_code="0x1"))["like_ended"]
    assert [(row["key"], row["resolution"]) for row in rows] == [
        (new.key, "Replaced the module"), (old.key, "Restarted it"),
    ]  # fmt: skip


def test_a_ticket_without_marks_has_nothing_alike(desk):
    desk.open()
    shown = found(desk, desk.open())
    assert (shown["like_open"], shown["like_ended"]) == ([], [])


def test_no_more_than_the_latest_few_are_shown(desk):
    for _ in range(MOST + 2):
        desk.open(error_code="0x1")
    rows = found(desk, desk.open(error_code="0x1"))["like_open"]
    assert len(rows) == MOST and keys(rows) == sorted(keys(rows), key=lambda key: -int(key[4:]))


def test_another_client_s_trouble_is_named_for_those_who_see_it_and_hidden_from_others(desk):
    acme = desk.acme
    desk.acme = desk.client("Beta")
    theirs = desk.open(error_code="0x1")
    helped = resolved(desk, "Secret remedy", error_code="0x1")
    desk.acme = acme
    ticket = desk.open(error_code="0x1")
    rows = found(desk, ticket)
    assert (rows["like_open"][0]["key"], rows["like_open"][0]["client"]) == (theirs.key, "Beta")
    assert rows["like_ended"][0]["key"] == helped.key
    reader = desk.person("am@msp.example", roles.ACCOUNT_MANAGER)
    give_role(reader, roles.ACCOUNT_MANAGER, acme)
    assert found(desk, ticket, reader)["like_open"] == found(desk, ticket, reader)["like_ended"] == []


def test_a_device_of_the_same_name_at_another_client_is_another_device(desk):
    acme = desk.acme
    desk.acme = desk.client("Beta")
    Asset.objects.create(client=desk.acme, name="esx01")
    desk.open(device_name="esx01")
    desk.acme = acme
    assert found(desk, desk.open(device_name="esx01"))["like_open"] == []


def test_documents_of_the_client_and_runbooks_that_fit_are_shown(desk):
    opened(desk, desk.acme, "What we agreed")
    opened(desk, desk.client("Beta"), "What we agreed with Beta")
    paper(desk, "When a mailbox is full", body="Empty it.")
    paper(desk, "When the lift is stuck", body="Call somebody.")
    shown = found(desk, desk.open("Mailbox does not open"))["documents"]
    assert [(row["use"], row["name"]) for row in shown] == [
        ("Runbook", "When a mailbox is full"), ("Contract", "What we agreed"),
    ]  # fmt: skip


def test_many_papers_of_the_client_leave_its_runbook_in_sight(desk):
    for number in range(4 * MOST + 1):
        opened(desk, desk.acme, f"Agreement {number:02}")
    opened(desk, desk.acme, "Where the spare keys are", kind="RUNBOOK")
    shown = found(desk, desk.open("Mailbox does not open"))["documents"]
    assert len(shown) == 2 * MOST
    assert [row["name"] for row in shown[:2]] == ["Where the spare keys are", "Agreement 00"]


def test_of_many_runbooks_those_that_fit_best_come_first(desk):
    for number in range(2 * MOST):
        paper(desk, f"About {number:02}", body="What does a mailbox cost?")
    paper(desk, "When a mailbox does not open in Outlook", body="Mailbox, Outlook, profile.")
    shown = found(desk, desk.open("Mailbox does not open in Outlook"))["documents"]
    assert shown[0]["name"] == "When a mailbox does not open in Outlook" and len(shown) == 2 * MOST


def test_a_title_of_short_words_alone_finds_no_runbook(desk):
    paper(desk, "When a PC is off")
    assert found(desk, desk.open("PC is off"))["documents"] == []


def test_documents_that_one_may_not_read_are_not_named(desk):
    runbook = paper(desk, "When a mailbox is full")
    runbook.grants.all().delete()
    assert found(desk, desk.open("Mailbox does not open"))["documents"] == []


def test_what_is_out_of_force_is_not_shown(desk):
    paper(desk, "When a mailbox is full")
    Document.objects.update(out_of_force_at=desk.now)
    assert found(desk, desk.open("Mailbox does not open"))["documents"] == []


def test_two_queries_whatever_there_is(desk, django_assert_num_queries):
    for _ in range(4):
        resolved(desk, "done", error_code="0x1", device_name="esx01")
        desk.open(error_code="0x1", device_name="esx01")
    ticket = Ticket.objects.select_related("client", "asset", "service__vendor", "policy_version__of").latest("pk")
    assert desk.l1.roles
    with django_assert_num_queries(2):
        related(ticket, user=desk.l1)
