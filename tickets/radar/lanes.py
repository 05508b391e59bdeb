"""The lanes of the escalation radar, and what stands on it: a score, and the key of a Jira issue. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime

HIGHEST = 10
LONGEST_KEY = 40
JIRA_KEY = re.compile(r"[A-Z][A-Z0-9_]{1,19}-[1-9][0-9]{0,9}")
_IN_ADDRESS = re.compile(r"/browse/([^/?#]+)")


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: its word in addresses, its title, its lowest and highest score, and the one that a move suggests."""

    slug: str
    title: str
    lowest: int | None
    highest: int | None
    suggested: int | None

    def holds(self, score: int | None) -> bool:
        """Whether a ticket with this score stands in the lane."""
        if score is None or self.lowest is None or self.highest is None:
            return score is None and self.lowest is None
        return self.lowest <= score <= self.highest

    @property
    def scores(self) -> str:
        """Its scores in words."""
        return "No score" if self.lowest is None else f"Score {self.lowest} to {self.highest}"


# Scores and words as the quick-start guide has them.
INVESTIGATE = Lane("none", "Needs investigation", None, None, None)
PRIORITISE = Lane("1-6", "Active bug being prioritised", 1, 6, 3)
REVIEW = Lane("7-10", "Under review by Product/Dev", 7, HIGHEST, 8)
LANES = (INVESTIGATE, PRIORITISE, REVIEW)


def lane_of(score: int | None) -> Lane:
    """The lane in which a ticket with this score stands. Raises ValueError for a score that is none."""
    found = next((lane for lane in LANES if lane.holds(score)), None)
    if found is None:
        raise ValueError(f"A score is a whole number from 1 to {HIGHEST}, or none.")
    return found


def jira_key(written: str) -> str:
    """The key that somebody wrote or copied with its address, "" for none. Raises ValueError for what is no key."""
    text = written.strip()
    if found := _IN_ADDRESS.search(text):
        text = found[1]
    key = text.upper()
    if key and (len(key) > LONGEST_KEY or not key.isascii() or not JIRA_KEY.fullmatch(key)):
        raise ValueError("Write the key of the Jira issue like ABC-123, or leave it empty.")
    return key


def jira_address(base: str, key: str) -> str:
    """Where the issue is read, "" where nobody said at which Jira, or said an address without https."""
    return f"{base.rstrip('/')}/browse/{key}" if key and base.startswith("https://") else ""


def stands(score: int | None, key: str) -> str:
    """A place on the radar in words: "7 (Under review by Product/Dev), ABC-123"."""
    number = "no score" if score is None else str(score)
    return f"{number} ({lane_of(score).title}){f', {key}' if key else ''}"


def version(changed_at: datetime | None, score: int | None, key: str) -> str:
    """What a place on the radar is compared by: each change of it makes another; "" for a ticket that is not on it."""
    return f"{changed_at.isoformat()} {stands(score, key)}" if changed_at else ""
