"""The radar's board and form as pages: who stands in which lane, what is refused, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from tickets import lifecycle, managing
from tickets.models import RadarEntry, Ticket
from tickets.radar.board import LANE_SIZE, board
from tickets.radar.placing import place, version_of
from tickets.radar.standing import in_lane, unplaced


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def put(world, ticket, score=None, jira_key=""):
    world.do(place, ticket, score=score, jira_key=jira_key)
    return ticket


def lanes(user, client=""):
    return {filled.lane.slug: [f"ESC-{row['pk']}" for row in filled.rows] for filled in board(user, client=client)}


def page(client, user, path="/radar/"):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def post(client, user, ticket, htmx=False, **said):
    client.force_login(user)
    headers = {"HX-Request": "true", "HX-Target": "board"} if htmx else {}
    return client.post(f"/tickets/{ticket.key}/radar/", said, headers=headers)


def test_each_ticket_stands_in_the_lane_of_its_score(desk):
    none, low, high = (put(desk, desk.open(), score) for score in (None, 6, 7))
    desk.open("Not on the radar")
    assert lanes(desk.l1) == {"none": [none.key], "1-6": [low.key], "7-10": [high.key]}


def test_escalations_that_nobody_placed_need_investigation(desk):
    climbed, called, neither = desk.open(), desk.open(), desk.open()
    desk.do(managing.call_manager, called, why="They are angry")
    desk.forward(minutes=16)
    assert {climbed.key, called.key, neither.key} == set(lanes(desk.l1)["none"])


def test_a_ticket_that_a_rule_sent_to_a_higher_tier_was_not_escalated(desk):
    routed = desk.open(device_type="NETWORK")
    assert desk.fresh(routed).step == 1
    assert lanes(desk.l1)["none"] == []


def test_once_it_has_a_score_it_stands_in_one_lane_only(desk):
    ticket = desk.open()
    desk.do(managing.call_manager, ticket, why="They are angry")
    put(desk, ticket, 4)
    assert lanes(desk.l1) == {"none": [], "1-6": [ticket.key], "7-10": []}


def test_a_resolved_one_stays_until_it_is_closed(desk):
    ticket = put(desk, desk.open(), 4)
    desk.do(lifecycle.resolve, ticket, summary="Done")
    assert lanes(desk.l1)["1-6"] == [ticket.key]
    Ticket.objects.filter(pk=ticket.pk).update(status="CLOSED")
    assert lanes(desk.l1)["1-6"] == []


def test_nobody_sees_tickets_of_clients_that_are_not_theirs(desk):
    put(desk, desk.open(), 4)
    keeper = desk.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, desk.client("Other"))
    assert lanes(keeper)["1-6"] == []


def test_the_board_is_narrowed_to_a_client(desk):
    ticket = put(desk, desk.open(), 4)
    assert lanes(desk.l1, "acme")["1-6"] == [ticket.key]
    assert lanes(desk.l1, "other")["1-6"] == []


def test_the_filter_of_lists_and_the_lanes_agree(desk):
    tickets = [put(desk, desk.open(), score) for score in (None, 1, 10)]
    called = desk.open()
    desk.do(managing.call_manager, called, why="They are angry")
    for filled in board(desk.l1):
        wanted = {row["pk"] for row in filled.rows}
        assert set(in_lane(Ticket.objects.all(), filled.lane).values_list("pk", flat=True)) == wanted
    assert sum(len(found) for found in lanes(desk.l1).values()) == len(tickets) + 1


def test_the_page_says_who_stands_where(desk, client, settings):
    settings.JIRA_URL = "https://jira.example"
    ticket = put(desk, desk.open("Mail <b>loops</b>"), 7, "ABC-12")
    html = page(client, desk.l1)
    for words in ("Needs investigation", "Active bug being prioritised", "Under review by Product/Dev"):
        assert words in html, words
    assert "Mail &lt;b&gt;loops" in html and ticket.key in html
    assert 'href="https://jira.example/browse/ABC-12"' in html


def test_without_a_safe_address_a_key_is_text(desk, client, settings):
    settings.JIRA_URL = "http://jira.example"
    put(desk, desk.open(), 7, "ABC-12")
    html = page(client, desk.l1)
    assert "<span>ABC-12</span>" in html and "jira.example" not in html


def test_an_empty_radar_says_what_comes_here(desk, client):
    assert "The radar is empty" in page(client, desk.l1)
    assert "Nothing of this client" in page(client, desk.l1, "/radar/?client=acme")


def test_a_full_lane_tells_how_many_more_there_are(desk, client):
    now = desk.now
    first = desk.open()
    copies = [desk.open(f"Copy {n}") for n in range(LANE_SIZE + 1)]
    RadarEntry.objects.bulk_create(
        RadarEntry(ticket=t, score=2, changed_by=desk.l1, changed_at=now) for t in (first, *copies)
    )
    html = page(client, desk.l1)
    assert 'href="/tickets/?radar=1-6">and 2 more</a>' in html
    assert html.count('class="radar-card"') == LANE_SIZE


def test_the_page_costs_the_same_for_one_card_and_for_many(desk, client):
    put(desk, desk.open(), 2)
    page(client, desk.l1)
    with CaptureQueriesContext(
        connection,
    ) as one:
        page(client, desk.l1)
    for score in (None, 3, 4, 9):
        put(desk, desk.open(), score, "ABC-1")
    with CaptureQueriesContext(connection) as many:
        page(client, desk.l1)
    assert len(one) == len(many)


def test_the_form_places_without_scripts_and_leads_back(desk, client):
    ticket = desk.open()
    answer = post(client, desk.l1, ticket, score="3", jira_key="abc-1", seen="", next="/radar/")
    assert (answer.status_code, answer["Location"]) == (303, "/radar/")
    entry = RadarEntry.objects.get()
    assert (entry.score, entry.jira_key) == (3, "ABC-1")
    assert "is in “Active bug being prioritised”, score 3." in page(client, desk.l1)


def test_a_button_moves_to_a_lane_with_the_score_that_it_suggests(desk, client):
    ticket = put(desk, desk.open(), 2, "ABC-1")
    seen = version_of(RadarEntry.objects.get())
    post(client, desk.l1, ticket, score="2", jira_key="ABC-1", seen=seen, lane="7-10")
    entry = RadarEntry.objects.get()
    assert (entry.score, entry.jira_key) == (8, "ABC-1")
    post(client, desk.l1, ticket, seen=version_of(entry), lane="off")
    assert not RadarEntry.objects.exists()


@pytest.mark.parametrize(
    "said, words",
    [
        ({"score": "11"}, "whole number from 1 to 10"),
        ({"score": "many"}, "whole number from 1 to 10"),
        ({"score": "3", "jira_key": "the bug"}, "like ABC-123"),
        ({"lane": "nowhere"}, ""),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field_and_kept(desk, client, said, words):
    ticket = desk.open()
    answer = post(client, desk.l1, ticket, **said)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert said.get("jira_key", "") in answer.content.decode() and not RadarEntry.objects.exists()
    again = post(client, desk.l1, ticket, htmx=True, **said)
    assert again.status_code == 422 and "data-refused" in again.content.decode()


def test_the_later_of_two_is_told_and_may_mean_it(desk, client):
    ticket = put(desk, desk.open(), 2)
    seen = version_of(RadarEntry.objects.get())
    desk.do(place, ticket, by=desk.l2, score=9, jira_key="")
    answer = post(client, desk.l1, ticket, score="4", seen=seen)
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "L2 moved it at" in html and "it stands at 9 (Under review by Product/Dev) now" in html
    assert 'value="4"' in html
    meant = post(client, desk.l1, ticket, score="4", seen=version_of(RadarEntry.objects.get()))
    assert (meant.status_code, RadarEntry.objects.get().score) == (303, 4)


def test_the_board_answers_with_itself_and_who_was_faster(desk, client):
    ticket = put(desk, desk.open(), 2)
    seen = version_of(RadarEntry.objects.get())
    done = post(client, desk.l1, ticket, htmx=True, score="3", seen=seen).content.decode()
    assert f'data-said="{ticket.key} is in “Active bug' in done and "<html" not in done
    late = post(client, desk.l2, ticket, htmx=True, score="9", seen=seen)
    assert late.status_code == 409 and f'data-refused="{ticket.key} was not moved. L1 moved it' in late.content.decode()
    assert RadarEntry.objects.get().score == 3


def test_a_closed_ticket_is_refused_in_words(desk, client):
    ticket = desk.open()
    Ticket.objects.filter(pk=ticket.pk).update(status="CLOSED", resolved_at=desk.now)
    answer = post(client, desk.l1, ticket, score="3")
    assert answer.status_code == 409 and "closed has no place on the radar" in answer.content.decode()


def test_whoever_may_only_read_sees_no_handle_and_may_not_post(desk, client):
    ticket = put(desk, desk.open(), 2)
    keeper = desk.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    give_role(keeper, roles.ACCOUNT_MANAGER, desk.acme)
    html = page(client, keeper)
    assert ticket.key in html and "data-movable" not in html and "radar-move" not in html
    assert post(client, keeper, ticket, score="3").status_code == 403


def test_the_ticket_s_page_shows_its_place_and_a_form(desk, client, settings):
    settings.JIRA_URL = "https://jira.example"
    ticket = desk.open()
    assert "It is not on the radar." in page(client, desk.l1, f"/tickets/{ticket.key}/")
    put(desk, ticket, 8, "ABC-9")
    html = page(client, desk.l1, f"/tickets/{ticket.key}/")
    assert "8 of 10, Under review by Product/Dev" in html and "https://jira.example/browse/ABC-9" in html
    assert "Take off the radar" in html


def test_the_ticket_s_form_is_a_page_of_its_own(desk, client):
    ticket = put(desk, desk.open(), 8, "ABC-9")
    html = page(client, desk.l1, f"/tickets/{ticket.key}/radar/")
    assert 'value="8"' in html and 'value="ABC-9"' in html


def test_the_first_lane_is_found_by_index(desk):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = unplaced(Ticket.objects.all()).order_by("next_due_at", "pk").explain()
    assert "ticket_escalated" in plan
