"""The scorecards as files: CSV of all vendors and of one, and one vendor's as PDF for a meeting with it.

No file names a client unless it is asked for, and none a person or a note: a vendor may read it.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts.permissions import for_roles
from portal.press import Busy
from reports.csv_text import csv_text, moment_text
from reports.evidence import Evidence
from reports.periods import Period
from reports.scorecard import Case, Kept, Score, Times, direction, grouped, score, speed
from reports.scorecard_page import READERS, Asked, asked, evidence_since, is_narrow, listed_vendor
from reports.scorecard_pdf import pdf_of
from reports.vendor_cases import Listed, read_cases

SCORES = (
    "vendor", "service", "severity", "first_day", "last_day", "cases", "not_closed",
    "answers_decided", "answers_kept", "answers_open", "answers_not_needed", "answer_promised_seconds",
    "answer_median_seconds", "answer_p90_seconds", "answer_median_wall_seconds", "answer_p90_wall_seconds",
    "updates_decided", "updates_kept", "updates_open", "updates_not_needed", "update_promised_seconds",
    "update_median_seconds", "update_p90_seconds",
    "solutions_decided", "solutions_kept", "solutions_open", "solutions_not_needed", "solution_promised_seconds",
    "solution_median_seconds", "solution_p90_seconds", "solution_median_wall_seconds", "solution_p90_wall_seconds",
    "sent_incomplete", "chases", "answered_first_by_machine", "bounced_mails",
    "cases_before", "answers_kept_percent", "answers_kept_percent_before", "answers_kept_trend",
    "answer_median_seconds_before", "answer_median_trend", "counted",
)  # fmt: skip
CASES = (
    "ticket", "vendor_number", "service", "severity", "lodged_at", "promised_by", "answered_at", "late_seconds",
    "closed_at", "chased_at", "chased_how", "sent_incomplete", "answered_first_by_machine", "bounced_mails", "counted",
)  # fmt: skip
# Whose cases a file counts.
ALL_CLIENTS, OWN_CLIENTS = "all clients", "the clients that the account manager looks after"
BUSY = "The file could not be made in time. Try again in a minute, or print the page itself."


@for_roles(READERS)
def scorecards_csv(request: HttpRequest) -> HttpResponse:
    """A row for each service and severity of each vendor; a vendor without a case has one with nothing counted."""
    wanted = asked(request)
    if wanted.fault:
        return _refused(wanted)
    period = wanted.period
    cases = read_cases(wanted.seen, since=period.before.since, until=period.until, whole_since=period.since)
    now, before = (grouped((case for case in cases if case.lodged_at in one), _part) for one in (period, period.before))
    rows: list[list[object]] = []
    for vendor in wanted.seen.vendors:
        parts = sorted(part for part in now if part[0] == vendor.slug)
        if not parts and not vendor.retired:
            parts = [(vendor.slug, "", "")]
        rows += [
            _score_row(vendor, part, period, score(now.get(part, [])), score(before.get(part, []))) for part in parts
        ]
    told = [[*row, _whose(request)] for row in rows]
    return _csv(csv_text(SCORES, told, zone=period.zone), f"vendors {period.first} to {period.last}")


def _part(case: Case) -> tuple[str, str, str]:
    return case.vendor, case.service, case.severity


def _score_row(
    vendor: Listed, part: tuple[str, str, str], period: Period, found: Score, before: Score
) -> list[object]:  # fmt: skip
    return [
        vendor.name, *part[1:], period.first, period.last, found.cases, found.running,
        *_kept(found.answer), *_ranks(found.answer_open), *_ranks(found.answer_wall),
        *_kept(found.updates), *_ranks(found.update_open),
        *_kept(found.solution), *_ranks(found.solution_open), *_ranks(found.solution_wall),
        found.incomplete, found.chases, found.auto_first, found.bounces,
        before.cases, found.answer.percent, before.answer.percent, direction(found.answer, before.answer),
        before.answer_open.median, speed(found.answer_open, before.answer_open),
    ]  # fmt: skip


def _kept(of: Kept) -> tuple[int, int, int, int, str]:
    return of.promised, of.kept, of.open, of.over, " ".join(map(str, of.targets))


def _whose(request: HttpRequest) -> str:
    return OWN_CLIENTS if is_narrow(request) else ALL_CLIENTS


def _ranks(of: Times) -> tuple[float | None, float | None]:
    return of.median, of.p90


@for_roles(READERS)
def scorecard_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """A row for each of the vendor's cases in the period; with `?clients=on` whose they were."""
    wanted = asked(request)
    vendor = listed_vendor(wanted.seen, slug)
    if wanted.fault:
        return _refused(wanted)
    period, named = wanted.period, with_clients(request)
    rows = [
        [*_case_row(row, period), _whose(request), *([row.client] if named else [])]
        for row in _of_period(wanted, vendor)
    ]
    header = (*CASES, "client") if named else CASES
    return _csv(csv_text(header, rows, zone=period.zone), f"{vendor.slug} {period.first} to {period.last}")


def _case_row(row: Evidence, period: Period) -> list[object]:
    case = row.case
    chased = " ".join(moment_text(chase.at, zone=period.zone) for chase in row.chased)
    return [
        row.ticket, row.number, case.service, case.severity, case.lodged_at, row.due.by, row.answered_at,
        row.due.late_seconds, row.closed_at, chased, ", ".join(chase.done for chase in row.chased), case.incomplete,
        case.auto_first, case.bounces,
    ]  # fmt: skip


@for_roles(READERS)
def scorecard_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """One vendor's numbers and cases on A4; with `?clients=on` whose the cases were."""
    wanted = asked(request)
    vendor = listed_vendor(wanted.seen, slug)
    if wanted.fault:
        return _refused(wanted)
    rows = evidence_since(wanted.seen, vendor, wanted.period)
    try:
        file = pdf_of(
            vendor.name, wanted.period, rows, now=wanted.seen.now, named=with_clients(request),
            whose=OWN_CLIENTS if is_narrow(request) else "",
        )  # fmt: skip
    except Busy:
        return _plain(BUSY, status=503, headers={"Retry-After": "60"})
    name = f'inline; filename="scorecard-{vendor.slug}.pdf"'
    return HttpResponse(file, content_type="application/pdf", headers={"Content-Disposition": name})


def with_clients(request: HttpRequest) -> bool:
    """Whether the reader asked that the file name clients."""
    return request.GET.get("clients") == "on"


def _of_period(wanted: Asked, vendor: Listed) -> list[Evidence]:
    return [
        row for row in evidence_since(wanted.seen, vendor, wanted.period) if row.case.lodged_at in wanted.period
    ]  # fmt: skip


def _csv(text: str, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}.csv"'
    return HttpResponse(
        text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition}
    )  # fmt: skip


def _refused(wanted: Asked) -> HttpResponse:
    return _plain(f"{wanted.field}: {wanted.fault}", status=400)


def _plain(text: str, **more: Any) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", **more)
