"""One ticket as its client reads it: how far it is, in whose hands since when, and what comes next. No queries here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.safestring import SafeString

from accounts.language import ENGLISH, Say
from documents.guide.plain_words import URGENCY, sentence
from documents.guide.provision import UNTITLED
from portal.sentences import Times, next_update, sentences, tier_title, vendors_beside
from portal.shares import Part, parts
from tickets.sentences import for_client
from tickets.status import CLIENT, CLOSED, MERGED, NEW, RESOLVED, TIER, VENDOR, WAITING_ON_CLIENT

Row = Mapping[str, Any]
ENDED = (RESOLVED, CLOSED, MERGED)
DONE, CURRENT, AHEAD, NOT_NEEDED = "done", "current", "ahead", "not-needed"


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the four steps of the tracker."""

    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that happened; `reply` marks what somebody wrote to the client, `files` are what came with it."""

    at: datetime
    text: str
    reply: bool
    files: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Tracked:
    """The public story of a ticket."""

    key: str
    title: str
    urgency: str
    opened_at: datetime
    ended: bool
    asks_you: bool
    marks: tuple[Mark, ...]
    sentences: tuple[SafeString, ...]
    vendors: tuple[Sequence[SafeString], ...]
    next_update: SafeString
    hands: str
    since: datetime
    parts: tuple[Part, ...]
    told: tuple[Told, ...]

    @property
    def latest(self) -> Sequence[Told]:
        """The last three things that happened, the latest first."""
        return self.told[:-4:-1]


def tracked(row: Row, *, now: datetime, zone: tzinfo, say: Say = ENGLISH) -> Tracked:
    """A row of `reading.rows` in words."""
    times = Times(now, zone, say)
    return Tracked(
        key=f"ESC-{row['pk']}",
        title=row["title"],
        urgency=sentence(say(URGENCY[row["priority"]])),
        opened_at=row["opened_at"],
        ended=row["status"] in ENDED,
        asks_you=row["status"] == WAITING_ON_CLIENT,
        marks=tuple(marks(row, say)),
        sentences=tuple(sentences(row, times)),
        vendors=() if row["status"] in ENDED else tuple(vendors_beside(row, times)),
        next_update=next_update(row, times),
        hands=hands(row, say),
        since=row["since"],
        parts=tuple(parts([row["ledger"]], until=now, say=say)),
        told=tuple(_told(event, say) for event in row["events"]),
    )


def _told(event: Row, say: Say) -> Told:
    return Told(event["at"], told_words(event, say), event["kind"] == "PUBLIC_REPLY", event.get("files", ()))


def told_words(event: Row, say: Say) -> str:
    """What was told, said again in the reader's language where a why-record is there; else as it was told then."""
    record = event.get("why") or {}
    return (for_client(record, say) if "rule" in record else "") or event["client_text"]


def hands(row: Row, say: Say = ENGLISH) -> str:
    """Whose hands it is in, as the client knows them: "our helpdesk", "Microsoft", "you"; "" once it has ended."""
    if row["holder_kind"] == VENDOR:
        return row["vendor"] or say("the vendor")
    return {TIER: tier_title(row, say) or say(UNTITLED), CLIENT: say("you")}.get(row["holder_kind"], "")


def marks(row: Row, say: Say = ENGLISH) -> list[Mark]:
    """Received → Being worked on → With a vendor or specialist → Resolved, each done, current, ahead or not needed.

    None for one that goes on as another: how far that one is, its own page says.
    """
    if row["status"] == MERGED:
        return []
    reached = _reached(row)
    words = (say("Received"), say("Being worked on"), _third(row, say), say("Resolved"))
    return [Mark(text, _state(index, reached, row)) for index, text in enumerate(words)]


def _reached(row: Row) -> int:
    if row["status"] in ENDED:
        return 3
    if row["holder_kind"] == VENDOR or row["step"] > 0:
        return 2
    return 0 if row["status"] == NEW and not row["acknowledged_at"] else 1


def _third(row: Row, say: Say) -> str:
    if row["holder_kind"] == VENDOR:
        return say("With {vendor}", vendor=row["vendor"])
    if row["step"] > 0 and row["status"] not in ENDED:
        return say("With {who}", who=tier_title(row, say) or say(UNTITLED))
    return say("With a vendor or specialist")


def _state(index: int, reached: int, row: Row) -> str:
    if index > reached:
        return AHEAD
    if index == 2 and reached == 3 and row["step"] == 0 and not row["went_to_vendor"]:
        return NOT_NEEDED
    return CURRENT if index == reached and row["status"] not in ENDED else DONE
