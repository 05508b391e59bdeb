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
from reports.scorecard import Score, Times, grouped, score
from reports.scorecard_page import READERS, Asked, asked, evidence_since, listed_vendor
from reports.scorecard_pdf import pdf_of
from reports.vendor_cases import Listed, read_cases

SCORES = (
    "vendor", "service", "severity", "first_day", "last_day", "cases", "not_closed", "answers_decided", "answers_kept",
    "answers_open", "answer_promised_seconds", "answer_median_seconds", "answer_p90_seconds",
    "answer_median_wall_seconds", "answer_p90_wall_seconds", "updates_decided", "updates_kept", "updates_open",
    "solutions_decided", "solutions_kept", "solutions_open", "solution_median_seconds", "solution_p90_seconds",
    "solution_median_wall_seconds", "solution_p90_wall_seconds", "sent_incomplete", "chases",
    "answered_first_by_machine", "bounced_mails",
)  # fmt: skip
CASES = (
    "ticket", "vendor_number", "service", "severity", "lodged_at", "promised_by", "answered_at", "late_seconds",
    "closed_at", "chased_at", "sent_incomplete", "answered_first_by_machine", "bounced_mails",
)  # fmt: skip
BUSY = "The file could not be made in time. Try again in a minute, or print the page itself."


@for_roles(READERS)
def scorecards_csv(request: HttpRequest) -> HttpResponse:
    """A row for each service and severity of each vendor; a vendor without a case has one with nothing counted."""
    wanted = asked(request)
    if wanted.fault:
        return _refused(wanted)
    period = wanted.period
    of_vendor = grouped(read_cases(wanted.seen, since=period.since, until=period.until), lambda case: case.vendor)
    rows: list[list[object]] = []
    for vendor in wanted.seen.vendors:
        parts = grouped(of_vendor.get(vendor.slug, []), lambda case: (case.service, case.severity))
        rows += [_score_row(vendor, key, period, score(cases)) for key, cases in sorted(parts.items())]
        if not parts and not vendor.retired:
            rows.append(_score_row(vendor, ("", ""), period, score([])))
    return _csv(csv_text(SCORES, rows, zone=period.zone), f"vendors {period.first} to {period.last}")


def _score_row(vendor: Listed, part: tuple[str, str], period: Period, found: Score) -> list[object]:
    return [
        vendor.name, *part, period.first, period.last, found.cases, found.running,
        found.answer.promised, found.answer.kept, found.answer.open, " ".join(map(str, found.answer.targets)),
        *_ranks(found.answer_open), *_ranks(found.answer_wall),
        found.updates.promised, found.updates.kept, found.updates.open,
        found.solution.promised, found.solution.kept, found.solution.open,
        *_ranks(found.solution_open), *_ranks(found.solution_wall),
        found.incomplete, found.chases, found.auto_first, found.bounces,
    ]  # fmt: skip


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
    rows = [_case_row(row, period, named=named) for row in _of_period(wanted, vendor)]
    header = (*CASES, "client") if named else CASES
    return _csv(csv_text(header, rows, zone=period.zone), f"{vendor.slug} {period.first} to {period.last}")


def _case_row(row: Evidence, period: Period, *, named: bool) -> list[object]:
    case = row.case
    chased = " ".join(moment_text(at, zone=period.zone) for at in row.chased_at)
    told: list[object] = [
        row.ticket, row.number, case.service, case.severity, case.lodged_at, row.promised_by, row.answered_at,
        row.late_seconds, row.closed_at, chased, case.incomplete, case.auto_first, case.bounces,
    ]  # fmt: skip
    return [*told, row.client] if named else told


@for_roles(READERS)
def scorecard_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """One vendor's numbers and cases on A4; with `?clients=on` whose the cases were."""
    wanted = asked(request)
    vendor = listed_vendor(wanted.seen, slug)
    if wanted.fault:
        return _refused(wanted)
    rows = evidence_since(wanted.seen, vendor, wanted.period)
    try:
        file = pdf_of(vendor.name, wanted.period, rows, now=wanted.seen.now, named=with_clients(request))
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
