"""Nobody is on call: a step that only they would hear of is skipped at once, with its why and an alarm that ends."""

from datetime import timedelta

import pytest

from outbox.alarms import raise_alarm
from outbox.models import Alarm
from tickets import lifecycle
from tickets.decisions import again
from tickets.models import TicketEvent
from tickets.sentences import for_client, internal
from tickets.unstaffed import end_alarms
from tiers.models import Override, Tier
from world import march

SOON = {"acknowledge_within": "15m", "hand_over_after": "45m"}
L1, L2, L3 = ({"tier": tier, "notify": ["on_call"]} | SOON for tier in ("L1", "L2", "L3"))
OFFICE = {day: ["09:00-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
UNTIL_MORNING = "nobody of L2 team is on call until Tue 09:00 (Europe/London)"


@pytest.fixture
def evening(world):
    """A Monday at eight in the evening; L2 has somebody on call in office hours only."""
    in_hours(world, "L2")
    world.ladder(L1, L2, L3)
    world.until(march(2, 20))
    return world


def in_hours(world, tier, hours=OFFICE):
    layer = {"name": "Office", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05", "hours": hours}
    team = world.tiers[tier].team
    team.rotation = {"timezone": "Europe/London", "layers": [layer]}
    team.save()


def escalated(ticket):
    return TicketEvent.objects.filter(ticket=ticket, kind="ESCALATED").order_by("seq")


def alarms():
    return list(Alarm.objects.filter(cleared_at=None).values_list("key", flat=True))


def test_a_step_of_which_nobody_is_on_call_is_skipped_at_once_and_says_until_when(evening):
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    [event] = escalated(ticket)
    assert event.at == march(2, 20, 15) and event.why["to"] == "L3"
    assert f"L2 was skipped: {UNTIL_MORNING}." in event.text and "on call" not in event.client_text
    assert evening.mails_to("l3@msp.example") and not evening.mails_to("l2@msp.example")


def test_the_decision_and_its_sentences_follow_from_the_record_alone(evening):
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    [event] = escalated(ticket)
    assert again(event.why).to == 2 and again(event.why).skipped == ((1, UNTIL_MORNING),)
    assert (internal(event.why), for_client(event.why)) == (event.text, event.client_text)


def test_the_alarm_ends_by_itself_when_somebody_is_on_call_again(evening):
    evening.open()
    evening.until(march(2, 20, 15))
    [alarm] = Alarm.objects.filter(key="skipped:L2")
    assert alarm.cleared_at is None and alarm.text.endswith(UNTIL_MORNING)
    evening.until(march(3, 8, 59))
    assert "skipped:L2" in alarms()
    evening.until(march(3, 9))
    assert "skipped:L2" not in alarms()


def test_two_tickets_in_a_gap_raise_one_alarm(evening):
    evening.open()
    evening.open("Another")
    evening.until(march(2, 20, 30))
    assert Alarm.objects.filter(key="skipped:L2").count() == 1


def test_within_the_hours_nothing_is_skipped(evening):
    evening.until(march(3, 10))
    ticket = evening.open()
    evening.until(march(3, 10, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L2"] and alarms() == []


def test_a_step_that_tells_the_whole_team_is_not_empty_while_the_team_has_people(evening):
    evening.ladder(L1, L2 | {"notify": ["on_call", "team"]}, L3)
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L2"] and alarms() == []
    assert evening.mails_to("l2@msp.example")


def test_a_step_that_tells_a_person_by_name_is_not_empty_either(evening):
    evening.ladder(L1, L2 | {"notify": ["on_call", "l2@msp.example"]}, L3)
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L2"]


def test_managers_who_are_told_besides_do_not_take_it(evening):
    evening.ladder(L1, L2 | {"notify": ["on_call", "managers"]}, L3)
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L3"]


def test_who_takes_the_evening_is_on_call_for_steps_that_fire_then(evening):
    team = evening.tiers["L2"].team
    evening.person("eve@msp.example", "technician", team)
    eve = team.members.get(user__email="eve@msp.example").user
    until = evening.now + timedelta(hours=4)
    Override.objects.create(
        team=team, user=eve, begins_at=evening.now, ends_at=until, made_by=eve, made_at=evening.now
    )  # fmt: skip
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L2"]
    assert evening.mails_to("eve@msp.example") and not evening.mails_to("l2@msp.example")


def test_a_team_whose_people_are_all_inactive_is_skipped_and_the_alarm_ends_when_one_is_back(evening):
    evening.until(march(3, 10))
    evening.l2.is_active = False
    evening.l2.save()
    ticket = evening.open()
    evening.until(march(3, 10, 15))
    assert "L2 was skipped: nobody is in L2 team." in escalated(ticket)[0].text and alarms() == ["skipped:L2"]
    evening.l2.is_active = True
    evening.l2.save()
    evening.tick()
    assert alarms() == []


# the last tier -------------------------------------------------------------------------------------------------------


def test_the_last_tier_is_not_skipped_but_the_managers_are_told(evening):
    in_hours(evening, "L3")
    ticket = evening.open()
    evening.until(march(2, 20, 15))
    [event] = escalated(ticket)
    gap = "obody of L3 team is on call until Tue 09:00 (Europe/London)"
    assert event.why["to"] == "L3" and event.text.endswith(f"N{gap}; managers were told.")
    assert "nobody:L3" in alarms() and "skipped:L2" in alarms()
    [told] = evening.mails_to("boss@msp.example")
    assert f"N{gap}" in told.body and evening.fresh(ticket).tier.name == "L3"
    assert again(event.why).to == 2 and internal(event.why) == event.text
    evening.until(march(3, 9))
    assert alarms() == []


def test_a_vendor_step_above_it_does_not_make_the_last_tier_one_to_skip(evening):
    in_hours(evening, "L3")
    evening.ladder(L1, L2, L3, {"vendor": True, "acknowledge_within": "30m"})
    ticket = evening.open(service=evening.m365)
    evening.until(march(2, 20, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L3"]


def test_what_nobody_heard_of_climbs_on_by_its_clocks(evening):
    in_hours(evening, "L3")
    evening.ladder(L1, L2, L3, {"vendor": True, "acknowledge_within": "30m"})
    ticket = evening.open(service=evening.m365)
    evening.until(march(2, 20, 30))
    assert [event.why["to"] for event in escalated(ticket)] == ["L3", "vendor"]


# where tickets begin -------------------------------------------------------------------------------------------------


def test_a_new_ticket_begins_at_the_first_tier_of_which_somebody_is_on_call(evening):
    in_hours(evening, "L1")
    ticket = evening.open()
    assert ticket.tier.name == "L3" and sorted(alarms()) == ["skipped:L1", "skipped:L2"]
    [opened] = evening.said(ticket, "OPENED")
    assert "L1 was skipped: nobody of L1 team is on call until Tue 09:00 (Europe/London)." in opened
    assert f"L2 was skipped: {UNTIL_MORNING}." in opened
    evening.tick()
    assert evening.mails_to("l3@msp.example") and not evening.mails_to("l1@msp.example")


def test_a_rule_that_sends_it_into_a_gap_is_passed_over_the_same_way(evening):
    ticket = evening.open("Switch down", device_type="NETWORK")
    assert ticket.tier.name == "L3" and alarms() == ["skipped:L2"]


def test_a_new_ticket_at_the_last_tier_alarms_and_tells_the_managers(evening):
    in_hours(evening, "L3")
    ticket = evening.open("ransom note")
    evening.tick()
    assert ticket.tier.name == "L3" and alarms() == ["nobody:L3"]
    [told] = evening.mails_to("boss@msp.example")
    assert "L3 cannot be reached: nobody of L3 team is on call until Tue 09:00" in told.body


# what stays as it was ------------------------------------------------------------------------------------------------


def test_a_person_may_pass_it_to_a_tier_in_its_gap_and_the_whole_team_is_told(evening):
    ticket = evening.open()
    evening.do(lifecycle.escalate, ticket, why="For the morning", to="L2")
    evening.tick()
    assert evening.fresh(ticket).tier.name == "L2" and evening.mails_to("l2@msp.example")


def test_a_gap_that_begins_while_a_tier_has_it_moves_nothing(evening):
    evening.until(march(3, 16, 50))
    ticket = evening.open()
    evening.do(lifecycle.escalate, ticket, why="Known", to="L2")
    evening.until(march(3, 17, 4))
    assert evening.fresh(ticket).tier.name == "L2"


def test_without_a_rotation_there_is_no_gap(world):
    world.ladder(L1, L2, L3)
    world.until(march(7, 3))
    ticket = world.open()
    world.until(march(7, 3, 15))
    assert [event.why["to"] for event in escalated(ticket)] == ["L2"]


@pytest.mark.parametrize("key", ["skipped:L9", "nobody:L9"])
def test_an_alarm_of_a_tier_that_is_gone_ends_an_hour_after_it_was_last_raised(world, key):
    raise_alarm(key, "ESC-1 stands at L9", now=world.now)
    end_alarms(now=world.now + timedelta(minutes=59))
    assert key in alarms()
    raise_alarm(key, "ESC-2 stands at L9", now=world.now + timedelta(minutes=30))
    end_alarms(now=world.now + timedelta(minutes=89))
    assert key in alarms()
    end_alarms(now=world.now + timedelta(minutes=90))
    assert key not in alarms()


def test_an_alarm_of_a_tier_that_was_renamed_is_not_looked_after_for_good(world, django_assert_num_queries):
    raise_alarm("skipped:L2", "Step L2 was skipped", now=world.now)
    Tier.objects.filter(name="L2").update(name="Second level")
    end_alarms(now=world.now + timedelta(hours=2))
    with django_assert_num_queries(1):
        end_alarms(now=world.now + timedelta(hours=2, seconds=1))
