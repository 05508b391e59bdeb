"""A client's promises for its managers: which can be kept, with how much to spare, and why one cannot."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import MANAGERS
from clients.models import Client
from sla.business_time import NeverOpens
from tiers import promise_picture
from tiers.models import Tier
from tiers.policies import NoPolicy
from tiers.promises import ACKNOWLEDGE, RESOLVE, Finding, check

Shown = dict[str, Any]
VERBS = {ACKNOWLEDGE: "Acknowledge", RESOLVE: "Resolve"}


@for_roles(MANAGERS)
def promises(request: HttpRequest, slug: str) -> HttpResponse:
    """Every promise to one client with its slack at the worst start, and a picture of each that cannot be kept."""
    visible = Client.objects.visible_to(request.user)
    client, now = get_object_or_404(visible, slug=slug), database_now()
    context: Shown = {"client": client, "now": now}
    try:
        context |= _content(check(visible.filter(pk=client.pk), now=now))
    except (NoPolicy, NeverOpens) as error:
        context["fault"] = str(error)
    return render(request, "tiers/promises.html", context)


def _content(findings: Sequence[Finding]) -> Shown:
    holders = _holders(findings)
    broken = [finding for finding in findings if not finding.alignment.attainable]
    return {
        "rows": [_row(finding) for finding in findings],
        "broken": [_broken(finding, holders) for finding in broken],
    }


def _holders(findings: Sequence[Finding]) -> dict[str, Shown]:
    """Who is met on the ways, as the pieces of pages draw them."""
    levels = dict(Tier.objects.values_list("name", "level"))
    names = {leg.who for finding in findings for leg in finding.promise.path}
    return {name: _holder(name, levels) for name in names}


def _holder(name: str, levels: Mapping[str, int]) -> Shown:
    return {"kind": "TIER" if name in levels else "VENDOR", "level": levels.get(name), "name": name}


def _row(finding: Finding) -> Shown:
    promise, found = finding.promise, finding.alignment
    return {
        "promise": promise,
        "verb": VERBS[promise.metric],
        "attainable": found.attainable,
        "slack": found.slack_seconds,
        "worst_start": found.worst_start,
    }


def _broken(finding: Finding, holders: Mapping[str, Shown]) -> Shown:
    """The counterexample: the walk from the worst start, as a picture and as a table."""
    target, stays = finding.promise.target, finding.walk
    calendar, due_at = target.calendar.calendar, _due_at(finding)
    return _row(finding) | {
        "stays": stays,
        "due_at": due_at,
        "ended_at": stays[-1].ended_at,
        "picture": promise_picture.picture(stays, calendar, due_at, holders, timezone.get_current_timezone()),
        "table": [{**row, "holder": holders[row["piece"].who]} for row in promise_picture.table(stays, calendar)],
    }


def _due_at(finding: Finding) -> datetime:
    target = finding.promise.target
    return target.calendar.calendar.add(finding.alignment.worst_start, target.seconds)
