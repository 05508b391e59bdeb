"""The rows that a bench reports."""

from typing import TypedDict


class Row(TypedDict):
    """One measurement.

    `ours` is what it took, in `unit`; `goal` the most that it may be. Where something was measured beside a floor in
    the same run, `limit` is what the floor took in the same unit, `ratio` how often ours has that, `goal` a ratio.
    """

    what: str
    ours: float
    limit: float | None
    ratio: float | None
    goal: float
    met: bool
    unit: str


def row(what: str, ours: float, *, goal: float, unit: str) -> Row:
    """A measurement that has a goal of its own and no floor beside it; three digits are kept, and none invented."""
    shown = float(f"{ours:.3g}")
    return {
        "what": what, "ours": shown, "limit": None, "ratio": None, "goal": goal, "met": ours <= goal, "unit": unit,
    }  # fmt: skip


def line(found: Row) -> str:
    """The row as people read it."""
    beside = f" against {found['limit']} {found['unit']}: {found['ratio']} ×" if found["ratio"] else f" {found['unit']}"
    verdict = "met" if found["met"] else "MISSED"
    return f"{found['what']}: {found['ours']}{beside} (goal {found['goal']}, {verdict})"
