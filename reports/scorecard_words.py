"""A scorecard in words: what pages and files show of its numbers. Pure."""

from collections.abc import Sequence
from typing import Any

from reports.scorecard import BETTER, SAME, WORSE, Case, Kept, Score, Times, direction, grouped, score, speed
from sla.durations import short_words

NOTHING = "-"
NOT_PROMISED = "nothing promised"
ARROWS = {BETTER: "arrow-up", WORSE: "arrow-down", SAME: "arrow-right"}
NO_SEVERITY = "none"
Shown = dict[str, Any]
COUNTED = (
    "Counted are the cases that were lodged in the period, with what became of them up to now. A promise whose terms "
    "changed is one promise; what is not decided yet stands apart and is in no share.",
    "Vendor's hours are those of the calendar on which the vendor promises, and only while the case is with the "
    "vendor; without a promise there are none. In all is every hour since it was lodged, day and night.",
    "Half within and 90 % within are the median and the 90th percentile by nearest rank: so many of the cases took "
    "that long or less. Of fewer than five cases each time is told instead.",
)


def shown_score(found: Score, before: Score | None = None) -> Shown:
    """The numbers of one row, with how they moved where there is a period before."""
    return {
        "cases": found.cases,
        "running": f"{found.running} not closed" if found.running else "",
        "answer": shown_kept(found.answer, found),
        "updates": shown_kept(found.updates, found),
        "solution": shown_kept(found.solution, found),
        "answer_open": time_words(found.answer_open),
        "answer_wall": time_words(found.answer_wall),
        "solution_open": time_words(found.solution_open),
        "solution_wall": time_words(found.solution_wall),
        "besides": besides(found),
        "trend": trend(found, before) if before else None,
    }


def shown_kept(of: Kept, whole: Score) -> Shown:
    """A share in words: "7 of 9", "77.8 %"; what is open; what was promised. Nothing promised is said as such."""
    nothing = NOT_PROMISED if whole.cases and not of.targets else NOTHING
    return {
        "said": f"{of.kept} of {of.promised}" if of.promised else "" if of.open else nothing,
        "share": f"{of.percent:.1f}\u00a0%" if of.percent is not None else "",
        "percent": of.percent,
        "open": f"{of.open} open" if of.open else "",
        "promised": " or ".join(map(rough_words, of.targets)),
    }


def time_words(of: Times) -> str:
    """Median and 90th percentile; of fewer than five values these, the shortest first."""
    if of.median is None or of.p90 is None:
        return ", ".join(map(rough_words, of.few)) or NOTHING
    return f"half within {rough_words(of.median)}, 90\u00a0% within {rough_words(of.p90)}"


def rough_words(seconds: float) -> str:
    """A length of time to the minute, or below one to the second, that is not broken at a line's end."""
    return short_words(seconds if seconds < 60 else seconds // 60 * 60).replace(" ", "\u00a0")


def besides(found: Score) -> list[str]:
    """What else is told of the cases, and only what there was."""
    counts = (
        (found.incomplete, "sent incomplete", "sent incomplete"),
        (found.chases, "chase", "chases"),
        (found.auto_first, "answered first by a machine", "answered first by a machine"),
        (found.bounces, "bounced mail", "bounced mails"),
    )
    return [f"{number} {one if number == 1 else many}" for number, one, many in counts if number]


def trend(found: Score, before: Score) -> Shown:
    """How it moved against the period before, in words and with an arrow, "" where nothing can be compared."""
    share = direction(found.answer, before.answer)
    median = speed(found.answer_open, before.answer_open)
    said = []
    if share:
        said.append(f"{_than(share)}, {_percent(before.answer)} before")
    if median and before.answer_open.median is not None:
        said.append(f"{_sooner(median)}, {rough_words(before.answer_open.median)} before")
    return {"said": said, "arrow": ARROWS.get(share or median, ""), "cases": before.cases}


def _than(share: str) -> str:
    return {BETTER: "Better in time", WORSE: "Less in time", SAME: "As much in time"}[share]


def _sooner(median: str) -> str:
    return {BETTER: "answers sooner", WORSE: "answers later", SAME: "answers as soon"}[median]


def _percent(of: Kept) -> str:
    return f"{of.percent:.0f}\u00a0%"


def by_severity(cases: Sequence[Case], before: Sequence[Case]) -> list[Shown]:
    """A row for each service and severity that there was a case of, in the order of their names."""
    earlier = {key: score(of) for key, of in grouped(before, _part).items()}
    return [
        {"service": key[0], "severity": key[1] or NO_SEVERITY, **shown_score(score(of), earlier.get(key))}
        for key, of in sorted(grouped(cases, _part).items())
    ]


def _part(case: Case) -> tuple[str, str]:
    return case.service, case.severity
