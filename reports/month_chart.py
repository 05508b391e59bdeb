"""Months as a picture: a bar for each, as high as it had cases, in three parts. Pure; the page draws it as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.periods import Period
from reports.scorecard import Case, score
from reports.scorecard_words import shown_kept, shown_times

HEIGHT, FOOT = 120, 18
GAP_PERCENT = 24  # of a bar's own place


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: how many cases, in pixels from the top."""

    kind: str
    count: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: percents along the picture, its parts from the bottom up, and what the table says of it."""

    month: Period
    x: float
    width: float
    middle: float
    parts: tuple[Part, ...]
    cases: int
    said: dict[str, Any]

    @property
    def title(self) -> str:
        counts = ", ".join(f"{part.count} {KINDS[part.kind]}" for part in self.parts if part.count)
        return f"{self.month.first:%B %Y}: {counts or 'no case'}"


KINDS = {"kept": "answered in time", "missed": "answered too late", "apart": "undecided or nothing promised"}


def month_chart(months: Sequence[Period], cases: Sequence[Case]) -> list[Bar]:
    """A bar for each month, by when cases were lodged; the highest fills the picture."""
    by_month = [[case for case in cases if case.lodged_at in month] for month in months]
    most = max(map(len, by_month), default=0)
    place = 100 / max(len(months), 1)
    lined_up = enumerate(zip(months, by_month, strict=True))
    return [_bar(month, of, index * place, place, most) for index, (month, of) in lined_up]


def _bar(month: Period, cases: Sequence[Case], x: float, place: float, most: int) -> Bar:
    found = score(cases)
    missed = found.answer.promised - found.answer.kept
    counts = {"kept": found.answer.kept, "missed": missed, "apart": found.cases - found.answer.promised}
    gap = place * GAP_PERCENT / 100
    said = shown_kept(found.answer, found) | shown_times(found.answer_open, found.answer_wall)
    return Bar(
        month, round(x + gap / 2, 3), round(place - gap, 3), round(x + place / 2, 3), _parts(counts, most),
        found.cases, said,
    )  # fmt: skip


def _parts(counts: dict[str, int], most: int) -> tuple[Part, ...]:
    parts, foot = [], float(HEIGHT)
    for kind, count in counts.items():
        height = HEIGHT * count / most if most else 0.0
        foot -= height
        parts.append(Part(kind, count, round(foot, 2), round(height, 2)))
    return tuple(parts)
