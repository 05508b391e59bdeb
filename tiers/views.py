"""The policies as pages, to be read: what applies now, and what applied then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import MANAGERS, STAFF
from sla.agreements import latest
from tiers import policy_page
from tiers.models import Policy, PolicyVersion, Tier
from tiers.policy_changes import Said, changes
from tiers.policy_readers import sight_of
from tiers.policy_sight import Sight, part
from tiers.roster import Roster, roster

PARTS = {
    "clients": "For whom", "ladders": "Ladders", "exceptions": "Client exceptions", "routing": "Routing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """Which version a request is about: a number, a moment, or neither for the live one; `fault` in words.

    `against` is the number of another one that it is compared with.
    """

    number: int | None = None
    moment: datetime | None = None
    fault: str = ""
    against: int | None = None


@for_roles(STAFF)
def policies(request: HttpRequest) -> HttpResponse:
    """Every policy with its live version and its draft, and who is on call."""
    now = database_now()
    staff = roster(now=now)
    versions = {version.of_id: version for version in latest(PolicyVersion).select_related("of", "author")}
    drafts = {draft.of_id: draft for draft in PolicyVersion.objects.filter(number=None).select_related("edited_by")}
    known = [(policy, versions.get(policy.pk), drafts.get(policy.pk)) for policy in Policy.objects.all()]
    sight = sight_of(request.user)
    rows = [_row(*row, sight) for row in known if _concerns(sight, *row[1:])]
    context = {
        "rows": rows, "others": len(known) - len(rows), "now": now, "on_call": _on_call(staff, now),
        "may_edit": _may_edit(request),
    }  # fmt: skip
    return render(request, "tiers/policies.html", context)


def _row(
    policy: Policy, version: PolicyVersion | None, draft: PolicyVersion | None, sight: Sight
) -> dict[str, Any]:  # fmt: skip
    clients = part(version.document, sight).document.get("clients") if version else []
    note = sight.told(version.note) if version else ""
    return {"policy": policy, "version": version, "draft": draft, "clients": clients, "note": note}


def _concerns(sight: Sight, live: PolicyVersion | None, draft: PolicyVersion | None) -> bool:
    """Whether a policy is for anybody whom the reader sees: by its live version, or else by its draft."""
    by = live or draft
    return by is None or sight.concerns(by.document)


@for_roles(STAFF)
def policy(request: HttpRequest, slug: str) -> HttpResponse:
    """One policy in its live version, or with `?version=` or `?as_of=` in an earlier one; `?against=` compares two.

    One that is only for clients whom the reader does not see is as good as none: 404.
    """
    return page_of(request, get_object_or_404(Policy, slug=slug), _asked(request))


def page_of(
    request: HttpRequest, row: Policy, asked: Asked, *, blocked_by: PolicyVersion | None = None
) -> HttpResponse:
    """The page of a policy; `blocked_by` is the draft for which this version was not taken up again.

    The reader sees the exceptions and rules for clients that they may see, and how many others there are.
    Raises Http404 for an unknown number, and for a policy that is only for other clients.
    """
    sight = sight_of(request.user)
    known = list(PolicyVersion.objects.filter(of=row).select_related("of", "author", "edited_by"))
    versions = sorted((version for version in known if version.number), key=lambda version: -version.number)
    draft = next((version for version in known if not version.number), None)
    if not _concerns(sight, versions[0] if versions else None, draft):
        raise Http404
    shown, other = _chosen(versions, asked), _numbered(versions, asked.against)
    context = {
        "policy": row,
        "version": shown,
        "note": sight.told(shown.note) if shown else "",
        "versions": versions,
        "told": [{"version": version, "note": sight.told(version.note)} for version in versions],
        "is_live": shown in versions[:1],
        "until": next((v.published_at for v in reversed(versions) if shown and v.number > shown.number), None),
        "asked": asked,
        "draft": draft,
        "blocked_by": blocked_by,
        "may_edit": _may_edit(request),
        "against": other,
        "now": database_now(),
    }
    if shown and other:
        context |= _differences(other, shown, sight)
    if shown:
        context |= _content(shown, sight, now=context["now"])
    status = 409 if blocked_by else 400 if asked.fault else 200
    return render(request, "tiers/policy.html", context, status=status)


def _differences(before: PolicyVersion, after: PolicyVersion, sight: Sight) -> dict[str, Any]:
    """What changed, as far as the reader may see it, and how much more did."""
    said = changes(part(before.document, sight).document, part(after.document, sight).document)
    more = 0 if sight.is_whole else len(changes(before.document, after.document)) - len(said)
    return {"parts": parts_of(said), "parts_unseen": max(more, 0)}


def _may_edit(request: HttpRequest) -> bool:
    return bool(request.user.roles & MANAGERS)


def parts_of(said: Sequence[Said]) -> list[dict[str, Any]]:
    """Differences under the headings of the sections that they are in."""
    return [{"title": PARTS[part], "said": list(rows)} for part, rows in groupby(said, key=lambda row: row.section)]


def _asked(request: HttpRequest) -> Asked:
    number, written = request.GET.get("version", ""), request.GET.get("as_of", "")
    against = request.GET.get("against", "")
    if number or against:
        return Asked(number=_number(number) if number else None, against=_number(against) if against else None)
    return _moment(written) if written else Asked()


def _number(written: str) -> int:
    """A version's number; 0, which none has, for anything else."""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


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
        return _numbered(versions, asked.number)
    return next((v for v in versions if asked.moment is None or v.published_at <= asked.moment), None)


def _numbered(versions: list[PolicyVersion], number: int | None) -> PolicyVersion | None:
    """The version with this number, None where none is asked for. Raises Http404 for an unknown one."""
    found = next((v for v in versions if v.number == number), None)
    if found is None and number is not None:
        raise Http404
    return found


def _content(version: PolicyVersion, sight: Sight, *, now: datetime) -> dict[str, Any]:
    staff, seen = roster(now=now), part(version.document, sight)
    document = seen.document
    responsibilities = dict(Tier.objects.values_list("pk", "responsibilities"))
    return {
        "clients": document.get("clients") or [],
        "ladders": policy_page.ladders(document, staff),
        "tiers": policy_page.tiers(staff, responsibilities),
        "exceptions": policy_page.exceptions(document, staff),
        "exceptions_unseen": seen.exceptions,
        "rules": policy_page.rules(document),
        "rules_unseen": seen.rules,
        "on_call": _on_call(staff, now),
    }


def _on_call(staff: Roster, now: datetime) -> list[dict[str, Any]]:
    addresses = {team.on_call(now) for team in staff.teams.values()}
    names = dict(User.objects.filter(email__in=addresses).values_list("email", "name"))
    return policy_page.on_call(staff, names, now=now)
