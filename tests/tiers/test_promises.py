"""Which way each promise is held against, and what programs are told of it."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clients.models import Client
from escalation_portal.configuration import import_configuration
from tiers.promises import Promise, check, promises
from world import LADDER, NINE

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo"
HOUR = 3600


def found(priority="P1", service="", metric="RESOLVE") -> Promise:
    key = priority, service, metric
    return next(p for p in promises(Client.objects.all(), now=NINE) if (p.priority, p.service, p.metric) == key)


def way(promise: Promise) -> list[tuple[str, str, int]]:
    return [(leg.who, leg.calendar.name, leg.seconds // 60) for leg in promise.path]


def publish(world, exception=None, steps=LADDER):
    exceptions = [{"client": "Acme", "reason": "Because.", **exception}] if exception else []
    ladders = dict.fromkeys(("P1", "P2", "P3", "P4"), steps)
    world.publish({"ladders": ladders, "exceptions": exceptions, "routing": []})


def agree(world, name="Gold", **changes):
    targets = {"P1": {"ACKNOWLEDGE": "20m", "RESOLVE": "4h"}}
    world.agreement(name, "SLA", {"calendar": "24x7", "targets": targets, **changes})


TIERS = [("L1", "24x7", 45), ("L2", "24x7", 60), ("L3", "24x7", 120)]
MICROSOFT = ("Microsoft", "Office", 60)


def test_every_priority_and_service_of_a_client_has_its_promises(world):
    rows = [(p.client, p.priority, p.service, p.metric) for p in promises(Client.objects.all(), now=NINE)]
    assert rows[:4] == [
        ("Acme", "P1", "", "RESOLVE"),
        ("Acme", "P1", "", "ACKNOWLEDGE"),
        ("Acme", "P1", "Microsoft 365", "RESOLVE"),
        ("Acme", "P1", "Microsoft 365", "ACKNOWLEDGE"),
    ]
    assert len(rows) == 4 * 2 * 2


def test_a_promise_to_resolve_is_held_against_each_step_in_turn(world):
    assert way(found()) == TIERS
    assert way(found(service="Microsoft 365")) == [*TIERS, MICROSOFT]


def test_a_promise_to_acknowledge_is_held_against_the_first_step(world):
    assert way(found(metric="ACKNOWLEDGE")) == [("L1", "24x7", 15)]


def test_a_step_without_times_of_its_own_has_those_of_its_tier_s_ola(world):
    publish(world, steps=[{"tier": "L1"}, {"tier": "L2", "hand_over_after": "1h"}])
    assert way(found()) == [("L1", "24x7", 120), ("L2", "24x7", 60)]
    assert way(found(metric="ACKNOWLEDGE")) == [("L1", "24x7", 30)]


def test_a_tier_works_on_its_ola_s_calendar_for_the_priority(world):
    document = {"calendar": "24x7", "calendars": {"P2": "Office"}, "targets": {"P2": {"RESOLVE": "2h"}}}
    world.agreement("OLA", "OLA", document)
    assert {calendar for _, calendar, _ in way(found("P2"))} == {"Office"}
    assert {calendar for _, calendar, _ in way(found("P3"))} == {"24x7"}


def test_an_exception_s_calendar_replaces_that_of_every_tier_and_not_the_vendor_s(world):
    world.calendar("Nights", {"timezone": "UTC", "hours": {"mon": ["00:00-06:00"]}})
    publish(world, {"calendar": "Nights"})
    assert [calendar for _, calendar, _ in way(found(service="Microsoft 365"))] == ["Nights"] * 3 + ["Office"]


def test_an_exception_s_agreement_is_the_promise(world):
    agree(world, "Silver", targets={"P1": {"RESOLVE": "12h"}}, vendor_time_counts=False)
    publish(world, {"service": "Microsoft 365", "agreement": "Silver"})
    assert (found().target.seconds, found(service="Microsoft 365").target.seconds) == (4 * HOUR, 12 * HOUR)
    assert way(found(service="Microsoft 365")) == TIERS


def test_an_exception_may_begin_higher_up(world):
    publish(world, {"start_tier": "L2"})
    assert (way(found()), way(found(metric="ACKNOWLEDGE"))) == (TIERS[1:], [("L2", "24x7", 15)])


def test_what_goes_straight_to_the_vendor_is_acknowledged_by_the_tier_below(world):
    publish(world, {"straight_to_vendor": True})
    assert way(found(service="Microsoft 365")) == [MICROSOFT]
    assert way(found(service="Microsoft 365", metric="ACKNOWLEDGE")) == [("L3", "24x7", 30)]


def test_straight_to_a_vendor_that_nobody_knows_stays_with_the_tier(world):
    publish(world, {"straight_to_vendor": True})
    assert way(found()) == TIERS[2:]


def test_a_vendor_is_left_out_where_its_time_does_not_count(world):
    agree(world, vendor_time_counts=False)
    assert way(found(service="Microsoft 365")) == TIERS


def test_a_vendor_s_promise_to_resolve_counts_before_its_promise_to_answer(world):
    document = {"calendar": "24x7", "targets": {"A": {"RESPOND": "1h", "RESOLVE": "9h"}}}
    world.agreement("M365", "UC", document)
    assert way(found(service="Microsoft 365"))[-1] == ("Microsoft", "24x7", 540)


def test_who_promises_no_time_is_named_and_in_no_sum(world):
    unmapped = found("P3", service="Microsoft 365")
    assert (way(unmapped), unmapped.untimed) == (TIERS, ("Microsoft",))
    world.m365.commitment = None
    world.m365.save()
    assert found(service="Microsoft 365").untimed == ("Microsoft",)


def test_what_no_agreement_promises_is_not_checked(world):
    agree(world, targets={"P1": {"ACKNOWLEDGE": "20m"}})
    rows = list(promises(Client.objects.all(), now=NINE))
    assert {(p.priority, p.metric) for p in rows} == {("P1", "ACKNOWLEDGE")}


def test_a_promise_to_acknowledge_without_a_wait_for_it_is_not_checked(world):
    world.agreement("OLA", "OLA", {"calendar": "24x7", "targets": {}})
    publish(world, steps=[{"tier": "L1", "hand_over_after": "1h"}])
    assert {p.metric for p in promises(Client.objects.all(), now=NINE)} == {"RESOLVE"}


def test_the_worst_start_is_looked_for_from_this_hour_on(world):
    worst = check(Client.objects.all(), now=world.now + timedelta(minutes=40))[0].alignment
    assert (worst.slack_seconds, worst.worst_start) == (15 * 60, world.now)


def test_more_clients_cost_no_more_queries(world, django_assert_max_num_queries):
    world.client("Other")
    with django_assert_max_num_queries(9):
        check(Client.objects.all(), now=world.now)


# The command


def aligned(*arguments: str) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_alignment", *arguments, stdout=out, stderr=err)
    except SystemExit as ended:
        return ended.code, out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_the_command_answers_with_one_json_object_and_exit_1(world):
    code, out, err = aligned("--json")
    rows = {(r["priority"], r["service"], r["metric"]): r for r in json.loads(out)["promises"]}
    assert (code, len(rows)) == (1, 16)
    assert "Acme, P3, Microsoft 365: resolve within 8 hours (24x7): nothing says how long Microsoft may take" in err
    assert rows["P1", None, "RESOLVE"] == {
        "client": "Acme", "priority": "P1", "service": None, "metric": "RESOLVE",
        "attainable": True, "worst_slack_seconds": 900, "counterexample": None,
    }  # fmt: skip


def test_a_counterexample_is_a_path_without_gaps(world):
    rows = json.loads(aligned("--json")[1])["promises"]
    broken = [row for row in rows if not row["attainable"]]
    assert [(row["priority"], row["service"], row["metric"]) for row in broken] == [
        ("P1", "Microsoft 365", "RESOLVE"), ("P2", "Microsoft 365", "RESOLVE"),
    ]  # fmt: skip
    counterexample = broken[0]["counterexample"]
    path = counterexample["path"]
    assert [leg["who"] for leg in path] == ["L1", "L2", "L3", "Microsoft"]
    assert [leg["from"] for leg in path] == [counterexample["start"], *(leg["until"] for leg in path[:-1])]
    assert [leg["open_seconds"] for leg in path] == [2700, 3600, 7200, 3600]
    assert path[-1]["until"].endswith("Z")


def test_in_words_the_command_tells_what_is_broken(world):
    code, out, _ = aligned()
    assert code == 1
    assert out.startswith("16 promises were checked, 2 cannot be kept.")
    assert "Acme, P1, Microsoft 365: resolve within 4 hours (24x7): " in out
    assert "  L1: " in out


def test_the_command_ends_with_0_when_every_promise_can_be_kept(world):
    agree(world, vendor_time_counts=False)
    assert aligned()[:2] == (0, "4 promises were checked, 0 cannot be kept.\n")


def test_a_client_whom_no_policy_covers_is_wrong_input(world):
    world.publish({"clients": ["Somebody"], "ladders": {}, "exceptions": [], "routing": []})
    with pytest.raises(CommandError, match="No published policy covers Acme") as refused:
        call_command("check_alignment")
    assert refused.value.returncode == 2


# The demo


@pytest.mark.parametrize("now", [datetime(2026, 11, 23, 12, 40, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)])
def test_the_demo_has_one_promise_that_cannot_be_kept_because_of_the_weekend(now):
    files = [(path.name, path.read_bytes()) for path in sorted(DEMO.glob("*.yaml"))]
    import_configuration(files, now=datetime(2026, 11, 23, 12, tzinfo=UTC), environ={})
    broken = [finding for finding in check(Client.objects.all(), now=now) if not finding.alignment.attainable]
    assert [(f.promise.client, f.promise.priority, f.promise.service, f.promise.metric) for f in broken] == [
        ("Northgate Dental Group", "P1", "Northline fibre", "RESOLVE")
    ]
    last = broken[0].walk[-1]
    assert (last.leg.who, last.began_at.strftime("%a"), last.ended_at.strftime("%a")) == (
        "Northline Networks", "Sat", "Mon",
    )  # fmt: skip
