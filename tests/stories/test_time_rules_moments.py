"""Rules 12, 14, 15 and 18 of time: tickets of the past, zones, thresholds and clocks that jump, reckoned by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets import lifecycle
from tickets.auditing import audit, is_clean
from tickets.merging import merge
from tickets.models import Ticket, TicketEvent
from tickets.working import BadAnswer
from world import march

SLOW = {"acknowledge_within": "90h", "hand_over_after": "180h"}
L1, L2 = {"tier": "L1"} | SLOW, {"tier": "L2"} | SLOW


@pytest.fixture
def office(world):
    """Gold: taken within 1, answered within 2, resolved within 4 office hours, 09:00 to 17:30 in London."""
    world.gold(ACKNOWLEDGE="1h", RESPOND="2h", RESOLVE="4h")
    world.ladder(L1, L2)
    yield world
    assert is_clean(audit(now=world.now))


def told(ticket, *kinds):
    rows = TicketEvent.objects.filter(ticket=ticket, kind__in=kinds).order_by("seq")
    return [(row.why["clock"]["metric"], row.why.get("percent", 100), row.at) for row in rows]


def friday(hour, minute=0):
    return datetime(2026, 2, 27, hour, minute, tzinfo=UTC)


# 12: tickets of the past ---------------------------------------------------------------------------------------------


def test_rule_12_what_is_promised_to_the_client_counts_from_when_it_was_opened(office):
    office.until(march(2, 10))
    ticket = office.open(opened_at=friday(16, 30))  # an hour on Friday, an hour on Monday
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.started_at, clock.consumed_seconds, clock.due_at) == (friday(16, 30), 7200, march(2, 12))


def test_rule_12_the_ladder_counts_from_now(office):
    office.ladder(L1 | {"acknowledge_within": "30m"}, L2)
    office.until(march(2, 10))
    ticket = office.open(opened_at=friday(9))
    assert office.clock(ticket, "OLA_ACKNOWLEDGE", "step:0").due_at == march(2, 10, 30)
    office.until(march(2, 10, 29))
    assert office.fresh(ticket).tier.name == "L1"


def test_rule_12_thresholds_and_targets_that_have_passed_are_recorded_in_silence(office):
    """3 of 4 hours: Resolve has passed 50 and 75 %; Acknowledge and First reply were missed."""
    office.until(march(2, 10))
    ticket = office.open(opened_at=friday(15, 30))
    resolve = office.clock(ticket, "RESOLVE")
    assert (resolve.warned_percent, resolve.state) == (75, "RUNNING")
    taken, replied = office.clock(ticket, "ACKNOWLEDGE"), office.clock(ticket, "RESPOND")
    assert (taken.state, taken.breached_at) == ("BREACHED", friday(16, 30))
    assert (replied.state, replied.breached_at) == ("BREACHED", friday(17, 30))
    office.tick()
    assert office.kinds(ticket) == ["IMPORTED"] and office.fresh(ticket).tier.name == "L1"
    office.until(march(2, 10, 36))
    assert told(ticket, "THRESHOLD", "BREACHED") == [("RESOLVE", 90, march(2, 10, 36))]


def test_rule_12_the_client_is_not_told_of_what_was_opened_elsewhere(office):
    dana = office.acme.contacts.get()
    ticket = office.open(opened_at=friday(9), contact=dana)
    office.tick()
    assert not office.mails_to("dana@acme.example")
    assert not TicketEvent.objects.filter(ticket=ticket).exclude(client_text="").exists()


def test_rule_12_what_happened_before_is_one_imported_span(office):
    office.until(march(2, 10))
    ticket = office.open(opened_at=friday(9))
    assert list(ticket.custody.values_list("origin", "holder_kind", "began_at")) == [
        ("IMPORTED", "TIER", friday(9)), ("OWN", "TIER", march(2, 10)),
    ]  # fmt: skip


def test_rule_12_born_resolved_its_verdicts_are_those_of_then(office):
    kept = office.open(opened_at=friday(9), resolved_at=friday(9, 45))
    late = office.open(opened_at=friday(9), resolved_at=friday(15))
    assert [office.clock(kept, m).state for m in ("ACKNOWLEDGE", "RESPOND", "RESOLVE")] == ["MET"] * 3
    assert [office.clock(late, m).breached_at for m in ("ACKNOWLEDGE", "RESPOND", "RESOLVE")] == [
        friday(10), friday(11), friday(13),
    ]  # fmt: skip
    fresh = office.fresh(late)
    assert (fresh.status, fresh.resolved_at, fresh.wake_at) == ("RESOLVED", friday(15), march(6, 15))
    assert list(late.custody.values_list("origin", "holder_kind")) == [("IMPORTED", "TIER"), ("OWN", "NOBODY")]
    assert office.kinds(late) == ["IMPORTED"]


def test_rule_12_born_closed_after_five_open_days(office):
    office.until(march(6, 15))
    ticket = office.open(opened_at=friday(9), resolved_at=friday(15))
    fresh = office.fresh(ticket)
    assert (fresh.status, fresh.wake_at, fresh.check_at) == ("CLOSED", None, None)


def test_rule_12_one_born_resolved_can_be_reopened_with_what_was_left(office):
    ticket = office.open(opened_at=friday(9), resolved_at=friday(10))
    office.until(march(2, 9, 30))
    office.do(lifecycle.reopen, ticket, why="Not done")
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.consumed_seconds, clock.due_at) == (3600, march(2, 12, 30))


@pytest.mark.parametrize(
    ("moments", "field", "message"),
    [
        ({"opened_at": march(2, 9, 1)}, "opened_at", "lies ahead"),
        ({"opened_at": friday(9), "resolved_at": march(2, 9, 1)}, "resolved_at", "lies ahead"),
        ({"opened_at": friday(9), "resolved_at": friday(8)}, "resolved_at", "before opened_at"),
        ({"resolved_at": friday(9)}, "opened_at", "is missing"),
    ],
)
def test_rule_12_moments_that_cannot_be_are_refused_at_their_field(office, moments, field, message):
    with pytest.raises(BadAnswer, match=message) as refused:
        office.open(**moments)
    assert refused.value.field == field and not Ticket.objects.exists()


def test_rule_12_born_with_the_vendor_it_is_projected_like_any_other(office):
    rule = {"client": "Acme", "straight_to_vendor": True, "reason": "As agreed"}
    office.ladder(L1, {"vendor": True, "acknowledge_within": "30m"}, exceptions=[rule])
    office.until(march(2, 10))
    ticket = office.open(opened_at=friday(16, 30), service=office.m365)
    office.tick()
    fresh = office.fresh(ticket)
    assert (fresh.status, fresh.holder_kind) == ("WAITING_ON_VENDOR", "VENDOR")
    assert office.custody(ticket) == ["L1", "L1", "Microsoft"]
    assert office.clock(ticket, "RESOLVE").due_at == march(2, 12)


# 14: zones, and changes of the clocks --------------------------------------------------------------------------------


def test_rule_14_an_office_day_over_the_change_of_clocks_keeps_its_local_hours(office):
    """Friday the 27th is on GMT, Monday the 30th on BST: the office opens at 08:00 UTC."""
    office.until(march(27, 16))
    ticket = office.open()
    assert office.clock(ticket, "RESOLVE").due_at == march(30, 10, 30)  # 1½ h on Friday, 2½ h from 08:00 UTC


def test_rule_14_a_night_shift_belongs_to_the_day_on_which_it_begins_and_loses_the_hour_that_is_skipped(office):
    """Saturday 22:00 to 06:00 has seven hours when the clocks go forward at 01:00 UTC."""
    office.calendar("Nights", {"timezone": "Europe/London", "hours": {"sat": ["22:00-06:00"]}})
    office.gold(calendar="Nights", RESOLVE="8h")
    office.until(march(28, 20))
    ticket = office.open()
    # 22:00 GMT to 05:00 UTC are 7 hours; the eighth is the first of the next Saturday, 22:00 BST
    assert office.clock(ticket, "RESOLVE").due_at == datetime(2026, 4, 4, 22, 0, tzinfo=UTC)


def test_rule_14_a_holiday_is_closed_by_country_and_region(office):
    hours = {day: ["09:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
    holidays = {"country": "GB", "region": "SCT"}
    office.calendar("Edinburgh", {"timezone": "Europe/London", "hours": hours, "holidays": holidays})
    office.calendar("London", {"timezone": "Europe/London", "hours": hours, "holidays": {**holidays, "region": "ENG"}})
    due = []
    office.until(datetime(2026, 4, 2, 15, 30, tzinfo=UTC))  # Thursday before Easter, 16:30 in Britain
    for name in ("London", "Edinburgh"):
        office.gold(calendar=name, RESOLVE="4h")
        due.append(office.clock(office.open(name), "RESOLVE").due_at)
    # 1 h on Thursday, Good Friday is closed in both; Easter Monday only in England
    assert due == [datetime(2026, 4, day, 11, 0, tzinfo=UTC) for day in (7, 6)]


def test_rule_14_what_never_closes_is_a_calendar_of_its_own(office):
    office.gold(calendar="24x7", RESOLVE="4h")
    office.until(march(28, 23))
    assert office.clock(office.open(), "RESOLVE").due_at == march(29, 3)


# 15: thresholds ------------------------------------------------------------------------------------------------------


def test_rule_15_thresholds_are_told_once_each_and_in_order(office):
    office.gold(RESOLVE="4h")
    ticket = office.open()
    office.until(march(4, 9))
    assert told(ticket, "THRESHOLD", "BREACHED") == [
        ("RESOLVE", 50, march(2, 11)),
        ("RESOLVE", 75, march(2, 12)),
        ("RESOLVE", 90, march(2, 12, 36)),
        ("RESOLVE", 100, march(2, 13)),
        ("RESOLVE", 125, march(2, 14)),
    ]


def test_rule_15_several_that_passed_between_two_sweeps_are_told_in_the_order_in_which_they_passed(office):
    office.gold(RESPOND="2h", RESOLVE="4h")
    ticket = office.open()
    office.now = march(2, 14)  # nobody has swept for five hours
    office.tick()
    assert [(metric, percent) for metric, percent, _ in told(ticket, "THRESHOLD", "BREACHED")] == [
        ("RESPOND", 50), ("RESPOND", 75), ("RESPOND", 90), ("RESOLVE", 50), ("RESPOND", 100), ("RESPOND", 125),
        ("RESOLVE", 75), ("RESOLVE", 90), ("RESOLVE", 100), ("RESOLVE", 125),
    ]  # fmt: skip
    before = office.kinds(ticket)
    office.forward(days=2)
    assert office.kinds(ticket) == before


def test_rule_15_an_agreement_may_have_its_own(office):
    office.gold(RESOLVE="4h", more={"thresholds": [25, 150]})
    ticket = office.open()
    office.until(march(4, 9))
    assert told(ticket, "THRESHOLD", "BREACHED") == [
        ("RESOLVE", 25, march(2, 10)), ("RESOLVE", 100, march(2, 13)), ("RESOLVE", 150, march(2, 15)),
    ]  # fmt: skip


def test_rule_15_past_its_target_it_stays_breached_through_pauses_and_to_its_end(office):
    office.gold(RESOLVE="4h")
    ticket = office.open()
    office.until(march(2, 13, 30))
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?", until=march(4, 9))
    assert office.clock(ticket, "RESOLVE").state == "BREACHED"
    office.until(march(3, 9))
    office.do(lifecycle.resume, ticket)
    clock = office.clock(ticket, "RESOLVE")
    assert (clock.state, clock.breached_at, clock.due_at) == ("BREACHED", march(2, 13), march(2, 13))
    office.do(lifecycle.resolve, ticket, summary="Done.")
    assert office.clock(ticket, "RESOLVE").state == "BREACHED" and office.kinds(ticket).count("BREACHED") == 1


def test_rule_15_a_paused_clock_comes_to_no_threshold(office):
    office.gold(RESOLVE="4h")
    ticket = office.open()
    office.until(march(2, 10))
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?", until=march(20, 9))
    office.until(march(3, 10))
    office.do(lifecycle.resume, ticket)
    office.until(march(3, 11))
    assert told(ticket, "THRESHOLD") == [("RESOLVE", 50, march(3, 11))]


# 18: a clock that jumps ----------------------------------------------------------------------------------------------


def test_rule_18_a_verb_is_never_earlier_than_what_happened_before_it(office):
    ticket = office.open()
    office.until(march(2, 9, 40))
    office.do(lifecycle.acknowledge, ticket)
    office.now = march(2, 9, 10)  # the database's clock was set back
    office.do(lifecycle.wait, ticket, on="CLIENT", why="Which one?")
    fresh = office.fresh(ticket)
    assert fresh.last_event_at == march(2, 9, 40)
    assert list(ticket.custody.order_by("seq").values_list("began_at", flat=True)) == [march(2, 9), march(2, 9, 40)]
    assert office.clock(ticket, "RESOLVE").consumed_seconds == 2400


def test_rule_18_a_clock_that_jumps_back_fires_nothing_twice(office):
    office.ladder(L1 | {"acknowledge_within": "30m"}, L2)
    ticket = office.open()
    office.until(march(2, 11))
    before, mails = office.kinds(ticket), len(office.mails_to("l2@msp.example"))
    office.now = march(2, 9)
    office.until(march(2, 11))
    assert office.kinds(ticket) == before and len(office.mails_to("l2@msp.example")) == mails


def test_rule_18_a_sweep_whose_clock_was_set_back_acts_at_the_last_event(office):
    office.ladder(L1 | {"acknowledge_within": "30m"}, L2)
    ticket = office.open()
    office.now = march(2, 9, 50)  # nobody has swept
    office.do(lifecycle.reply, ticket, text="Noted", public=False)
    office.now = march(2, 9, 45)
    office.tick()
    assert list(ticket.custody.order_by("seq").values_list("began_at", flat=True)) == [march(2, 9), march(2, 9, 50)]
    assert office.clock(ticket, "OLA_ACKNOWLEDGE", "step:1").started_at == march(2, 9, 50)
    moments = list(TicketEvent.objects.filter(ticket=ticket).order_by("seq").values_list("at", flat=True))
    assert moments == sorted(moments)


def test_rule_18_a_merge_happens_after_both_tickets_last_events(office):
    loser = office.open()
    survivor = office.open("The same")
    office.until(march(2, 9, 20))
    office.do(lifecycle.acknowledge, survivor)
    office.now -= timedelta(minutes=10)
    office.do(merge, loser, into=survivor.key, why="One outage")
    assert office.fresh(loser).last_event_at == office.fresh(survivor).last_event_at == march(2, 9, 20)
