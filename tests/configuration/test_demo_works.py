"""The demo provider does what its story tells, also on a Sunday night between holidays."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_provider import NOON

from escalation_portal.configuration import import_configuration
from integrations.ninjaone.source import parse
from tickets import escalation
from tickets.events import take_in
from tickets.models import EventSource, Ticket
from vendors.completeness import PLACEHOLDER

pytestmark = pytest.mark.django_db
DEMO = Path(__file__).parents[2] / "demo"
SUNDAY_NIGHT = datetime(2026, 12, 27, 3, 0, tzinfo=UTC)


@pytest.fixture
def harbour(db: None) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted(DEMO.glob("*.yaml"))]
    import_configuration(files, now=NOON, environ={})


def alert(code: str, organisation: int = 2) -> Ticket:
    body = {
        "id": 1,
        "activityTime": SUNDAY_NIGHT.timestamp(),
        "deviceId": 7,
        "seriesUid": "s-1",
        "statusCode": "TRIGGERED",
        "message": "Something is wrong",
        "severity": "MAJOR",
        "data": {"message": {"code": code}},
        "device": {"organizationId": organisation, "displayName": "esx01", "nodeClass": "VMWARE_VM_HOST"},
    }
    source = EventSource.objects.get(name="NinjaOne")
    outcome = take_in(source=source, reported=parse(json.loads(json.dumps(body))), now=SUNDAY_NIGHT)
    assert outcome.ticket
    return outcome.ticket


@pytest.mark.parametrize(
    "code, service, address",
    [
        ("0x8004de40", "Microsoft 365", "partner-support@microsoft.example"),
        ("vmm_cond_memory_usage_ge", "Stackline virtual hosts", "service@stackline.example"),
        ("something_else", "Microsoft 365", "partner-support@microsoft.example"),
    ],
)
def test_an_alert_of_the_fast_client_becomes_a_complete_case_within_seconds(harbour, code, service, address):
    ticket = alert(code)
    assert (ticket.priority, ticket.tier.name, ticket.service.name) == ("P1", "L1", service)
    for seconds in range(1, 40):
        escalation.sweep_until_done(now=SUNDAY_NIGHT + timedelta(seconds=seconds))
    case = ticket.vendor_cases.get()
    assert (case.status, case.missing) == ("QUEUED", [])
    assert case.message.payload["to"] == [address]
    assert not PLACEHOLDER.search(case.subject + case.body)
