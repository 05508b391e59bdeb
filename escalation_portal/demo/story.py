"""The live story: an alert is sent to the running portal, and what the portal then does by itself is told."""

import json
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from escalation_portal.demo.loading import fast_event
from tickets.models import Ticket, TicketEvent

PATIENCE_SECONDS = 90.0


def send_alert(described: dict[str, Any]) -> str:
    """Send one new alert as the monitoring system does; returns the key of its ticket."""
    hook = described["integrations"]["ninjaone"]
    body = fast_event(number=uuid.uuid4().int % 10**9, series=str(uuid.uuid4())) | {"activityTime": time.time()}
    request = urllib.request.Request(hook["url"], json.dumps(body).encode(), hook["headers"], method="POST")
    with urllib.request.urlopen(request, timeout=10) as response:
        return str(json.load(response)["ticket"])


def follow(key: str, *, sleep: Callable[[float], None]) -> Iterator[str]:
    """The timeline's sentences as they come, until a vendor holds the ticket or patience ends."""
    ticket = Ticket.objects.by_key(key).get()
    told = 0
    for _ in range(int(PATIENCE_SECONDS * 2)):
        for event in TicketEvent.objects.filter(ticket=ticket, seq__gt=told).order_by("seq"):
            told = event.seq
            yield f"{event.at:%H:%M:%S}  {event.text}"
        if Ticket.objects.filter(pk=ticket.pk, holder_kind="VENDOR").exists():
            return
        sleep(0.5)
    yield "The story did not come to its end in time; see /ops/."
