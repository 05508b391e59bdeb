"""Changing what a ticket is about, only as it was read; merging; calling a manager."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.clock import database_now
from programs import counts, fields, problem, program_of
from tickets import lifecycle, merging
from tickets.models import Ticket, TicketEvent


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what the API reads from the database."""
    world.now = database_now()
    return world


@pytest.fixture
def ticket(desk):
    return desk.open()


@pytest.fixture
def change(program, ticket):
    """PATCH the ticket with its own ETag, unless another condition is named."""

    def patch(body, *, who=program, key=ticket.key, **headers):
        headers = headers or {"If_Match": program.get(f"tickets/{ticket.key}/")["ETag"]}
        return who.patch(f"tickets/{key}/", body, **headers)

    return patch


def clocks(answer, metric):
    return [(c["target_seconds"], c["state"]) for c in answer["clocks"] if c["metric"] == metric]


def test_every_answer_with_a_ticket_has_its_etag(program, desk):
    opened = program.post("tickets/", {"client": "Acme", "title": "t"})
    key = opened.json()["key"]
    assert opened["ETag"] == program.get(f"tickets/{key}/")["ETag"] == '"1"'
    assert program.post(f"tickets/{key}/acknowledgement/", {})["ETag"] == '"2"'


def test_another_priority_brings_other_targets_and_keeps_what_was_used(change, program, ticket):
    before = program.get(f"tickets/{ticket.key}/").json()
    answer = change({"priority": "p2", "why": "One person only"})
    told = answer.json()
    assert (answer.status_code, told["priority"]) == (200, "P2")
    assert clocks(before, "RESOLVE") == [(4 * 3600, "RUNNING")] and clocks(told, "RESOLVE") == [(8 * 3600, "RUNNING")]
    old = [c for c in told["superseded_clocks"] if c["metric"] == "RESOLVE"]
    assert [(c["target_seconds"], c["state"]) for c in old] == [(4 * 3600, "SUPERSEDED")]
    assert "priority P1 → P2" in old[0]["because"]
    assert answer["ETag"] == f'"{Ticket.objects.get().event_count}"'


def test_category_service_client_and_title_are_changed(change, desk, ticket):
    desk.client("Beta")
    body = {"category": "mail", "service": "microsoft-365", "client": "beta", "title": "Mail is late", "why": "w"}
    told = change(body).json()
    assert [told[name] for name in ("category", "service", "client", "title")] == [
        "mail", "Microsoft 365", "Beta", "Mail is late",
    ]  # fmt: skip
    assert TicketEvent.objects.filter(ticket=ticket, kind="CHANGED").count() == 1


def test_without_a_condition_nothing_is_changed(change, program, ticket):
    before = counts()
    answer = program.patch(f"tickets/{ticket.key}/", {"priority": "P2", "why": "w"})
    assert "If-Match" in problem(answer, 428)["detail"] and counts() == before


@pytest.mark.parametrize("condition", ['"0"', '"7", "8"', 'W/"1"', '""'])
def test_a_ticket_that_has_changed_is_left_alone(change, condition):
    before = counts()
    problem(change({"priority": "P2", "why": "w"}, If_Match=condition), 412)
    assert counts() == before


@pytest.mark.parametrize("condition", ["1", "one", '"1', " "])
def test_a_condition_that_is_none_is_told(change, condition):
    problem(change({"priority": "P2", "why": "w"}, If_Match=condition), 400)


@pytest.mark.parametrize("condition", ["*", '"1"', '"0", "1"', ' "1" '])
def test_a_condition_that_holds_lets_it_through(change, condition):
    assert change({"priority": "P2", "why": "w"}, If_Match=condition).json()["priority"] == "P2"


def test_an_event_in_between_makes_the_etag_stale(change, program, desk, ticket):
    read = program.get(f"tickets/{ticket.key}/")["ETag"]
    lifecycle.reply(key=ticket.key, text="A note", public=False, by=desk.l1, now=desk.now)
    problem(change({"priority": "P2", "why": "w"}, If_Match=read), 412)


@pytest.mark.parametrize("body, expected", [
    ({"priority": "P2"}, ["why"]),
    ({"priority": "P2", "why": " "}, ["why"]),
    ({"why": "w"}, ["priority"]),
    ({"priority": "P1", "why": "w"}, ["priority"]),
    ({"priority": "P5", "why": "w"}, ["priority"]),
    ({"service": "Nothing", "why": "w"}, ["service"]),
    ({"service": "", "why": "w"}, ["service"]),
    ({"client": "Nobody", "why": "w"}, ["client"]),
    ({"title": "", "why": "w"}, ["title"]),
    ({"title": "x" * 201, "why": "w"}, ["title"]),
    ({"status": "CLOSED", "why": "w"}, ["status"]),
    ({"colour": "red", "why": "w"}, ["colour"]),
])  # fmt: skip
def test_a_bad_field_is_named_and_nothing_is_left_behind(change, body, expected):
    before = counts()
    assert fields(change(body)) == expected
    assert counts() == before


def test_a_client_whose_external_id_is_taken_is_named(change, desk, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(external_id="x-1")
    beta = desk.client("Beta")
    Ticket.objects.filter(pk=desk.open().pk).update(client=beta, external_id="x-1")
    assert fields(change({"client": "Beta", "why": "w"})) == ["client"]


def test_with_a_case_open_the_client_may_be_named_again_but_not_another(change, desk, ticket):
    desk.client("Beta")
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=desk.l1, now=desk.now)
    desk.tick()
    assert fields(change({"client": "Beta", "why": "w"})) == ["client"]
    assert change({"client": "Acme", "priority": "P2", "why": "w"}).json()["priority"] == "P2"


def test_an_ended_ticket_is_not_changed(change, desk, ticket):
    lifecycle.resolve(key=ticket.key, summary="Done", by=desk.l1, now=desk.now)
    problem(change({"priority": "P2", "why": "w"}), 409)


def test_a_foreign_ticket_is_like_none_and_changing_needs_the_scope_to_work(change, acme, desk, ticket):
    Ticket.objects.filter(pk=ticket.pk).update(client=desk.client("Beta"))
    one, other = (change({"priority": "P2", "why": "w"}, who=acme, key=k) for k in (ticket.key, "ESC-999999"))
    assert problem(one, 404) and one.content == other.content
    reader = program_of(scopes=["tickets:read", "tickets:write"])
    assert "tickets:work" in problem(change({"priority": "P2", "why": "w"}, who=reader), 403)["detail"]


def test_a_clients_key_cannot_give_its_ticket_away(change, acme, desk):
    desk.client("Beta")
    assert fields(change({"client": "Beta", "why": "w"}, who=acme)) == ["client"]


# merging -------------------------------------------------------------------------------------------------------------


def test_merging_ends_the_one_and_goes_on_with_the_other(program, desk, ticket):
    survivor = desk.open("The same again")
    answer = program.post(f"tickets/{ticket.key}/merge/", {"into": survivor.key.lower(), "why": "One trouble"})
    told = answer.json()
    assert (told["status"], told["merged_into"], told["holder"]["kind"]) == ("MERGED", survivor.key, "NOBODY")
    assert {c["state"] for c in told["clocks"]} == {"ENDED"}
    assert {c["because"] for c in told["clocks"]} == {f"Merged into {survivor.key}"}
    assert program.get(f"tickets/{survivor.key}/").json()["merged_into"] is None


@pytest.mark.parametrize("into", ["ESC-999999", "nothing", "", "self"])
def test_into_what_is_no_other_ticket_nothing_is_merged(program, ticket, into):
    before = counts()
    body = {"into": ticket.key if into == "self" else into, "why": "w"}
    assert fields(program.post(f"tickets/{ticket.key}/merge/", body)) == ["into"]
    assert counts() == before


def test_another_clients_ticket_is_refused_to_its_own_key_like_none(acme, desk, ticket):
    desk.acme = desk.client("Beta")
    foreign = desk.open()
    answers = [acme.post(f"tickets/{ticket.key}/merge/", {"into": k, "why": "w"}) for k in (foreign.key, "ESC-999999")]
    assert fields(answers[0]) == ["into"] and answers[0].content == answers[1].content


MERGED = {
    "acknowledgement": {},
    "escalation": {"why": "w"},
    "assignment": {"to": "l2@msp.example"},
    "wait": {"on": "CLIENT", "why": "w"},
    "resumption": {},
    "resolution": {"summary": "s"},
    "reopening": {"why": "w"},
    "replies": {"body": "b", "public": True},
    "vendor-cases": {"service": "Microsoft 365", "why": "w"},
    "merge": {"into": "ESC-1", "why": "w"},
}


def test_a_merged_ticket_takes_no_verb_at_all(program, desk, ticket):
    survivor = desk.open()
    merging.merge(key=ticket.key, into=survivor.key, why="One", by=desk.l1, now=desk.now)
    before = counts()
    bodies = MERGED | {"merge": {"into": survivor.key, "why": "w"}}
    for verb, body in bodies.items():
        problem(program.post(f"tickets/{ticket.key}/{verb}/", body), 409)
    called = program.post(f"tickets/{ticket.key}/escalation/", {"kind": "HIERARCHICAL", "why": "w"})
    problem(called, 409)
    problem(program.patch(f"tickets/{ticket.key}/", {"priority": "P2", "why": "w"}, If_Match="*"), 409)
    assert counts() == before


def test_a_clients_key_follows_a_merged_ticket(acme, desk, ticket):
    survivor = desk.open()
    merging.merge(key=ticket.key, into=survivor.key, why="Internal reason", by=desk.l1, now=desk.now)
    told = acme.get(f"tickets/{ticket.key}/")
    assert told.json()["merged_into"] == survivor.key and "Internal" not in told.content.decode()
    Ticket.objects.filter(pk=survivor.pk).update(client=desk.client("Beta"))
    assert acme.get(f"tickets/{ticket.key}/").json()["merged_into"] is None


# a manager -----------------------------------------------------------------------------------------------------------


def test_a_called_manager_leaves_custody_alone_and_answers_by_acting(program, desk, ticket):
    before = program.get(f"tickets/{ticket.key}/").json()["holder"]
    body = {"why": "The director calls", "kind": "hierarchical"}
    told = program.post(f"tickets/{ticket.key}/escalation/", body).json()
    assert (told["holder"], told["tier"]) == (before, "L1")
    [clock] = [c for c in told["clocks"] if c["metric"] == "MANAGER_RESPOND"]
    assert (clock["subject"], clock["target_seconds"], clock["calendar"]) == ("escalation:1", 3600, "24x7")
    lifecycle.reply(key=ticket.key, text="On it", public=False, by=desk.manager, now=desk.now)
    told = program.get(f"tickets/{ticket.key}/").json()
    assert [c["state"] for c in told["clocks"] if c["metric"] == "MANAGER_RESPOND"] == ["MET"]


def test_the_manager_on_call_is_not_chosen_by_name(program, ticket):
    body = {"why": "w", "kind": "HIERARCHICAL", "to": "boss"}
    assert fields(program.post(f"tickets/{ticket.key}/escalation/", body)) == ["to"]


def test_the_manager_is_called_once_per_idempotency_key(program, desk, ticket):
    body, key = {"why": "w", "kind": "HIERARCHICAL"}, {"Idempotency_Key": "k"}
    first, again = (program.post(f"tickets/{ticket.key}/escalation/", body, **key) for _ in range(2))
    assert first.content == again.content and Ticket.objects.get().manager_calls == 1


# what a client's key reads --------------------------------------------------------------------------------------------


def test_a_new_client_reads_nothing_of_what_the_former_was_told(program, desk, ticket):
    lifecycle.reply(key=ticket.key, text="For the former one", public=True, by=desk.l1, now=desk.now)
    beta = desk.client("Beta")
    assert (
        program.patch(f"tickets/{ticket.key}/", {"client": "Beta", "why": "Misfiled"}, If_Match="*").status_code == 200
    )
    lifecycle.reply(key=ticket.key, text="For the new one", public=True, by=desk.l1, now=desk.now)
    reader = program_of(client=beta)
    told = reader.get(f"tickets/{ticket.key}/timeline/").json()["results"]
    assert [event["client_text"] for event in told] == ["For the new one"]
    assert "former" not in reader.get(f"tickets/{ticket.key}/explain/").content.decode()
    assert "former" in program.get(f"tickets/{ticket.key}/timeline/").content.decode()


def test_a_clients_key_reads_each_promise_made_to_the_client_and_no_other(acme, desk):
    row = {"ACKNOWLEDGE": "20m", "RESPOND": "30m", "UPDATE": "1h", "RESOLVE": "4h"}
    desk.agreement("Gold", "SLA", {"calendar": "24x7", "targets": {"P1": row}})
    ticket = desk.open(error_code="0x8004de40")
    lifecycle.reply(key=ticket.key, text="At it", public=True, by=desk.l1, now=desk.now)
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=desk.l1, now=desk.now)
    desk.tick()
    told = acme.get(f"tickets/{ticket.key}/").json()
    assert [c["metric"] for c in told["clocks"]] == ["ACKNOWLEDGE", "RESPOND", "RESOLVE", "UPDATE"]
    [update] = [c for c in told["clocks"] if c["metric"] == "UPDATE"]
    assert told["next_update_due_at"] == update["due_at"]
    assert "superseded_clocks" not in told


# tickets of the past -------------------------------------------------------------------------------------------------


def past(**ago):
    return (datetime.now(UTC) - timedelta(**ago)).isoformat()


def body(**more):
    return {"client": "Acme", "title": "Brought in", "priority": "P1"} | more


def test_a_ticket_of_the_past_counts_from_when_it_was_opened(program, desk):
    answer = program.post("tickets/", body(opened_at=past(minutes=60)))
    told = answer.json()
    assert (answer.status_code, told["status"], told["tier"]) == (201, "NEW", "L1")
    used = {c["metric"]: c["consumed_seconds"] for c in told["clocks"]}
    assert 3600 <= used["RESOLVE"] < 3660 and used["OLA_RESOLVE"] < 60
    assert {c["metric"]: c["state"] for c in told["clocks"]}["ACKNOWLEDGE"] == "BREACHED"


def test_one_that_has_ended_there_is_brought_in_ended(program, desk):
    told = program.post("tickets/", body(opened_at=past(hours=3), resolved_at=past(hours=2))).json()
    assert (told["status"], told["holder"]["kind"]) == ("RESOLVED", "NOBODY")
    assert {c["metric"]: c["state"] for c in told["clocks"]} == {"ACKNOWLEDGE": "BREACHED", "RESOLVE": "MET"}


@pytest.mark.parametrize("said, expected", [
    ({"opened_at": past(hours=-2)}, ["opened_at"]),
    ({"resolved_at": past(hours=2)}, ["opened_at"]),
    ({"opened_at": past(hours=2), "resolved_at": past(hours=3)}, ["resolved_at"]),
    ({"opened_at": "yesterday"}, ["opened_at"]),
    ({"opened_at": "1971-01-01T00:00:00Z"}, ["opened_at"]),
    ({"opened_at": 7}, ["opened_at"]),
    ({"opened_at": None}, ["opened_at"]),
])  # fmt: skip
def test_a_moment_that_cannot_be_is_named_and_nothing_is_left_behind(program, acme, desk, said, expected):
    before = counts()
    for caller in (program, acme):
        assert fields(caller.post("tickets/", body(**said))) == expected
    assert counts() == before


def test_bringing_in_needs_its_own_scope(desk):
    opener, before = program_of(scopes=["tickets:read", "tickets:write"]), counts()
    answer = opener.post("tickets/", body(opened_at=past(hours=1)))
    assert "tickets:import" in problem(answer, 403)["detail"] and counts() == before
    assert opener.post("tickets/", body()).status_code == 201


# waiting on a vendor -------------------------------------------------------------------------------------------------


def test_the_end_of_a_wait_on_a_vendor_is_a_reminder_only(program, desk):
    ticket = desk.open(error_code="0x8004de40")
    lifecycle.lodge_case(key=ticket.key, service="Microsoft 365", answers={}, why="w", by=desk.l1, now=desk.now)
    desk.tick()
    lifecycle.resume(key=ticket.key, by=desk.l1, now=desk.now)
    until = desk.now + timedelta(minutes=10)
    told = program.post(f"tickets/{ticket.key}/wait/", {"on": "VENDOR", "why": "w", "until": until.isoformat()}).json()
    assert (told["status"], told["holder"]["name"]) == ("WAITING_ON_VENDOR", "Microsoft")
    assert desk.fresh(ticket).wake_at == until
    desk.forward(minutes=11)
    assert desk.fresh(ticket).status == "WAITING_ON_VENDOR" and "WOKE" in desk.kinds(ticket)


def test_both_sentences_of_each_why_are_told(program, acme, desk):
    ticket = desk.open()
    desk.forward(minutes=16)
    told = program.get(f"tickets/{ticket.key}/explain/").json()["results"]
    climbed = next(row for row in told if row["kind"] == "ESCALATED")
    assert climbed["internal"].startswith("L1 → L2: not acknowledged within 15 minutes")
    assert climbed["client"].startswith("Your request was passed to our technical specialists")
    assert climbed["record"]["rule"] == "CLIMB"
    heard = acme.get(f"tickets/{ticket.key}/explain/").json()["results"]
    assert climbed["client"] in [row["client"] for row in heard]
