"""Hand-over notes: left to the next on call, told by mail, read by somebody, and tickets that go along."""

import re
from datetime import timedelta
from html import unescape

import pytest

from accounts import roles
from accounts.clock import database_now
from clients.access import give_role
from clients.models import Client
from tickets import lifecycle
from tickets.models import HandOver, Notification, Ticket
from tickets.permissions import NotYours
from tickets.shift.handing_over import LONGEST_TEXT, hidden_from, leave, read
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer
from tiers.models import Member, Override


@pytest.fixture
def mate(world):
    """A second technician in the team of L1."""
    return world.person("mate@msp.example", roles.TECHNICIAN, world.tiers["L1"].team)


@pytest.fixture
def desk(world):
    """The world at this very moment, which is what pages read from the database."""
    world.now = database_now()
    return world


def give(world, to, text="Look after ESC-1", keys=(), assign=False, **changes):
    given = {"team": world.tiers["L1"].team, "text": text, "to": to, "keys": keys, "assign": assign, "by": world.l1}
    return leave(**(given | changes), now=world.now)


def test_a_note_is_kept_with_its_tickets_and_told(world, mate):
    ticket = world.open()
    left = give(world, mate, keys=[ticket.key])
    assert (left.note.to, left.note.by, left.note.at, list(left.note.tickets.all())) == (
        mate, world.l1, world.now, [ticket],
    )  # fmt: skip
    world.tick()
    (mail,) = world.mails_to(mate.email)
    assert mail.subject == "Hand-over from L1: L1 team" and "Look after ESC-1" in mail.body
    assert Notification.objects.get(user=mate).title == mail.subject
    assert world.fresh(ticket).assignee is None


def test_ticked_tickets_go_along(world, mate):
    ticket = world.open()
    world.do(lifecycle.acknowledge, ticket)
    assert give(world, mate, keys=[ticket.key], assign=True).refused == []
    assert world.fresh(ticket).assignee == mate and "ASSIGNED" in world.kinds(ticket)


def test_what_cannot_go_along_is_named_and_the_note_is_left(world, mate):
    going, ended = world.open(), world.open()
    world.do(lifecycle.resolve, ended, summary="Done")
    left = give(world, mate, keys=[going.key, ended.key], assign=True)
    assert [key for key, _ in left.refused] == [ended.key] and "resolved" in left.refused[0][1]
    assert world.fresh(going).assignee == mate and HandOver.objects.count() == 1


def test_nobody_is_given_tickets_of_clients_that_they_may_not_work(world):
    keeper = world.person("keeper@msp.example", roles.ACCOUNT_MANAGER, world.tiers["L1"].team)
    give_role(keeper, roles.ACCOUNT_MANAGER, world.acme)
    ticket = world.open()
    left = give(world, keeper, keys=[ticket.key], assign=True)
    assert left.refused == [(ticket.key, "Keeper may not work on it.")]
    assert world.fresh(ticket).assignee is None


@pytest.mark.parametrize("field, changes", [("text", {"text": "  "}), ("text", {"text": "x" * 10_001}), ("to", {})])
def test_what_is_missing_is_told_at_its_field(world, mate, field, changes):
    with pytest.raises(BadAnswer) as refused:
        give(world, None if field == "to" else mate, **changes)
    assert refused.value.field == field and not HandOver.objects.exists()


def blind(world, team):
    """Somebody of the team who may not see Acme."""
    lena = world.person("lena@msp.example", roles.ACCOUNT_MANAGER, world.tiers[team].team)
    give_role(lena, roles.ACCOUNT_MANAGER, world.client("Other"))
    return lena


def test_nobody_is_given_a_ticket_or_told_of_one_whose_client_they_may_not_see(world):
    ticket, lena = world.open(), blind(world, "L2")
    with pytest.raises(BadAnswer, match=f"Untick {ticket.key}: Lena may not see its client.") as ticked:
        give(world, lena, text="Good luck", keys=[ticket.key])
    with pytest.raises(BadAnswer, match=f"Take {ticket.key} out of the note: Lena may not see") as named:
        give(world, lena, text=f"Mind {ticket.key.lower()}.")
    assert (ticked.value.field, named.value.field) == ("tickets", "text")
    world.tick()
    assert not HandOver.objects.exists() and not world.mails_to(lena.email)
    assert give(world, lena, text="Good luck").note.to == lena


def test_words_are_for_the_whole_team_and_tickets_for_who_takes_over(world, mate):
    ticket, _ = world.open(), blind(world, "L1")
    with pytest.raises(BadAnswer, match="Lena may not see its client"):
        give(world, mate, text=f"Mind {ticket.key}.", keys=[ticket.key])
    assert list(give(world, mate, text="As ticked", keys=[ticket.key]).note.tickets.all()) == [ticket]


def test_a_client_s_page_for_somebody_else_is_no_sight_of_its_tickets(world):
    lena = blind(world, "L2")
    other = Client.objects.get(name="Other")
    people = [world.l1, lena]
    assert hidden_from(people, {world.acme.pk, other.pk}) == {world.acme.pk: lena}
    assert hidden_from(people, set()) == {} and hidden_from([], {other.pk}) == {}


def test_nobody_hands_over_to_oneself_or_to_whoever_is_in_no_team(world):
    with pytest.raises(BadAnswer, match="somebody else"):
        give(world, world.l1)
    with pytest.raises(BadAnswer, match="in no team"):
        give(world, world.person("gone@msp.example", roles.TECHNICIAN))


def test_only_people_of_the_team_hand_over_for_it(world, mate):
    with pytest.raises(NotYours):
        give(world, mate, by=world.l2)


def test_the_first_who_has_read_it_stands_there(world, mate):
    note = give(world, mate).note
    third = world.person("third@msp.example", roles.TECHNICIAN, world.tiers["L1"].team)
    read(pk=note.pk, by=third, now=world.now)
    read(pk=note.pk, by=mate, now=world.now + timedelta(hours=1))
    note.refresh_from_db()
    assert (note.read_by, note.read_at) == (third, world.now)


def test_strangers_do_not_read_it_and_nobody_reads_one_s_own(world, mate):
    note = give(world, mate).note
    with pytest.raises(HandOver.DoesNotExist):
        read(pk=note.pk, by=world.l2, now=world.now)
    with pytest.raises(NotAllowedNow):
        read(pk=note.pk, by=world.l1, now=world.now)


def test_a_note_to_another_team_s_person_is_for_that_person_too(world):
    note = give(world, world.l2).note
    assert read(pk=note.pk, by=world.l2, now=world.now).read_by == world.l2


# The pages ------------------------------------------------------------------------------------------------------


def get(client, user, path, status=200):
    client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def post(client, user, path, **said):
    client.force_login(user)
    return client.post(path, said)


def test_the_form_holds_a_line_for_each_own_ticket_and_the_next_on_call(desk, mate, client):
    ticket = desk.open("Mail is down")
    desk.do(lifecycle.acknowledge, ticket)
    begins = desk.now + timedelta(hours=2)
    Override.objects.create(
        team=desk.tiers["L1"].team, user=mate, begins_at=begins, ends_at=begins + timedelta(hours=8),
        made_by=desk.l1, made_at=desk.now,
    )  # fmt: skip
    html = get(client, desk.l1, "/shift/hand-over/")
    assert f"{ticket.key} P1 Acme: Mail is down, with us since" in html and "Times are of" in html
    assert "Next on call for L1 team is <strong>Mate</strong>" in html
    assert f'<option value="{mate.pk}" selected>Mate, on call from' in html
    assert f'value="{ticket.key}"' in html and "Assign the ticked tickets" in html


def test_a_ticket_that_somebody_of_the_team_may_not_see_is_left_out_of_the_words_and_that_is_told(desk, client):
    ticket = desk.open("Secret merger")
    desk.do(lifecycle.acknowledge, ticket)
    blind(desk, "L1")
    html = get(client, desk.l1, "/shift/hand-over/")
    assert f"{ticket.key} is left out: Lena may not see its client." in html
    words = html.partition('name="text"')[2].partition("</textarea>")[0]
    assert "Secret merger" not in words and f'value="{ticket.key}"' in html and " checked" not in html


def test_what_the_form_is_filled_with_can_be_sent_however_much_it_is(desk, mate, client):
    tickets = [desk.open("Mail " + "very " * 30 + str(n), priority="P4") for n in range(60)]
    Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).update(assignee=desk.l1)
    html = get(client, desk.l1, "/shift/hand-over/")
    text = unescape(html.partition('name="text"')[2].partition(">")[2].partition("</textarea>")[0]).strip()
    more = int(re.search(r"^and (\d+) more, ticked below$", text, re.MULTILINE)[1])
    assert text.count("ESC-") == 60 - more and html.count(" checked") == 60 and len(text) < LONGEST_TEXT
    answer = post(client, desk.l1, "/shift/hand-over/", team="l1-team", to=mate.pk, text=text.replace("\n", "\r\n"))
    assert answer.status_code == 303


def test_a_note_is_left_by_the_form_and_read_by_the_next(desk, mate, client):
    ticket = desk.open()
    desk.do(lifecycle.acknowledge, ticket)
    answer = post(client, desk.l1, "/shift/hand-over/", team="l1-team", to=mate.pk, text="Mind <b>Acme</b>",
                  tickets=[ticket.key], assign="on")  # fmt: skip
    assert (answer.status_code, answer["Location"]) == (303, "/shift/hand-overs/l1-team/")
    assert desk.fresh(ticket).assignee == mate
    shift = get(client, mate, "/shift/")
    assert "Mind &lt;b&gt;Acme" in shift and "I have read it" in shift and ticket.key in shift
    assert "Nobody has read it yet" in get(client, desk.l1, "/shift/")
    assert post(client, mate, f"/shift/hand-over/{HandOver.objects.get().pk}/reading/").status_code == 303
    assert "Read by Mate" in get(client, desk.l1, "/shift/")
    assert "I have read it" not in get(client, mate, "/shift/")


@pytest.mark.parametrize(
    "said, words",
    [({"text": ""}, "Write what the next one must know."), ({"to": ""}, "Choose who takes over."),
     ({"tickets": ["ESC-999"]}, "ESC-999 is not yours any more")],
)  # fmt: skip
def test_the_form_says_what_is_missing_and_keeps_what_was_written(desk, mate, client, said, words):
    desk.do(lifecycle.acknowledge, desk.open())
    answer = post(client, desk.l1, "/shift/hand-over/", **({"team": "l1-team", "to": mate.pk, "text": "Kept"} | said))
    html = answer.content.decode()
    assert answer.status_code == 422 and words in html and ("Kept" in html or "text" in said)


def test_whoever_reads_it_second_is_told_who_was_first(desk, mate, client):
    note = give(desk, mate).note
    third = desk.person("third@msp.example", roles.TECHNICIAN, desk.tiers["L1"].team)
    read(pk=note.pk, by=third, now=desk.now)
    post(client, mate, f"/shift/hand-over/{note.pk}/reading/")
    assert "Third has read it before you" in get(client, mate, "/shift/")


def test_somebody_in_two_teams_chooses_for_which(desk, client):
    Member.objects.create(team=desk.tiers["L2"].team, user=desk.l1)
    html = get(client, desk.l1, "/shift/hand-over/?team=l2-team")
    assert 'name="team" value="l2-team"' in html and '<option value="l1-team">' in html


def test_whoever_is_in_no_team_is_told_why_there_is_no_form(desk, client):
    keeper = desk.person("keeper@msp.example", roles.ACCOUNT_MANAGER)
    assert "You are in no team" in get(client, keeper, "/shift/hand-over/")


def test_the_notes_of_a_team_are_for_its_people(desk, mate, client):
    give(desk, mate, text="Only for us")
    assert "Only for us" in get(client, mate, "/shift/hand-overs/l1-team/")
    get(client, desk.l2, "/shift/hand-overs/l1-team/", status=404)
    get(client, mate, "/shift/hand-overs/no-team/", status=404)
    post(client, desk.l2, f"/shift/hand-over/{HandOver.objects.get().pk}/reading/")
    assert HandOver.objects.get().read_at is None
