"""Which terms a client's contract tells, and for which requests: as the policy and its exceptions decide."""

import pytest

from documents.generated.agreed_facts import contract_facts
from documents.generated.facts import RESOLVE
from documents.generated.reading import ground, policy_facts
from documents.guide.plain_words import hours
from sla.models import Agreement
from vendors.models import Service, ServiceAccount
from world import LADDER


@pytest.fixture
def platinum(world):
    """Another agreement, for exceptions: the vendor's time is not ours."""
    targets = {p: {"RESOLVE": "1h"} for p in ("P1", "P2", "P3")}
    return world.agreement("Platinum", "SLA", {"calendar": "24x7", "targets": targets, "vendor_time_counts": False})


def facts_of(world, *exceptions):
    world.ladder(*LADDER, exceptions=exceptions)
    return contract_facts(world.acme, ground(now=world.now))


def told(found):
    """For each part: which requests, which words, and the seconds to solve by priority."""
    return [
        (part.about, part.words, {level.name: level.targets[RESOLVE] for level in part.promised.levels})
        for part in found.agreed
    ]


HOUR = 3600
GOLD = {"P1": 4 * HOUR, "P2": 8 * HOUR, "P3": 8 * HOUR, "P4": 8 * HOUR}
PLATINUM = {"P1": HOUR, "P2": HOUR, "P3": HOUR}


def exception(**more):
    return {"client": "Acme", "agreement": "Platinum", "reason": "canary", "client_text": "Sooner.", **more}


@pytest.mark.parametrize(
    "row, parts",
    [
        ({"client": "Acme", "start_tier": "L2", "reason": "R", "client_text": "T"}, [("", "", GOLD)]),
        (exception(client="Another"), [("", "", GOLD)]),
        (
            exception(priority="P1"),
            [("", "", {p: s for p, s in GOLD.items() if p != "P1"}), ("When it is critical", "Sooner.", {"P1": HOUR})],
        ),
        (exception(), [("", "Sooner.", PLATINUM)]),
        (exception(client=None), [("", "Sooner.", PLATINUM)]),
        (
            exception(service="Microsoft 365"),
            [("", "", GOLD), ("When it is about Microsoft 365", "Sooner.", PLATINUM)],
        ),
        (
            exception(service="Microsoft 365", priority="P2"),
            [("", "", GOLD), ("When it is about Microsoft 365 and urgent", "Sooner.", {"P2": HOUR})],
        ),
        (exception(service="Unused"), [("", "", GOLD)]),
        (
            exception(category="canary", priority="P3"),
            [("", "", GOLD), ("Agreed with you in particular", "Sooner.", {"P3": HOUR})],
        ),
        (
            exception(device_type="SERVER", client_text=""),
            [("", "", GOLD), ("Agreed with you in particular", "", PLATINUM)],
        ),
    ],
)
def test_each_kind_of_exception_has_the_part_that_a_client_can_understand(world, platinum, row, parts):
    found = facts_of(world, row)
    assert told(found) == parts and "canary" not in repr(found)


def test_the_more_specific_exception_wins_as_it_does_for_tickets(world, platinum):
    plain_again = {"client": "Acme", "service": "Microsoft 365", "priority": "P1", "agreement": "Gold", "reason": "R"}
    found = facts_of(world, exception(priority="P1"), plain_again)
    assert told(found)[1:] == [
        ("When it is critical", "Sooner.", {"P1": HOUR}),
        ("When it is about Microsoft 365 and critical", "", {"P1": 4 * HOUR}),
    ]


def test_a_vendor_s_commitment_is_told_by_our_priority_and_whether_its_time_counts(world, platinum):
    [outside] = facts_of(world, exception(service="Microsoft 365", priority="P1")).outside
    assert {p: level.targets for p, level in outside.levels.items()} == {
        "P1": {"RESPOND": HOUR}, "P2": {"RESPOND": HOUR},
    }  # fmt: skip
    assert hours(outside.levels["P1"].hours) == "Monday to Friday 09:00 to 17:30, London time"
    assert outside.counts == {"P1": False, "P2": True, "P3": True, "P4": True}


def test_a_service_without_a_commitment_promises_nothing(world):
    bare = Service.objects.create(name="Bare", vendor=world.m365.vendor)
    ServiceAccount.objects.create(client=world.acme, service=bare)
    assert [row.levels for row in facts_of(world).outside if row.service == "Bare"] == [{}]


def test_what_was_agreed_holds_without_a_policy_too(world):
    world.publish({"clients": ["Another"], "ladders": {"P1": LADDER}})
    assert told(contract_facts(world.acme, ground(now=world.now))) == [("", "", GOLD)]


def test_a_priority_without_a_ladder_is_promised_all_the_same(world):
    world.publish({"ladders": {"P1": LADDER}})
    assert told(contract_facts(world.acme, ground(now=world.now))) == [("", "", GOLD)]


def test_a_declined_target_is_none_and_an_agreement_that_ended_has_no_levels(world):
    world.gold(calendar="24x7", P1={"ACKNOWLEDGE": "20m", "RESOLVE": "none"})
    [level] = facts_of(world).agreed[0].promised.levels
    assert level.targets == {"ACKNOWLEDGE": 1200, "RESOLVE": None}
    world.gold(calendar="24x7", more={"effective_until": "2026-02-28"}, P1={"RESOLVE": "1h"})
    [part] = facts_of(world).agreed
    assert (part.promised.levels, part.promised.lapsed) == ((), "Gold ended on 2026-02-28.")


def test_an_agreement_that_was_never_published_promises_nothing(world):
    world.acme.agreement = Agreement.objects.create(name="Unwritten", kind="SLA")
    world.acme.save()
    [part] = facts_of(world).agreed
    assert part.promised.levels == () and not part.promised.lapsed


def test_the_version_that_begins_later_follows_and_no_other(world):
    assert facts_of(world).follows is None
    world.gold(calendar="24x7", more={"effective_from": "2026-07-01"}, P1={"RESOLVE": "2h"})
    follows = facts_of(world).follows
    assert (follows.begins, follows.levels[0].targets) == ("2026-07-01", {"RESOLVE": 2 * HOUR})


def test_clients_who_were_promised_the_same_share_a_line_of_the_playbook(world, platinum):
    world.client("Borealis")
    world.client("Cirrus")
    world.ladder(*LADDER, exceptions=[exception(client="Cirrus", priority="P1")])
    known = ground(now=world.now)
    found = policy_facts(known.policies[0], known)
    assert [(row.clients, row.promised.targets) for row in found.cadences] == [
        (("Acme", "Borealis"), {"ACKNOWLEDGE": 1200, "RESOLVE": 4 * HOUR}),
        (("Cirrus",), {"RESOLVE": HOUR}),
    ]


def test_a_policy_tells_of_the_calendars_that_it_names_and_no_others(world):
    world.calendar("Night", {"timezone": "UTC", "hours": {"mon": ["00:00-06:00"]}})
    world.ladder(*LADDER, exceptions=[{"client": "Acme", "calendar": "Night", "reason": "R"}])
    known = ground(now=world.now)
    assert set(policy_facts(known.policies[0], known).calendars) == {"24x7", "Night"}
