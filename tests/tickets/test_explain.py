"""A why-record holds the facts that were seen, and gives them back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sla.business_time import BusinessCalendar
from tickets.explain import facts_of, why
from tickets.facts import ClockFacts, Facts
from tiers.ladder import Ladder, Step

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LADDER = Ladder((Step("L1", False, 900, None, ("on_call",), 2), Step("", True, None, None, ("on_call",), 0)), 0)
CLOCK = ClockFacts(
    metric="RESOLVE", subject="", round=2, target_seconds=14400, consumed_seconds=600.5, running_since=NINE,
    due_at=NINE + timedelta(minutes=230), breached=False, warned_percent=50, calendar=BusinessCalendar.always(),
    thresholds=(50, 75), calendar_name="London office", calendar_number=3,
)  # fmt: skip
FACTS = Facts(
    key="ESC-1", client="Acme", priority="P2", status="NEW", holder="TIER", step=0, round=2, ladder=LADDER,
    obstacles=("", "no vendor service is known for this ticket"), policy="Standard v7", clocks=(CLOCK,),
    wake_at=NINE, remind_at=NINE + timedelta(hours=1), reminders=1, vendor="Microsoft",
)  # fmt: skip


def stored(**of: object) -> dict:
    """As the database gives it back."""
    return json.loads(json.dumps(why(FACTS, now=NINE, **of)))


def test_the_facts_of_a_clock_come_back_as_they_were_seen():
    [read] = facts_of(stored(rule="THRESHOLD", clock=CLOCK, percent=75)).clocks
    told = replace(CLOCK, calendar=None, thresholds=(75,), moments=read.moments)
    assert read == told
    assert read.moment(75) == CLOCK.moment(75) and read.moment(100) == CLOCK.due_at


def test_a_moment_that_the_record_does_not_name_is_not_made_up():
    [read] = facts_of(stored(rule="THRESHOLD", clock=CLOCK, percent=75)).clocks
    assert read.moment(90) is None


def test_a_clock_that_was_breached_comes_back_breached():
    late = replace(CLOCK, breached=True)
    assert facts_of(stored(rule="THRESHOLD", clock=late, percent=75)).clocks[0].breached is True


def test_the_situation_comes_back_with_its_ladder_and_obstacles():
    read = facts_of(stored(rule="CLIMB", clock=CLOCK))
    assert (read.priority, read.status, read.holder, read.step, read.round) == ("P2", "NEW", "TIER", 0, 2)
    assert [step.name for step in read.ladder.steps] == ["L1", "vendor"]
    assert [step.repeat for step in read.ladder.steps] == [2, 0]
    assert read.obstacles == FACTS.obstacles and read.policy == "Standard v7"


def test_a_wait_comes_back_with_its_moments():
    read = facts_of(stored(rule="WAKE"))
    assert (read.wake_at, read.remind_at, read.reminders) == (FACTS.wake_at, FACTS.remind_at, 1)
    assert read.vendor == "Microsoft"
    assert read.clocks == ()


def test_an_exception_is_named_with_its_reason():
    excepted = replace(FACTS, ladder=replace(LADDER, exception={"client": "Acme", "reason": "X-ray first"}))
    record = json.loads(json.dumps(why(excepted, rule="CLIMB", now=NINE, clock=CLOCK)))
    assert record["exception"] == "X-ray first"
    assert facts_of(record).ladder.exception == {"reason": "X-ray first"}


@pytest.mark.parametrize("missing", ["ladder", "clock", "priority", "policy"])
def test_a_record_that_lacks_a_part_gives_no_facts(missing):
    record = stored(rule="CLIMB", clock=CLOCK)
    del record[missing]
    with pytest.raises(KeyError, match=missing):
        facts_of(record)
