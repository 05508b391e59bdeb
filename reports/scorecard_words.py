"""A scorecard in words: what pages and files show of its numbers. Pure."""

from collections.abc import Callable, Sequence
from typing import Any

from reports.scorecard import BETTER, SAME, WORSE, Case, Kept, Score, Times, direction, grouped, score, speed
from sla.durations import short_words, words

NOTHING = "-"
NOT_PROMISED = "nothing promised"
ARROWS = {BETTER: "arrow-up", WORSE: "arrow-down", SAME: "arrow-right"}
NO_SEVERITY = "none"
NO_TIME = Times()
OWN_CLIENTS = "of the clients that you look after"
Shown = dict[str, Any]
COUNTED = (
    "Counted are the cases that were lodged in the period, with what became of them up to now. A promise whose terms "
    "changed is one promise; what is not decided yet stands apart and is in no share.",
    "A promise is not needed any more when the case was closed before it was decided: it is neither kept nor missed. "
    "What was solved without a word of the vendor is not counted as solved by it.",
    "Times are those of the calendar on which the vendor promises, and only while the case is with the vendor. Day and "
    "night is every hour since the case was lodged; it is told where it differs, or where nothing is promised.",
    "Half within and 90 % within are the median and the 90th percentile by nearest rank: so many of the cases took "
    "that long or less. Of fewer than five cases the shortest and the longest time are told instead.",
)


def shown_score(found: Score, before: Score | None = None) -> Shown:
    """The numbers of one row, with how they moved where there is a period before."""
    return {
        "cases": found.cases,
        "running": f"{found.running} not closed" if found.running else "",
        "answer": shown_kept(found.answer, found) | shown_times(found.answer_open, found.answer_wall),
        "updates": shown_kept(found.updates, found) | shown_times(found.update_open),
        "solution": shown_kept(found.solution, found) | shown_times(found.solution_open, found.solution_wall),
        "remarks": remarks(found),
        "trend": trend(found, before) if before else None,
    }


def shown_kept(of: Kept, whole: Score) -> Shown:
    """A share in words: "7 of 9", "77.8 %"; what is apart from it; what was promised. Nothing promised is said so."""
    nothing = NOT_PROMISED if whole.cases and not of.targets else NOTHING
    not_needed = f"{of.over} not needed any more" if of.over else ""
    apart = ", ".join(filter(None, [f"{of.open} open" if of.open else "", not_needed]))
    said = f"{of.kept} of {of.promised}" if of.promised else "" if apart else nothing
    return {
        "said": said,
        "share": f"{of.percent:.1f}\u00a0%" if of.percent is not None else "",
        "percent": of.percent,
        "apart": apart,
        "counts": ", ".join(filter(None, [said, apart])),
        "promised": " or ".join(whole_words(words(target)) for target in of.targets),
    }


def shown_times(counted: Times, wall: Times = NO_TIME) -> Shown:
    """How long it took on the vendor's calendar, and where that differs in all; "" for what there is nothing of."""
    said, all_hours = time_words(counted, open_words), time_words(wall, wall_words)
    same = all_hours == time_words(counted, wall_words)
    return {"time": said, "day_and_night": "" if same else all_hours}


def time_words(of: Times, in_words: Callable[[float], str]) -> str:
    """Median and 90th percentile; of fewer than five values the shortest and the longest; "" of none."""
    if of.median is not None and of.p90 is not None:
        return f"half within {in_words(of.median)}, 90\u00a0% within {in_words(of.p90)}"
    return " to ".join(dict.fromkeys(in_words(value) for value in (*of.few[:1], *of.few[-1:])))


def open_words(seconds: float) -> str:
    """A length of open time, to the minute: in hours however many, since a day of a calendar is no day of the clock."""
    if seconds < 3600:
        return wall_words(seconds)
    minutes = int(seconds % 3600 // 60)
    return whole_words(f"{int(seconds // 3600)} h {f'{minutes} min' if minutes else ''}".strip())


def wall_words(seconds: float) -> str:
    """A length of time to the minute, or below one to the second."""
    return whole_words(short_words(seconds if seconds < 60 else seconds // 60 * 60))


def whole_words(text: str) -> str:
    """Words that are not broken at a line's end."""
    return text.replace(" ", "\u00a0")


def remarks(found: Score) -> list[str]:
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
        said.append(f"{_than(share)} {_percent(before.answer)} in time")
    if median and before.answer_open.median is not None:
        said.append(f"{_faster(median)} (half within {open_words(before.answer_open.median)})")
    return {"said": said, "arrow": ARROWS.get(share or median, ""), "cases": before.cases}


def _than(share: str) -> str:
    return {BETTER: "Up from", WORSE: "Down from", SAME: "Still"}[share]


def _faster(median: str) -> str:
    return {BETTER: "faster than before", WORSE: "slower than before", SAME: "as fast as before"}[median]


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
