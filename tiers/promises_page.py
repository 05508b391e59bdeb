"""A client's promises for its managers: which can be kept, with how much to spare, and where the hours go."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from clients.models import Client
from sla.agreements import Terms
from sla.priorities import PRIORITIES
from tiers import promise_picture
from tiers.models import Tier
from tiers.promises import ACKNOWLEDGE, RESOLVE, Finding, Survey, survey

Shown = dict[str, Any]
VERBS = {ACKNOWLEDGE: "Acknowledge", RESOLVE: "Resolve"}


@for_roles(MANAGERS)
def promises(request: HttpRequest, slug: str) -> HttpResponse:
    """Every promise to one client with its slack at the worst start; `?way=` opens the way of one that can be kept."""
    visible = Client.objects.visible_to(request.user)
    client, now = get_object_or_404(visible, slug=slug), database_now()
    (found,) = survey(visible.filter(pk=client.pk), now=now)
    context = {"client": client, "now": now, **_content(found, opened=request.GET.get("way", ""))}
    return render(request, "tiers/promises.html", context)


def rows_of(findings: Sequence[Finding], *, opened: str = "") -> list[Shown]:
    """Promises as the page shows them; those that cannot be kept, and the one that is `opened`, with their way."""
    holders = _holders(findings)
    return [_row(finding, holders, is_open=finding.promise.key == opened) for finding in findings]


def _content(found: Survey, *, opened: str) -> Shown:
    rows = rows_of(found.findings, opened=opened)
    return {
        "faults": found.faults,
        "count": len(rows),
        "broken": [row for row in rows if not row["attainable"]],
        "kept": [row for row in rows if row["attainable"]],
        "remarks": [remark for terms in found.terms for remark in _remarks(terms)],
    }


def _remarks(terms: Terms) -> Iterator[str]:
    """What an agreement explicitly does not promise, and why it promises nothing at all."""
    if terms.lapsed:
        yield f"{terms.lapsed} It promises nothing now."
    for metric in sorted({metric for _, metric in terms.declined}):
        priorities = [p for p in PRIORITIES if (p, metric) in terms.declined]
        yield f"{terms.name} explicitly promises no time to {metric.lower()}: {', '.join(priorities)}."


def _holders(findings: Sequence[Finding]) -> dict[str, Shown]:
    """Who is met on the ways, as the pieces of pages draw them."""
    levels = dict(Tier.objects.values_list("name", "level"))
    names = {leg.who for finding in findings for leg in finding.promise.path}
    return {name: _holder(name, levels) for name in names}


def _holder(name: str, levels: Mapping[str, int]) -> Shown:
    return {"kind": "TIER" if name in levels else "VENDOR", "level": levels.get(name), "name": name}


def _row(finding: Finding, holders: Mapping[str, Shown], *, is_open: bool) -> Shown:
    promise, found = finding.promise, finding.alignment
    return {
        "promise": promise,
        "verb": VERBS[promise.metric],
        "attainable": found.attainable,
        "slack": found.slack_seconds,
        "worst_start": found.worst_start,
        "is_open": is_open,
        "way": _way(finding, holders) if promise.path and (is_open or not found.attainable) else None,
    }


def _way(finding: Finding, holders: Mapping[str, Shown]) -> Shown:
    """The walk from the worst start, as a picture and as a table."""
    target, stays = finding.promise.target, finding.walk
    calendar, due_at = target.calendar.calendar, _due_at(finding)
    return {
        "stays": stays,
        "due_at": due_at,
        "ended_at": stays[-1].ended_at,
        "picture": promise_picture.picture(stays, calendar, due_at, holders, timezone.get_current_timezone()),
        "table": [{**row, "holder": holders[row["piece"].who]} for row in promise_picture.table(stays, calendar)],
        "totals": promise_picture.totals(stays),
    }


def _due_at(finding: Finding) -> datetime:
    target = finding.promise.target
    return target.calendar.calendar.add(finding.alignment.worst_start, target.seconds)
