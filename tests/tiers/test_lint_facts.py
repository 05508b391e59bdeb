"""What the lint knows, read from the database; the demo, which has no fault; what an import remarks."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from lint_corpus import put

from accounts.models import User
from clients.models import Asset
from escalation_portal.configuration import import_configuration
from integrations.ninjaone.source import parse
from tickets.case_facts import Sources
from tickets.loading import in_hand
from tiers.lint import Fault, lint
from tiers.lint_facts import known
from tiers.lint_vendors import CASE_FACTS
from tiers.models import Policy, PolicyVersion, Team
from vendors.models import ContactPoint, Service
from vendors.verification import mark_bad
from world import NINE, PRIORITIES, ROUTING

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo"
INTEGRATIONS = Path(__file__).parents[2] / "integrations"
# Most of the demo's contact points were verified in the three months before.
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def found(policy: str, *, now: datetime) -> list[Fault]:
    version = PolicyVersion.live(Policy.objects.get(name=policy))
    return lint(version.document, known(now=now, policy=policy), now=now)


@pytest.fixture
def demo(db) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(DEMO.glob("*.yaml"))]
    plan = import_configuration(files, now=NOON, environ={})
    told = [remark for remark in plan.remarks if remark.startswith("Standard: ")]
    assert all("can perhaps not be reached any more" in remark for remark in told)


def test_the_demo_has_no_fault_but_contact_points_that_wait_to_be_verified(demo):
    faults = found("Standard", now=NOON)
    assert {(fault.code, fault.level) for fault in faults} == {("stale-contact", "WARNING")}
    services = ("Microsoft 365", "Google Workspace", "Northline fibre", "CrowdStrike Falcon")
    assert sorted(fault.words.partition(" can perhaps")[0] for fault in faults) == sorted(services)


def test_the_demo_s_contacts_grow_stale_and_nothing_else(demo):
    later = found("Standard", now=NOON + timedelta(days=120))
    assert {(fault.code, fault.level) for fault in later} == {("stale-contact", "WARNING")}


def test_a_fault_in_the_demo_is_found(demo):
    document = yaml.safe_load((DEMO / "50-policy.yaml").read_text())["policies"][0]
    put("henrik.voss@harbour.example", "exceptions", 4, "people", 0)(document, None)
    User.objects.filter(email="henrik.voss@harbour.example").update(is_active=False)
    faults = lint(document, known(now=NOON, policy="Standard"), now=NOON)
    [fault] = [fault for fault in faults if fault.code != "stale-contact"]
    assert (fault.code, fault.path) == ("person-left", ("exceptions", 4, "people", 0))
    assert "Henrik Voss, who doesn't work here any more" in fault.words


def test_people_are_those_who_work_here_and_those_who_left(world):
    User.objects.filter(pk=world.l2.pk).update(is_active=False)
    facts = known(now=NINE)
    assert facts.people == {"l1@msp.example", "l3@msp.example", "boss@msp.example"}
    assert facts.left == {"l2@msp.example": "L2"}
    assert facts.teams["L2 team"].members == () and facts.managers == {"boss@msp.example"}
    assert [fault.code for fault in found("Standard", now=NINE) if fault.level == "ERROR"].count("empty-team") == 4


def test_a_program_is_nobody_who_works_here(world):
    User.objects.create_user("robot@api.invalid", name="Robot", kind=User.Kind.API)
    assert "robot@api.invalid" not in known(now=NINE).people


def test_gaps_are_those_of_the_coming_fortnight(world):
    hours = {"mon": ["09:00-17:00"]}
    layer = {"name": "Mondays", "hand_over": "mon 09:00", "days": 7, "from": "2026-03-02", "hours": hours}
    Team.objects.filter(name="L1 team").update(rotation={"timezone": "Europe/London", "layers": [layer]})
    gaps = known(now=NINE).teams["L1 team"].gaps
    assert [(begins.day, begins.hour, ends.day, ends.hour) for begins, ends in gaps] == [(2, 17, 9, 9), (9, 17, 16, 9)]
    assert known(now=NINE).teams["L2 team"].gaps == ()
    faults = [fault for fault in found("Standard", now=NINE) if fault.code == "no-on-call"]
    assert {fault.level for fault in faults} == {"ERROR"} and len(faults) == 4
    assert "from Mon 2 Mar 17:00 to Mon 9 Mar 09:00 (Europe/London)" in faults[0].words


def test_a_tier_is_known_by_what_its_ola_promises(world):
    tier = known(now=NINE).tiers["L1"]
    assert tier.team == "L1 team" and tier.promises == {p: {"ACKNOWLEDGE", "RESOLVE"} for p in PRIORITIES}
    assert set(tier.calendars) == set(PRIORITIES)


def test_a_service_is_known_by_contacts_and_by_what_accounts_hold(world):
    ContactPoint.objects.filter(service=world.m365).update(verified_on=date(2026, 2, 1))
    world.account.secrets = {"pin": "sealed"}
    world.account.facts |= {"empty": ""}
    world.account.save()
    service = known(now=NINE).services["Microsoft 365"]
    assert [(c.kind, c.value, c.verified_on, c.review_days) for c in service.contacts] == [
        ("EMAIL", "support@vendor.example", date(2026, 2, 1), 90)
    ]
    assert (service.lodge_by, service.unconfirmed, service.contacts[0].bad) == ("MAIL", False, "")
    assert service.accounts == {"Acme": {"tenant_id", "pin"}}
    assert [datum["key"] for datum in service.required] == ["tenant_id", "problem"]


def test_an_address_is_never_verified_until_it_is(world):
    assert [fault.code for fault in found("Standard", now=NINE)] == ["stale-contact"]


def test_each_contact_point_has_its_own_interval_and_what_is_known_against_it(world):
    point = world.m365.contact_points.get()
    ContactPoint.objects.update(verified_on=date(2026, 2, 1), interval_days=28)
    assert found("Standard", now=NINE + timedelta(days=-1)) == []
    assert [fault.code for fault in found("Standard", now=NINE)] == ["stale-contact"]
    mark_bad(point, because="550 no such user", now=NINE)
    [fault] = found("Standard", now=NINE)
    assert fault.code == "bad-contact" and "support@vendor.example does not hold (550 no such user)" in fault.words


def test_a_service_from_a_pack_is_to_be_confirmed_and_a_retired_one_is_not_looked_at(world):
    ContactPoint.objects.update(verified_on=date(2026, 3, 1))
    Service.objects.update(verify_first=True)
    assert [fault.code for fault in found("Standard", now=NINE)] == ["unconfirmed-service"]
    Service.objects.update(verify_first=False, lodge_by="PORTAL")
    assert [fault.code for fault in found("Standard", now=NINE)] == ["other-way"]
    Service.objects.update(retired_at=NINE)
    assert known(now=NINE).services == {}


def test_agreements_are_known_by_what_they_promise_and_whether_they_hold(world):
    assert known(now=NINE).acknowledged == set(PRIORITIES) and known(now=NINE).lapsed == {}
    world.gold(more={"effective_until": "2026-03-01"}, RESOLVE="4h")
    facts = known(now=NINE)
    assert facts.lapsed == {"Gold": "Gold ended on 2026-03-01."} and facts.acknowledged == frozenset()
    assert set(facts.calendars) == {"Office", "24x7"}


def test_clients_of_other_policies_are_elsewhere(world):
    other = Policy.objects.create(name="Other")
    PolicyVersion.publish(other, {"clients": ["Acme"], "ladders": {}}, author=None, note="", now=NINE)
    assert known(now=NINE, policy="Standard").elsewhere == {"Acme": "Other"}
    assert known(now=NINE, policy="Other").elsewhere == {}


def test_what_is_noted_of_any_asset_can_be_asked_for(world):
    Asset.objects.create(client=world.acme, name="FS01", type="SERVER", facts={"rack": "A1", "guests": "3"})
    assert known(now=NINE).asset_keys == {"rack", "guests"}


def test_the_provider_is_read_in_a_fixed_number_of_queries(world, django_assert_num_queries):
    with django_assert_num_queries(13):
        known(now=NINE, policy="Standard")
    for number in range(5):
        service = Service.objects.create(name=f"S{number}", vendor=world.m365.vendor)
        ContactPoint.objects.create(service=service, order=1, kind="EMAIL", value="a@b.example")
        world.person(f"p{number}@msp.example", "technician", Team.objects.create(name=f"T{number}"))
    with django_assert_num_queries(13):
        known(now=NINE, policy="Standard")


def test_a_case_draws_on_what_the_lint_believes(world):
    """Each source that the lint knows is one that a full ticket has, and the other way round."""
    site = world.acme.sites.create(name="Yard", address="1 Quay")
    Asset.objects.filter(client=world.acme).update(site=site)
    about = {"device_name": "esx01", "device_type": "SERVER", "device_os": "ESXi", "error_code": "1", "category": "c"}
    ticket = world.open(description="d", contact=world.acme.contacts.get(), **about)
    [work] = in_hand([ticket.pk], now=world.now)
    sources = [source.partition(".") for source in Sources([work], [world.m365.pk]).of(work, world.m365)]
    for group in ("ticket", "client", "contact", "asset"):
        assert {key for other, _, key in sources if other == group} == CASE_FACTS[group]


def test_alerts_bring_what_the_lint_believes():
    """Whoever adds a source of alerts says here what they bring."""
    device = {"id": 1, "displayName": "fs01", "dnsName": "fs01.example", "nodeClass": "WINDOWS_SERVER",
              "references": {"location": {"name": "Yard"}}}  # fmt: skip
    body = {"id": 1, "statusCode": "TRIGGERED", "seriesUid": "s", "activityTime": 1, "message": "m", "sourceName": "c",
            "sourceType": "t", "device": device}  # fmt: skip
    of_every_event = {"title", "severity", "state"}
    assert set(parse(body).facts) | of_every_event == CASE_FACTS["event"]
    # Mail and what vendors send are read by sources of their own and open no ticket.
    assert {path.parent.name for path in INTEGRATIONS.glob("*/source.py")} == {"mail", "ninjaone", "vendor_hook"}


def test_an_import_remarks_what_is_dead_and_refuses_nothing(world):
    again = {"name": "Ransom note", "when": {"keywords": ["ransom note"]}, "then": {"tier": "L2"}}
    file = {"policies": [{"name": "Standard", "routing": [*ROUTING, again]}]}
    for what in ("change", "unchanged"):
        plan = import_configuration([("p.yaml", yaml.safe_dump(file).encode())], now=NINE, environ={})
        assert plan.count(what) == 1
        said = "Standard: Rule 4 “Ransom note” never fires: rule 3 “Ransom” catches all that it would and stops."
        assert said in plan.remarks


def test_an_import_of_other_things_remarks_nothing_of_policies(world):
    file = {"teams": [{"name": "L1 team", "members": []}]}
    assert import_configuration([("t.yaml", yaml.safe_dump(file).encode())], now=NINE, environ={}).remarks == ()
