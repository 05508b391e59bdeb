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
from reports.evidence import Due, Evidence
from reports.month_chart import month_chart
from reports.periods import Period
from reports.scorecard import Case, score
from reports.scorecard_words import COUNTED, NOTHING, by_severity, shown_score

TEMPLATE = Path(settings.BASE_DIR, "templates", "reports", "scorecard.typ")
# One file at a time, few in the queue; none is kept for long, since cases go on.
_press = Press(most_waiting=4, most_kept=8, most_seconds=10)
MONTHS, MOST_CASES = 12, 500


def pdf_of(
    vendor: str, period: Period, rows: Sequence[Evidence], *, now: datetime, named: bool, whose: str = ""
) -> bytes:  # fmt: skip
    """The file: A4, tagged, its fonts inside. `rows` reach as far back as the months; `named`: with clients' names.

    `whose` says which clients' cases they are where those are not all. Raises Busy when it takes longer than it may or
    some wait already.
    """
    data = json.dumps(words_of(vendor, period, rows, now=now, named=named, whose=whose))
    return _press.file(data, lambda: _set(data))


def words_of(
    vendor: str, period: Period, rows: Sequence[Evidence], *, now: datetime, named: bool, whose: str = ""
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
        "whose": whose,
        "tiles": _tiles(found),
        "trend": found["trend"]["said"],
        "parts": [_part(part) for part in by_severity([row.case for row in own], before)],
        "months": _months(period, cases),
        "headings": ["Ours", "Yours", "Service", "Lodged", "Promised by", "Answered", "Late by", "Chased"]
        + (["Client"] if named else []),
        "cases": [_case(row, period, named=named) for row in own[:MOST_CASES]],
        "more": max(len(own) - MOST_CASES, 0),
        "counted": list(COUNTED),
    }


def _tiles(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Label, number and the lines below it."""
    cases = {"label": "Cases", "number": str(found["cases"]), "lines": _said([found["running"], *found["remarks"]])}
    return [
        cases,
        _tile("First answer in time", found["answer"]),
        _tile("Updates in time", found["updates"]),
        _tile("Solved in time", found["solution"]),
    ]


def _tile(label: str, of: dict[str, Any]) -> dict[str, Any]:
    return {"label": label, "number": of["share"] or NOTHING, "lines": _lines(of)}


def _lines(of: dict[str, Any]) -> list[str]:
    """How many were kept, what was promised, and how long it took."""
    promised = f"promised: {of['promised']}" if of["promised"] else ""
    took = f"took: {of['time']}" if of["time"] else ""
    return _said([of["counts"], promised, took, _wall(of)])


def _wall(of: dict[str, Any]) -> str:
    return f"day and night: {of['day_and_night']}" if of["day_and_night"] else ""


def _said(words: Sequence[str]) -> list[str]:
    return [word for word in words if word]


def _part(part: dict[str, Any]) -> list[list[str]]:
    """The cells of a row, each with its lines."""
    cases = _said([str(part["cases"]), part["running"]])
    promises = (_lines(part[name]) for name in ("answer", "updates", "solution"))
    return [[part["service"]], [part["severity"]], cases, *promises]


def _months(period: Period, cases: Sequence[Case]) -> list[list[str]]:
    return [
        [
            f"{bar.month.first:%B %Y}",
            str(bar.cases),
            bar.said["counts"],
            bar.said["promised"] or NOTHING,
            "; ".join(_said([bar.said["time"], _wall(bar.said)])) or NOTHING,
        ]
        for bar in month_chart(period.months(MONTHS), cases)
        if bar.cases
    ]


def _case(row: Evidence, period: Period, *, named: bool) -> list[list[str]]:
    """The cells of a row, each with its lines."""
    case = row.case
    told = [
        row.ticket, row.number or NOTHING, f"{case.service}, {case.severity}" if case.severity else case.service,
        _at(case.lodged_at, period), _promised(row.due, period), _answered(row, period),
        row.due.late_words or NOTHING,
    ]  # fmt: skip
    chased = [f"{_at(chase.at, period)} {chase.done}" for chase in row.chased] or [NOTHING]
    return [*([words] for words in told), chased, *([[row.client]] if named else [])]


def _promised(due: Due, period: Period) -> str:
    if due.by:
        return _at(due.by, period)
    return f"paused, {due.left_words} left" if due.left_words else "nothing promised"


def _answered(row: Evidence, period: Period) -> str:
    return _at(row.answered_at, period, f"never, closed {_at(row.closed_at, period)}" if row.closed_at else "not yet")


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
