"""Past tickets under another policy: where they begin and how far they climb. Documents in, facts out; no database."""

from datetime import UTC, datetime, timedelta

import pytest

from reports.replay import Began, Past, replay
from sla.business_time import BusinessCalendar
from tiers.routing import Request

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LADDER = [
    {"tier": "L1", "acknowledge_within": "10m"},
    {"tier": "L2", "acknowledge_within": "20m"},
    {"tier": "L3", "acknowledge_within": "30m"},
    {"vendor": True},
]
NO_RULES = {"ladders": dict.fromkeys(("P1", "P2", "P3", "P4"), LADDER)}
VPN_TO_L2 = {**NO_RULES, "routing": [{"name": "VPN", "when": {"keywords": ["vpn"]}, "then": {"tier": "L2"}}]}
URGENT = {"name": "All", "when": {}, "then": {"priority": "P2", "service": "Mail", "category": "mail"}}
ALL_URGENT = {**NO_RULES, "routing": [URGENT]}


def m(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


def waits(step, priority, calendar):
    """Around the clock, as long as the step says."""
    return BusinessCalendar.always(), step.acknowledge_within


def past(acted_after=None, *, stored=None, own=NO_RULES, title="vpn down", client="Acme"):
    acted_at = None if acted_after is None else NINE + m(acted_after)
    return Past("ESC-1", title, Request(title, client=client), stored or Began("L1", "P3"), own, NINE, acted_at)


def of(document, ticket, now=NINE + timedelta(days=1)):
    [found] = replay(document, [ticket], waits=waits, now=now)
    return found


@pytest.mark.parametrize(
    "document, began",
    [
        (NO_RULES, Began("L1", "P3")),
        (VPN_TO_L2, Began("L2", "P3")),
        (ALL_URGENT, Began("L1", "P2", "Mail", "mail")),
        ({**NO_RULES, "exceptions": [{"client": "Acme", "straight_to_vendor": True}]},
         Began("L3", "P3", at_vendor=True)),
        ({**NO_RULES, "exceptions": [{"client": "Acme", "start_tier": "L3"}]}, Began("L3", "P3")),
        ({**NO_RULES, "exceptions": [{"client": "Other", "start_tier": "L3"}]}, Began("L1", "P3")),
    ],
)  # fmt: skip
def test_where_a_ticket_begins_under_a_document(document, began):
    assert of(document, past()).began == began


def test_what_somebody_asked_for_outweighs_the_rules_in_the_replay_too():
    asked = past(stored=Began("L1", "P1", "Phones", "phones"))
    assert of(ALL_URGENT, asked).began == Began("L1", "P2", "Phones", "phones")
    decided_elsewhere = past(stored=Began("L1", "P1", "Phones", "phones"), own=ALL_URGENT)
    assert of(ALL_URGENT, decided_elsewhere).began == Began("L1", "P1", "Phones", "phones")


@pytest.mark.parametrize(
    "acted_after, climbs",
    [(0, 0), (9.9, 0), (10, 0), (10.1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (None, 3)],
)
def test_how_far_a_ticket_climbs_before_somebody_acts(acted_after, climbs):
    assert of(NO_RULES, past(acted_after)).climbs == climbs


def test_a_ticket_that_nobody_acted_on_has_climbed_no_further_than_now():
    assert of(NO_RULES, past(), now=NINE + m(15)).climbs == 1


def test_a_longer_wait_spares_a_climb():
    patient = {**NO_RULES, "ladders": {"P3": [{"tier": "L1", "acknowledge_within": "1h"}, *LADDER[1:]]}}
    assert (of(NO_RULES, past(45)).climbs, of(patient, past(45)).climbs) == (2, 0)


def test_a_ladder_that_ends_without_a_vendor_is_climbed_to_its_last_step():
    short = {"ladders": {"P3": LADDER[:2]}}
    assert of(short, past()).climbs == 1


def test_a_step_for_which_nobody_said_how_long_is_where_the_climb_ends():
    [found] = replay(NO_RULES, [past()], waits=lambda *_: None, now=NINE + m(500))
    assert found.climbs == 0


def test_waits_count_on_their_calendar():
    office = BusinessCalendar.of(timezone="UTC", hours={"mon": ["09:00-09:05"]}, closed_dates=frozenset(), name="o")
    [found] = replay(
        NO_RULES, [past(300)], waits=lambda step, *_: (office, step.acknowledge_within), now=NINE + m(500)
    )  # fmt: skip
    assert found.climbs == 0


def test_where_a_ticket_began_is_said_in_words():
    assert str(Began("L1", "P2", "Mail", "mail", at_vendor=True)) == "P2 at L1, straight to the vendor, Mail, mail"
