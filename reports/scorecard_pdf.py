"""One vendor's scorecard as a PDF, set by Typst (docs/adr/0010): the words go in as data."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from documents.guide.plain_words import whole_moment
from portal.pdf import FONTS
from portal.press import Press
from reports.evidence import Evidence
from reports.month_chart import month_chart
from reports.periods import Period
from reports.scorecard import Case, score
from reports.scorecard_words import COUNTED, NOTHING, by_severity, shown_score

TEMPLATE = Path(settings.BASE_DIR, "templates", "reports", "scorecard.typ")
# One file at a time, few in the queue; none is kept for long, since cases go on.
_press = Press(most_waiting=4, most_kept=8, most_seconds=10)
MONTHS, MOST_CASES = 12, 500


def pdf_of(vendor: str, period: Period, rows: Sequence[Evidence], *, now: datetime, named: bool) -> bytes:
    """The file: A4, tagged, its fonts inside. `rows` reach as far back as the months; `named`: with clients' names.

    Raises Busy when it takes longer than it may or some wait already.
    """
    data = json.dumps(words_of(vendor, period, rows, now=now, named=named))
    return _press.file(data, lambda: _set(data))


def words_of(
    vendor: str, period: Period, rows: Sequence[Evidence], *, now: datetime, named: bool
) -> dict[str, Any]:  # fmt: skip
    """All that the file says."""
    cases = [row.case for row in rows]
    own = [row for row in rows if row.case.lodged_at in period]
    before = [case for case in cases if case.lodged_at in period.before]
    found = shown_score(score([row.case for row in own]), score(before))
    return {
        "vendor": vendor,
        "period": f"{_day(period.first)} to {_day(period.last)}",
        "made": f"As of {_at(now, period)}",
        "zone": str(period.zone),
        "tiles": _tiles(found),
        "trend": found["trend"]["said"],
        "parts": [_part(part) for part in by_severity([row.case for row in own], before)],
        "months": _months(period, cases),
        "headings": ["Ours", "Yours", "Severity", "Lodged", "Promised by", "Answered", "Late by", "Reminded"]
        + (["Client"] if named else []),
        "cases": [_case(row, period, named=named) for row in own[:MOST_CASES]],
        "more": max(len(own) - MOST_CASES, 0),
        "counted": list(COUNTED),
    }


def _tiles(found: dict[str, Any]) -> list[list[str]]:
    """Label, number and what stands below it."""
    running, besides = found["running"], ", ".join(found["besides"])
    return [
        ["Cases", str(found["cases"]), running],
        ["First answer in time", _share(found["answer"]), found["answer"]["said"]],
        ["Time to the first answer", found["answer_open"], f"in all {found['answer_wall']}"],
        ["Updates in time", _share(found["updates"]), found["updates"]["said"]],
        ["Solved in time", _share(found["solution"]), found["solution"]["said"]],
        ["Besides", besides or "nothing", ""],
    ]


def _share(of: dict[str, Any]) -> str:
    return of["share"] or NOTHING


def _part(part: dict[str, Any]) -> list[str]:
    return [
        part["service"], part["severity"], str(part["cases"]), _kept(part["answer"]), part["answer_open"],
        part["answer_wall"], _kept(part["updates"]), _kept(part["solution"]),
    ]  # fmt: skip


def _kept(of: dict[str, Any]) -> str:
    said = " ".join(filter(None, [of["said"], f"({of['open']})" if of["open"] else ""]))
    return f"{said}, promised {of['promised']}" if of["promised"] else said


def _months(period: Period, cases: Sequence[Case]) -> list[list[str]]:
    return [
        [f"{bar.month.first:%B %Y}", str(bar.cases), _kept(bar.said["answer"]), bar.said["time"]]
        for bar in month_chart(period.months(MONTHS), cases)
        if bar.cases
    ]


def _case(row: Evidence, period: Period, *, named: bool) -> list[str]:
    case = row.case
    told = [
        row.ticket, row.number or NOTHING, f"{case.service}, {case.severity}" if case.severity else case.service,
        _at(case.lodged_at, period), _at(row.promised_by, period), _at(row.answered_at, period, "not yet"),
        row.late_words or NOTHING,
        ", ".join(_at(at, period) for at in row.chased_at) or NOTHING,
    ]  # fmt: skip
    return [*told, row.client] if named else told


def _at(at: datetime | None, period: Period, otherwise: str = NOTHING) -> str:
    return whole_moment(at, zone=period.zone) if at else otherwise


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _set(data: str) -> bytes:
    return typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"words": data},
    )
