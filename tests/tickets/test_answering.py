"""Answering ahead what a vendor's case will ask: kept on the ticket, drawn on when the ladder comes to the vendor."""

import pytest

from accounts.clock import database_now
from accounts.encryption import decrypt
from tickets import answering, lifecycle, merging
from tickets.case_facts import Sources
from tickets.changing import Changes, change
from tickets.loading import in_hand
from tickets.models import TicketEvent
from tickets.moves import event
from tickets.status import NotAllowedNow
from tickets.work import write
from tickets.working import BadAnswer
from vendors.models import Service, ServiceAccount
from world import REQUIRED, TENANT

BETA = "22222222-2222-4333-8444-555555555555"

SECRET = {"key": "pin", "label": "Support PIN", "source": "account.pin", "secret": True, "pattern": "[0-9]{4}"}


@pytest.fixture
def desk(world):
    """The world at this very moment; Microsoft wants to know how many are affected, and no tenant id is known."""
    world.now = database_now()
    world.m365.required = REQUIRED
    world.m365.save()
    ServiceAccount.objects.update(facts={})
    return world


@pytest.fixture
def signed_in(desk, client):
    client.force_login(desk.l1)
    return client


def answer(desk, ticket, **answers):
    desk.do(answering.answer_ahead, ticket, answers=answers)


def test_a_case_that_was_answered_ahead_goes_out_at_once_at_the_vendor_step(desk):
    ticket = desk.open(error_code="0x8004de40")
    answer(desk, ticket, tenant_id=TENANT, users="40")
    desk.forward(minutes=61)
    case = desk.open_case(ticket)
    assert (case.status, case.missing) == ("LODGED", [])
    assert case.answers["users"] == "40" and TENANT in case.body


def test_without_answers_the_same_case_waits(desk):
    ticket = desk.open(error_code="0x8004de40")
    desk.forward(minutes=61)
    assert [m["key"] for m in desk.open_case(ticket).missing] == ["tenant_id", "users"]


def test_answers_come_one_by_one_and_the_later_one_holds(desk):
    ticket = desk.open(error_code="0x8004de40")
    answer(desk, ticket, users="40")
    answer(desk, ticket, tenant_id=TENANT)
    answer(desk, ticket, users="41")
    desk.forward(minutes=61)
    assert desk.open_case(ticket).answers["users"] == "41"


def test_the_answers_of_one_ticket_serve_no_other(desk):
    answered, other = desk.open(error_code="0x8004de40"), desk.open(error_code="0x8004de40")
    answer(desk, answered, tenant_id=TENANT, users="40")
    desk.forward(minutes=61)
    assert desk.open_case(other).status == "INCOMPLETE"


def beta(desk, ticket, tenant=""):
    """The ticket is Beta's from now on, which has an account of its own."""
    client = desk.client("Beta")
    ServiceAccount.objects.create(client=client, service=desk.m365, facts={"tenant_id": tenant} if tenant else {})
    desk.do(change, ticket, changes=Changes(client=client), why="It is theirs")
    return client


def test_what_was_answered_for_the_former_client_is_not_for_the_new_one(desk):
    ticket = desk.open(error_code="0x8004de40")
    answer(desk, ticket, tenant_id=TENANT, users="40")
    beta(desk, ticket, tenant=BETA)
    answer(desk, ticket, users="7")
    case = desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    assert (case.status, case.answers["tenant_id"], case.answers["users"]) == ("QUEUED", BETA, "7")
    assert TENANT not in case.body


def test_what_the_new_client_has_not_answered_is_asked_for(desk):
    ticket = desk.open(error_code="0x8004de40")
    answer(desk, ticket, tenant_id=TENANT, users="40")
    beta(desk, ticket)
    case = desk.do(lifecycle.lodge_case, ticket, service="Microsoft 365", answers={}, why="Theirs")
    assert [one["key"] for one in case.missing] == ["tenant_id", "users"] and TENANT not in str(case.answers)


def test_a_ticket_that_was_merged_answers_for_its_own_client_only(desk):
    loser, ticket = desk.open(error_code="0x8004de40"), desk.open(error_code="0x8004de40")
    answer(desk, loser, tenant_id=TENANT, users="40")
    desk.do(merging.merge, loser, into=ticket.key, why="The same")
    assert known(desk, ticket) == {"tenant_id": TENANT, "users": "40"}
    beta(desk, ticket)
    assert known(desk, ticket) == {}


def test_an_answer_is_for_its_service_also_once_that_is_called_otherwise(desk):
    ticket = desk.open(error_code="0x8004de40")
    answer(desk, ticket, users="40")
    Service.objects.filter(pk=desk.m365.pk).update(name="M365")
    Service.objects.create(name="Microsoft 365", slug="other", vendor=desk.m365.vendor, required=REQUIRED)
    assert known(desk, ticket) == {"users": "40"}
    assert known(desk, ticket, Service.objects.get(slug="other")) == {}


def test_an_early_answer_that_has_only_the_name_of_its_service_is_read(desk):
    ticket = desk.open(error_code="0x8004de40")
    [work] = in_hand([ticket.pk], now=desk.now)
    event(
        work,
        "CASE_ANSWERED",
        "L1 answered.",
        now=desk.now,
        why={"service": "Microsoft 365", "answers": {"users": "40"}},
    )
    write([work], now=desk.now)
    assert known(desk, ticket) == {"users": "40"}


def known(desk, ticket, service=None):
    """What the ticket has of answers that were given ahead for the service."""
    service = service or Service.objects.get(pk=desk.m365.pk)
    [work] = in_hand([ticket.pk], now=desk.now)
    return dict(Sources([work], [service.pk]).answered(work, service))


def test_answering_moves_nothing_and_is_told_on_the_timeline(desk, signed_in):
    ticket = desk.open(error_code="0x8004de40")
    before = desk.fresh(ticket)
    answer(desk, ticket, users="40")
    after = desk.fresh(ticket)
    assert (after.status, after.step, after.next_due_at) == (before.status, before.step, before.next_due_at)
    assert desk.said(ticket, "CASE_ANSWERED") == ["L1 answered ahead for Microsoft 365: Affected users."]
    assert ticket.timeline.get(kind="CASE_ANSWERED").client_text == ""


def test_the_page_asks_what_is_missing_and_shows_what_was_answered(desk, signed_in):
    ticket = desk.open(error_code="0x8004de40")
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert "A case would wait for 2 answers." in html and "How many users are affected?" in html
    said = {"answer_users": "40", "answer_tenant_id": ""}
    assert signed_in.post(f"/tickets/{ticket.key}/case-answers/", said).status_code == 303
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert "A case would wait for 1 answer." in html and "<dt>Affected users</dt><dd>40</dd>" in html
    answer(desk, ticket, tenant_id=TENANT)
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert "All that its case needs is known." in html


def test_a_malformed_answer_is_refused_by_its_label_and_kept_in_the_field(desk, signed_in):
    ticket = desk.open(error_code="0x8004de40")
    refused = signed_in.post(f"/tickets/{ticket.key}/case-answers/", {"answer_tenant_id": "not a tenant"})
    html = refused.content.decode()
    assert refused.status_code == 422 and "which does not have the form that they ask for." in html
    assert 'value="not a tenant"' in html
    assert not TicketEvent.objects.filter(kind="CASE_ANSWERED").exists()


def test_a_secret_goes_encrypted_to_the_account_and_never_to_the_timeline(desk, signed_in):
    desk.m365.required = [*REQUIRED, SECRET]
    desk.m365.save()
    ticket = desk.open(error_code="0x8004de40")
    with pytest.raises(BadAnswer):
        answer(desk, ticket, pin="short")
    answer(desk, ticket, pin="9753")
    assert decrypt(ServiceAccount.objects.get().secrets["pin"]) == "9753"
    assert "9753" not in str(list(TicketEvent.objects.values("text", "why")))
    html = signed_in.get(f"/tickets/{ticket.key}/").content.decode()
    assert "9753" not in html and "Support PIN" in html


@pytest.mark.parametrize("answers", [{}, {"users": "  "}, {"nonsense": "x"}])
def test_no_answer_is_refused(desk, answers):
    ticket = desk.open(error_code="0x8004de40")
    with pytest.raises(BadAnswer):
        answer(desk, ticket, **answers)


def test_an_answer_cannot_point_at_a_stored_secret(desk):
    ticket = desk.open(error_code="0x8004de40")
    with pytest.raises(BadAnswer):
        answer(desk, ticket, users=f"[[secret:{desk.account.pk}:pin]]")


def test_where_a_case_is_open_one_answers_there(desk):
    ticket = desk.open(error_code="0x8004de40")
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=desk.l1, now=desk.now)
    with pytest.raises(NotAllowedNow, match="answer there"):
        answer(desk, ticket, users="40")


def test_without_a_service_or_on_an_ended_ticket_there_is_nothing_to_answer(desk):
    ticket = desk.open()
    with pytest.raises(NotAllowedNow, match="No vendor service"):
        answer(desk, ticket, users="40")
    ended = desk.open(error_code="0x8004de40")
    lifecycle.resolve(key=ended.key, summary="done", by=desk.l1, now=desk.now)
    with pytest.raises(NotAllowedNow):
        answer(desk, ended, users="40")
