"""The agreements as pages, to be read: what is promised, on which calendar, from when until when, and to whom."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import for_roles
from accounts.roles import STAFF
from sla.agreement_document import DECLINED, METRICS
from sla.agreement_form import METRIC_WORDS
from sla.agreements import CalendarRef, live_calendars, thresholds_of
from sla.durations import parse
from sla.effective import DatedVersion, holding, local_day, main_calendar
from sla.history import for_managers, history_of
from sla.models import Agreement, AgreementVersion, Calendar
from sla.priorities import PRIORITIES
from sla.usage import Standing, calendars_in, standing_agreements, users_of, with_users

Shown = dict[str, Any]
KIND_WORDS = {
    "SLA": "SLA, promised to clients",
    "OLA": "OLA, between our own teams",
    "UC": "UC, underpinning contract: promised by a vendor",
}

# A vendor's commitment is made with its service.
NEW_KINDS = ("SLA", "OLA")


@for_roles(STAFF)
@never_cache
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """Every agreement: its kind, its calendars, its days, and who uses it."""
    now = database_now()
    stands = standing_agreements(now=now)
    found = sorted(with_users(Agreement.objects.filter(pk__in=stands), request.user), key=_by_kind)
    rows = [_row(agreement, stands[agreement.pk]) for agreement in found]
    actions = [
        {"label": f"New {kind}", "url": f"{reverse('new-agreement')}?kind={kind}", "name": "plus"} for kind in NEW_KINDS
    ]
    context = {"rows": rows, "now": now, "actions": for_managers(request, actions)}
    return render(request, "sla/agreements.html", context)


@for_roles(STAFF)
@never_cache
@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """One agreement in its latest version, or with `?version=` in an earlier one."""
    row = get_object_or_404(with_users(Agreement.objects.all(), request.user), slug=slug)
    found, now, calendars = history_of(AgreementVersion, row, request), database_now(), live_calendars()
    context: Shown = {
        "agreement": row,
        "kind_words": KIND_WORDS[row.kind],
        "history": found,
        "users": users_of(row),
        "now": now,
        "actions": for_managers(request, [{"label": "Edit", "url": reverse("edit-agreement", args=[slug])}]),
    }
    if found.shown:
        context |= _content(row, found.shown) | _holding(row, found.versions, calendars, now)
    return render(request, "sla/agreement.html", context)


def _by_kind(agreement: Agreement) -> tuple[int, str]:
    return list(KIND_WORDS).index(agreement.kind), agreement.name


def _row(agreement: Agreement, stands: Standing) -> Shown:
    """One line of the list: what holds now, and what follows it."""
    follows = stands.last if stands.last.number > stands.holds.number else None
    return {
        "agreement": agreement,
        "version": stands.holds,
        "calendars": calendars_in(stands.holds.document),
        "lapse": stands.lapsed,
        "follows": follows and {"number": follows.number, **_days(follows.document)},
        "users": users_of(agreement),
        **_days(stands.holds.document),
    }


def _content(row: Agreement, version: AgreementVersion) -> Shown:
    document = version.document
    slugs = dict(Calendar.objects.filter(name__in=calendars_in(document)).values_list("name", "slug"))
    main, own = document.get("calendar", ""), document.get("calendars") or {}
    levels = list(document["targets"]) if row.kind == Agreement.Kind.UC else PRIORITIES
    return {
        "version": version,
        "metrics": [METRIC_WORDS[metric] for metric in METRICS[row.kind]],
        "rows": [_level(row.kind, level, document, own.get(level) or main, slugs) for level in levels],
        "vendor_time_counts": document.get("vendor_time_counts", True),
        "thresholds": thresholds_of(row.kind, document),
        **_days(document),
    }


def _level(kind: str, level: str, document: Shown, calendar: str, slugs: Mapping[str, str]) -> Shown:
    row = document["targets"].get(level) or {}
    targets = [_target(row.get(metric)) for metric in METRICS[kind]]
    return {"level": level, "targets": targets, "calendar": calendar, "slug": slugs.get(calendar, "")}


def _target(written: str | None) -> Shown:
    """A target as the table shows it: a time; agreed that there is none; or not said at all."""
    declined = written == DECLINED
    return {"declined": declined, "seconds": parse(written) if written and not declined else None}


def _days(document: Shown) -> Shown:
    days = {key: document.get(key) for key in ("effective_from", "effective_until")}
    return {key: date.fromisoformat(day) if day else None for key, day in days.items()}


def _dated(version: AgreementVersion, calendars: Mapping[str, CalendarRef], now: datetime) -> DatedVersion:
    document = version.document
    zone = calendars[main_calendar(document)].calendar.timezone
    begins, ends = document.get("effective_from") or "", document.get("effective_until") or ""
    return DatedVersion(version.pk, version.number, begins, ends, local_day(now, zone))


def _holding(
    row: Agreement, versions: Sequence[AgreementVersion], calendars: Mapping[str, CalendarRef], now: datetime
) -> Shown:
    """Which version holds now, and why nothing is promised, where that is so."""
    holds = holding([_dated(version, calendars, now) for version in versions])
    return {"holds": holds.number, "lapse": holds.lapse(row.name)}
