"""The pages of the vendors' scorecards, for managers and, of their own clients' cases, account managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import for_roles
from accounts.roles import ACCOUNT_MANAGER, MANAGERS
from reports.evidence import Evidence, read_evidence
from reports.month_chart import FOOT, HEIGHT, KINDS, month_chart
from reports.periods import NAMES, BadPeriod, Period, asked_period
from reports.scorecard import Case, grouped, score
from reports.scorecard_words import COUNTED, OWN_CLIENTS, by_severity, shown_score
from reports.vendor_cases import Listed, Sight, read_cases, sight

READERS = MANAGERS | {ACCOUNT_MANAGER}
MONTHS, SHOWN = 12, 100
# What the table can be sorted by: what stands at its top comes first where nobody chose; None stands last.
SORTS = {
    "vendor": ("Vendor", lambda row: row["vendor"].name.casefold()),
    "cases": ("Cases", lambda row: -row["score"].cases or None),
    "kept": ("First answer in time", lambda row: row["score"].answer.percent),
    "time": ("Answer time", lambda row: _negative(row["score"].answer_open.median)),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose numbers, of which period; `fault` says what was wrong with what was asked for, "" for nothing."""

    seen: Sight
    period: Period
    fault: str
    field: str

    @property
    def status(self) -> int:
        return 400 if self.fault else 200


def asked(request: HttpRequest) -> Asked:
    """What the page's address asks for; the last thirty days where it asks for no period."""
    seen = sight(request.user)
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    try:
        return Asked(seen, asked_period(request.GET, now=seen.now, zone=zone), "", "")
    except BadPeriod as error:
        return Asked(seen, asked_period({}, now=seen.now, zone=zone), str(error), error.field)


def listed_vendor(seen: Sight, slug: str) -> Listed:
    """The vendor of the directory. Raises Http404."""
    found = next((vendor for vendor in seen.vendors if vendor.slug == slug), None)
    if found is None:
        raise Http404
    return found


@for_roles(READERS)
def scorecards(request: HttpRequest) -> HttpResponse:
    """Every vendor: what it kept of what it promised."""
    wanted = asked(request)
    rows = vendor_rows(wanted.seen, wanted.period)
    sort = request.GET.get("sort", "")
    context = {
        **_common(request, wanted),
        "rows": _sorted([row for row in rows if row["cases"]], sort if sort in SORTS else "vendor"),
        "quiet": [row["vendor"] for row in rows if not row["cases"]],
        "columns": [_column(request, key, sort or "vendor") for key in SORTS],
        "csv_url": f"{reverse('vendor-scorecards-csv')}?{_of_period(wanted.period)}",
    }
    return render(request, "reports/vendor_scorecards.html", context, status=wanted.status)


def vendor_rows(seen: Sight, period: Period) -> list[dict[str, Any]]:
    """Each vendor with its numbers; one that is retired only where it had a case."""
    cases = read_cases(seen, since=period.before.since, until=period.until, whole_since=period.since)
    now = grouped((case for case in cases if case.lodged_at >= period.since), _vendor)
    before = grouped((case for case in cases if case.lodged_at < period.since), _vendor)
    return [
        {"vendor": vendor, "score": found, **shown_score(found, score(before.get(vendor.slug, [])))}
        for vendor in seen.vendors
        if (found := score(now.get(vendor.slug, []))).cases or not vendor.retired
    ]


@for_roles(READERS)
def scorecard(request: HttpRequest, slug: str) -> HttpResponse:
    """One vendor: by service and severity, by month, and each case as evidence."""
    wanted = asked(request)
    vendor, period = listed_vendor(wanted.seen, slug), wanted.period
    rows = evidence_since(wanted.seen, vendor, period)
    cases = [row.case for row in rows]
    now, before = _within(cases, period), _within(cases, period.before)
    found = score(now)
    own = [row for row in rows if row.case.lodged_at in period]
    context = {
        **_common(request, wanted),
        "vendor": vendor, "score": found, **shown_score(found, score(before)), "parts": by_severity(now, before),
        "bars": month_chart(period.months(MONTHS), cases), "chart_height": HEIGHT, "chart_whole": HEIGHT + FOOT,
        "kinds": KINDS, "evidence": own[:SHOWN], "more": max(len(own) - SHOWN, 0),
        "csv_url": reverse("vendor-scorecard-csv", args=[slug]),
        "pdf_url": reverse("vendor-scorecard-pdf", args=[slug]),
    }  # fmt: skip
    return render(request, "reports/vendor_scorecard.html", context, status=wanted.status)


def evidence_since(seen: Sight, vendor: Listed, period: Period) -> list[Evidence]:
    """The vendor's cases of the period, of the one before it, and of the last twelve months, the latest first."""
    since = min(period.before.since, period.months(MONTHS)[0].since)
    return read_evidence(seen, vendor.id, since=since, until=period.until, told_since=period.since)


def is_narrow(request: HttpRequest) -> bool:
    """Whether the reader sees the cases of own clients alone."""
    return not request.user.roles & MANAGERS


def _within(cases: Sequence[Case], period: Period) -> list[Case]:
    return [case for case in cases if case.lodged_at in period]


def _vendor(case: Case) -> str:
    return case.vendor


def _negative(seconds: float | None) -> float | None:
    return None if seconds is None else -seconds


def _sorted(rows: Sequence[dict[str, Any]], sort: str) -> list[dict[str, Any]]:
    """By name, or what asks for a look first: most cases, least kept, longest wait; without a number last."""
    _, key = SORTS[sort]
    named = sorted(rows, key=SORTS["vendor"][1])
    return sorted(named, key=lambda row: (key(row) is None, key(row) or 0)) if sort != "vendor" else named


def _column(request: HttpRequest, key: str, sort: str) -> dict[str, Any]:
    query = request.GET.copy()
    query["sort"] = key
    return {"key": key, "title": SORTS[key][0], "url": f"?{query.urlencode()}", "sorted": key == sort}


def _common(request: HttpRequest, wanted: Asked) -> dict[str, Any]:
    period = wanted.period
    sort = request.GET.get("sort", "")
    kept = {"sort": sort} if sort else {}
    periods = [
        {"url": f"?{urlencode({'period': name, **kept})}", "title": title, "current": name == period.name}
        for name, title in NAMES.items()
    ]
    return {
        "now": wanted.seen.now, "period": period, "periods": periods, "fault": wanted.fault,
        "fault_field": wanted.field, "sort": sort, "counted": COUNTED,
        "zone": str(period.zone), "whose": OWN_CLIENTS if is_narrow(request) else "",
    }  # fmt: skip


def _of_period(period: Period) -> str:
    return f"from={period.first}&to={period.last}"
