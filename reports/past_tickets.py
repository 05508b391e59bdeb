"""The tickets of the past, as a replay takes them, and how long each step waits: a fixed number of queries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Least

from reports.replay import Began, Past, Wait, Waits
from tickets.models import Ticket, TicketEvent
from tiers.ladder import Step
from tiers.policies import policy_documents
from tiers.roster import Roster
from tiers.routing import Request

MOST = 2_000
COLUMNS = (
    "pk", "title", "description", "device_type", "device_os", "error_code", "source__name", "category", "client__name",
    "service__name", "policy_version", "opened_at", "acted_at", "began",
)  # fmt: skip


def past_tickets(tickets: QuerySet[Ticket], *, since: datetime, limit: int = MOST) -> list[Past]:
    """The latest of `tickets` that were opened since then, the latest first; those that were imported are left out."""
    opened = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind="OPENED").order_by("seq")
    rows = (
        tickets.filter(opened_at__gte=since)
        .annotate(began=Subquery(opened.values("why")[:1]), acted_at=Least("acknowledged_at", "resolved_at"))
        .filter(began__tier__isnull=False)
        .order_by("-opened_at", "-pk")
        .values(*COLUMNS)[:limit]
    )
    found = list(rows)
    documents = policy_documents({row["policy_version"] for row in found})
    return [_past(row, documents[row["policy_version"]][1]) for row in found]


def _past(row: Mapping[str, Any], own: Mapping[str, Any]) -> Past:
    request = Request(
        title=row["title"], body=row["description"], device_type=row["device_type"], os=row["device_os"],
        error_code=row["error_code"], source=row["source__name"] or "", client=row["client__name"],
    )  # fmt: skip
    stored = Began(
        row["began"]["tier"], row["began"]["priority"], row["service__name"] or "", row["category"]
    )  # fmt: skip
    return Past(f"ESC-{row['pk']}", row["title"], request, stored, own, row["opened_at"], row["acted_at"])


def waits_of(staff: Roster) -> Waits:
    """How long each step may be waited for now: its own time or its tier's OLA, on the exception's calendar or that."""

    def wait(step: Step, priority: str, calendar: str) -> Wait | None:
        tier = staff.tiers.get(step.tier)
        if tier is None:
            return None
        own, agreed = step.acknowledge_within, tier.ola.target(priority, "ACKNOWLEDGE")
        seconds = own if own is not None else agreed.seconds if agreed else None
        counted = staff.calendars.get(calendar) or tier.ola.calendar_for(priority)
        return None if seconds is None else (counted.calendar, seconds)

    return wait
