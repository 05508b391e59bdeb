"""A ticket's place on the radar, as its page shows it. One query."""

from typing import Any

from django.conf import settings

from accounts.models import User
from tickets.models import RadarEntry, Ticket
from tickets.radar.form import PlaceForm, initial_of
from tickets.radar.lanes import jira_address, lane_of
from tickets.status import CLOSED, MERGED


def panel(ticket: Ticket, *, user: User, may_work: bool) -> dict[str, Any]:  # noqa: ARG001 - as all panels
    """What the ticket's page shows of the radar: `radar`, or nothing where there is nothing to tell or to do."""
    entry = RadarEntry.objects.select_related("changed_by").filter(ticket=ticket).first()
    ended = ticket.status in (CLOSED, MERGED)
    if entry is None and (ended or not may_work):
        return {"radar": None}
    form = PlaceForm(initial=initial_of(entry), auto_id="radar_%s") if may_work and not ended else None
    return {"radar": {**_standing(entry), "form": form}}


def _standing(entry: RadarEntry | None) -> dict[str, Any]:
    if entry is None:
        return {"entry": None}
    return {
        "entry": entry,
        "lane": lane_of(entry.score).title,
        "jira_url": jira_address(settings.JIRA_URL, entry.jira_key),
    }
