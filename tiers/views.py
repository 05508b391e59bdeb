"""The policies as pages, to be read: what applies now, and what applied then."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from sla.agreements import latest
from tiers import policy_page
from tiers.models import Policy, PolicyVersion, Tier
from tiers.roster import Roster, roster


@dataclass(frozen=True, slots=True)
class Asked:
    """Which version a request is about: a number, a moment, or neither for the live one; `fault` in words."""

    number: int | None = None
    moment: datetime | None = None
    fault: str = ""


@for_roles(STAFF)
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy with its live version, and who is on call."""
    now = database_now()
    staff = roster(now=now)
    versions = {version.of_id: version for version in latest(PolicyVersion).select_related("of", "author")}
    rows = [{"policy": policy, "version": versions.get(policy.pk)} for policy in Policy.objects.all()]
    return render(request, "tiers/policies.html", {"rows": rows, "now": now, "on_call": _on_call(staff, now)})


@for_roles(STAFF)
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """One policy in its live version, or with `?version=` or `?as_of=` in an earlier one."""
    row, asked = get_object_or_404(Policy, slug=slug), _asked(request)
    versions = list(PolicyVersion.objects.filter(of=row, number__isnull=False).select_related("of", "author"))
    versions.sort(key=lambda version: -version.number)
    shown = _chosen(versions, asked)
    context = {
        "policy": row,
        "version": shown,
        "versions": versions,
        "is_live": shown in versions[:1],
        "until": next((v.published_at for v in reversed(versions) if shown and v.number > shown.number), None),
        "asked": asked,
        "now": database_now(),
    }
    if shown:
        context |= _content(shown, now=context["now"])
    return render(request, "tiers/policy.html", context, status=400 if asked.fault else 200)


def _asked(request: HttpRequest) -> Asked:
    number, written = request.GET.get("version", ""), request.GET.get("as_of", "")
    if number:
        return Asked(number=int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0)
    return _moment(written) if written else Asked()


def _moment(written: str) -> Asked:
    """A moment with its offset, whose + a URL turns into a space; without one it is the reader's own time."""
    try:
        at = parse_datetime(written.strip().replace(" ", "+") if "T" in written else written)
        if at is None:
            raise ValueError(written)
        return Asked(moment=timezone.localtime(timezone.make_aware(at) if timezone.is_naive(at) else at))
    except (ValueError, OverflowError):
        return Asked(fault=f"“{written[:60]}” is not a moment. Write it like 2026-05-03T14:05 or 2026-05-03T14:05Z.")


def _chosen(versions: list[PolicyVersion], asked: Asked) -> PolicyVersion | None:
    """The version that was asked for, the latest first among `versions`. Raises Http404 for an unknown number."""
    if asked.number is not None:
        found = next((v for v in versions if v.number == asked.number), None)
        if found is None:
            raise Http404
        return found
    return next((v for v in versions if asked.moment is None or v.published_at <= asked.moment), None)


def _content(version: PolicyVersion, *, now: datetime) -> dict[str, Any]:
    staff, document = roster(now=now), version.document
    responsibilities = dict(Tier.objects.values_list("pk", "responsibilities"))
    return {
        "clients": document.get("clients") or [],
        "ladders": policy_page.ladders(document, staff),
        "tiers": policy_page.tiers(staff, responsibilities),
        "exceptions": policy_page.exceptions(document, staff),
        "rules": policy_page.rules(document),
        "on_call": _on_call(staff, now),
    }


def _on_call(staff: Roster, now: datetime) -> list[dict[str, Any]]:
    addresses = {team.on_call(now) for team in staff.teams.values()}
    names = dict(User.objects.filter(email__in=addresses).values_list("email", "name"))
    return policy_page.on_call(staff, names, now=now)
