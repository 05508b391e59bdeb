"""Which version of an agreement holds on a day. Pure.

A version holds from `effective_from`, or from its publication where it names no such day, until a later one that has
begun replaces it. A version that has ended, after the last day `effective_until`, goes on to stand for the agreement,
but promises nothing; the one before it does not come back.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_WESTMOST = timedelta(hours=12)  # behind UTC


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """A published version with its days, as ISO dates, "" where it names none; `today` is local to the agreement."""

    id: int
    number: int
    begins: str
    ends: str
    today: str

    @property
    def has_begun(self) -> bool:
        return self.begins <= self.today

    @property
    def has_ended(self) -> bool:
        return bool(self.ends) and self.ends < self.today

    def lapse(self, name: str) -> str:
        """Why this version of the agreement `name` promises nothing today, in a sentence; "" when it holds."""
        if not self.has_begun:
            return f"{name} begins on {self.begins}."
        return f"{name} ended on {self.ends}." if self.has_ended else ""


def holding(versions: Collection[DatedVersion]) -> DatedVersion:
    """Of one agreement's versions, the latest that has begun; where none has, the first that will. At least one."""
    begun = [version for version in versions if version.has_begun]
    if begun:
        return max(begun, key=lambda version: version.number)
    return min(versions, key=lambda version: (version.begins, -version.number))


def replaced(versions: Collection[DatedVersion]) -> set[int]:
    """Of one agreement's versions, the ids of those that a later one has replaced."""
    last = holding(versions)
    return {version.id for version in versions if last.has_begun and version.number < last.number}


def stale(versions: Collection[DatedVersion]) -> set[int]:
    """Of one agreement's versions, the ids of those that no longer hold: replaced, or ended."""
    last = holding(versions)
    return replaced(versions) | ({last.id} if last.has_ended else set())


def main_calendar(document: Mapping[str, Any]) -> str:
    """The name of the calendar in whose zone an agreement's days are counted: its own, else its first priority's.

    Raises ValueError for a document that names no calendar at all.
    """
    own = document.get("calendars") or {}
    return str(document.get("calendar") or own[min(own)])


def local_day(now: datetime, zone: str) -> str:
    """The local date of a moment, as an ISO date."""
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def begun_everywhere(now: datetime) -> str:
    """The latest day, as an ISO date, that has begun in every zone of the earth."""
    return (now.astimezone(UTC) - _WESTMOST).date().isoformat()
