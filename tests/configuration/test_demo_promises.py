"""What the demo provider promises and was promised: every target is said, or is declined."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from small_provider import NOON

from escalation_portal.configuration import import_configuration
from sla.agreements import Terms, live_calendars, live_terms
from sla.models import Agreement

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo"
PRIORITIES = ("P1", "P2", "P3", "P4")


@pytest.fixture
def held(db: None) -> dict[str, Terms]:
    files = [(path.name, path.read_bytes()) for path in sorted(DEMO.glob("*.yaml"))]
    assert import_configuration(files, now=NOON, environ={}).count("create")
    return {terms.name: terms for terms in live_terms(live_calendars(), now=NOON).values()}


def of_kind(held: dict[str, Terms], kind: str) -> list[Terms]:
    ids = set(Agreement.objects.filter(kind=kind).values_list("pk", flat=True))
    return [terms for terms in held.values() if terms.agreement_id in ids]


def commitments() -> list[dict[str, Any]]:
    [vendors] = yaml.safe_load((DEMO / "30-vendors.yaml").read_text()).values()
    return [service["commitment"] for vendor in vendors for service in vendor["services"]]


def test_no_agreement_of_the_demo_has_lapsed_or_is_still_to_begin(held):
    assert [terms.lapsed for terms in held.values() if terms.lapsed] == []


def test_an_agreement_with_a_client_says_something_of_every_metric(held):
    unsaid = [
        (terms.name, priority, metric)
        for terms in of_kind(held, "SLA")
        for priority in (PRIORITIES if terms.name != "Gold line" else ["P1"])
        for metric in ("ACKNOWLEDGE", "RESPOND", "UPDATE", "RESOLVE")
        if terms.target(priority, metric) is None and (priority, metric) not in terms.declined
    ]
    assert unsaid == []


def test_so_does_a_vendor_for_each_of_its_severities():
    said = [set(row) for commitment in commitments() for row in commitment["targets"].values()]
    assert len(said) > 14
    assert all(row == {"RESPOND", "UPDATE", "RESOLVE"} for row in said)


def test_some_updates_were_declined_and_more_were_promised(held):
    declined = {(terms.name, priority) for terms in of_kind(held, "SLA") for priority, _ in terms.declined}
    assert declined >= {("Gold", "P4"), ("Standard New York", "P3"), ("Fast lane", "P1")}
    promised = [terms for terms in of_kind(held, "SLA") if terms.target("P1", "UPDATE")]
    assert len(promised) == len(of_kind(held, "SLA")) - 1


@pytest.mark.parametrize("name, thresholds", [("Fast lane", (100,)), ("Gold", (50, 75, 90, 100, 125))])
def test_only_the_fast_client_is_told_of_nothing_but_a_breach(held, name, thresholds):
    assert held[name].thresholds == thresholds


def test_a_client_s_most_urgent_faults_are_reported_on_most_often(held):
    for terms in of_kind(held, "SLA"):
        rows = [terms.targets.get(priority, {}).get("UPDATE") for priority in PRIORITIES]
        promised = [seconds for seconds in rows if seconds]
        assert promised == sorted(promised), terms.name
