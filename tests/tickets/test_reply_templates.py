"""Reply templates: whose they are, and what they say on a ticket."""

import pytest

from clients.models import Contact
from tickets.models import ReplyTemplate
from tickets.reply_templates import (
    LONGEST,
    MOST_QUICK,
    NotYourTemplate,
    composer,
    facts_of,
    keep,
    offered,
    quick_words,
    remove,
)
from tickets.working import BadAnswer
from tiers.models import Team


def made(name="We are on it", use="REPLY", text="Hello {contact_first_name}", team=None, order=0):
    return ReplyTemplate.objects.create(name=name, use=use, text=text, team=team, order=order)


@pytest.fixture
def l1_team(world):
    return Team.objects.get(name="L1 team")


@pytest.fixture
def ticket(world):
    dana = Contact.objects.get(name="Dana")
    return world.open("Mail is slow", contact=dana, service=world.m365, device_name="esx01", error_code="0x1")


def test_the_facts_are_those_of_the_ticket_its_contact_and_who_writes(world, ticket):
    Contact.objects.filter(name="Dana").update(name="Dana van Dyk")
    facts = facts_of(ticket.pk, user=world.l1)
    assert facts == {
        "client": "Acme", "contact": "Dana van Dyk", "contact_first_name": "Dana", "key": ticket.key,
        "title": "Mail is slow", "service": "Microsoft 365", "vendor": "Microsoft", "device": "esx01",
        "error_code": "0x1", "me": "L1", "team": "L1 team", "due": "Monday 2 March 13:00",
    }  # fmt: skip


def test_what_a_ticket_has_not_is_empty_and_shows_as_a_gap(world):
    bare = world.open("Bare")
    facts = facts_of(bare.pk, user=world.l1)
    assert [facts[name] for name in ("contact", "service", "vendor", "device", "error_code")] == [""] * 5
    made(text="Hello {contact}, about {vendor}")
    assert composer(bare.pk, user=world.l1)[0]["words"] == "Hello [contact], about [vendor]"


def test_the_promised_moment_is_in_the_client_s_language(world, ticket):
    world.acme.language = "de"
    world.acme.save()
    assert facts_of(ticket.pk, user=world.l1)["due"] == "Montag, 2. März, 13:00 Uhr"


def test_the_promised_moment_is_on_the_client_s_clock_and_a_gap_while_its_time_stands_still(world, ticket):
    world.acme.timezone = "Asia/Tokyo"
    world.acme.save()
    assert facts_of(ticket.pk, user=world.l1)["due"] == "Monday 2 March 22:00"
    ticket.clocks.filter(metric="RESOLVE").update(due_at=None, running_since=None)
    assert facts_of(ticket.pk, user=world.l1)["due"] == ""


def test_one_is_offered_what_is_everybody_s_and_one_s_own_teams_(world, l1_team):
    everybody, own = made("a"), made("b", team=l1_team)
    theirs = made("c", team=Team.objects.get(name="L2 team"))
    assert list(offered(world.l1)) == [everybody, own]
    assert list(offered(world.l2)) == [everybody, theirs]
    assert list(offered(world.manager)) == [everybody]


def test_quick_words_are_numbered_filled_and_nine_at_most(world, ticket):
    for number in range(12):
        made(f"Wait {number:02}", use="WAIT", text="For {contact}", order=number)
    [group] = quick_words(noun="wait", ticket_id=ticket.pk, user=world.l1)
    assert (group["field"], group["label"], len(group["words"])) == ("why", "Why it waits", MOST_QUICK)
    assert group["words"][0] == {"number": 1, "name": "Wait 00", "words": "For Dana"}


def test_an_escalation_has_words_for_why_and_for_what_was_tried(world, ticket):
    made("Beyond us", use="ESCALATION", text="x")
    made("Restarted", use="TRIED", text="y")
    groups = quick_words(noun="escalation", ticket_id=ticket.pk, user=world.l1)
    assert [(g["field"], g["words"][0]["name"]) for g in groups] == [("why", "Beyond us"), ("tried", "Restarted")]


def test_a_verb_without_such_words_costs_no_query(world, ticket, django_assert_num_queries):
    made("Beyond us", use="ESCALATION")
    with django_assert_num_queries(0):
        assert quick_words(noun="assignment", ticket_id=ticket.pk, user=world.l1) == []
    with django_assert_num_queries(1):
        assert quick_words(noun="wait", ticket_id=ticket.pk, user=world.l1) == []
    with django_assert_num_queries(3):
        quick_words(noun="escalation", ticket_id=ticket.pk, user=world.l1)


def test_the_composer_offers_replies_before_notes_and_nothing_else(world, ticket):
    made("n", use="NOTE")
    made("e", use="ESCALATION")
    made("r", use="REPLY")
    rows = composer(ticket.pk, user=world.l1)
    assert [(row["name"], row["label"]) for row in rows] == [("r", "Public reply"), ("n", "Work note")]


def keeping(row, by, **changes):
    given = {"name": "Name", "use": "REPLY", "text": "Words", "team": None}
    return keep(row, by=by, **{**given, **changes})


def test_a_member_keeps_the_templates_of_the_own_team_and_a_manager_all(world, l1_team):
    kept = keeping(ReplyTemplate(), world.l1, team=l1_team)
    keeping(kept, world.l1, team=l1_team, text="Other words")
    assert ReplyTemplate.objects.get().text == "Other words"
    for by, team in ((world.l1, None), (world.l2, l1_team)):
        with pytest.raises(NotYourTemplate):
            keeping(ReplyTemplate(), by, team=team, name="New")
    with pytest.raises(NotYourTemplate):
        remove(kept, by=world.l2)
    everybody = keeping(ReplyTemplate(), world.manager)
    for verb in (lambda: keeping(everybody, world.l1, team=l1_team), lambda: remove(everybody, by=world.l1)):
        with pytest.raises(NotYourTemplate):
            verb()
    remove(everybody, by=world.manager)
    remove(kept, by=world.l1)
    assert not ReplyTemplate.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": " "}, "name", "short name"),
        ({"text": "\n"}, "text", "Write the words"),
        ({"text": "Dear {surname}"}, "text", r"\{surname\}.*\{contact\}"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(world, changes, field, words):
    with pytest.raises(BadAnswer, match=words) as told:
        keeping(ReplyTemplate(), world.manager, **changes)
    assert told.value.field == field and not ReplyTemplate.objects.exists()


def test_a_name_is_given_once_for_a_use_and_team(world, l1_team):
    keeping(ReplyTemplate(), world.manager)
    keeping(ReplyTemplate(), world.manager, use="NOTE")
    keeping(ReplyTemplate(), world.manager, team=l1_team)
    with pytest.raises(BadAnswer, match="choose another name"):
        keeping(ReplyTemplate(), world.manager)
    assert ReplyTemplate.objects.count() == 3 and LONGEST > 1000
