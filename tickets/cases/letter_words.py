"""The words of what a vendor is written by itself: reminders, and a case that goes to another contact. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from documents.guide.plain_words import duration, long_moment, zone_name


@dataclass(frozen=True, slots=True)
class Late:
    """A case whose vendor is late: our `key` and the vendor's own `number`, what it is about, and the promise.

    `since` is when the answer began to be awaited, `due_at` by when it was promised, both told in `zone`, the vendor's.
    """

    key: str
    number: str
    subject: str
    since: datetime
    due_at: datetime
    seconds: int
    zone: str


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said about a case; `ours` or the vendor's. Its text holds no secret."""

    ours: bool
    at: datetime
    text: str


def nudge(late: Late, *, by_mail: bool = True) -> tuple[str, str]:
    """Subject and text of a reminder, by mail or to a program."""
    about = f"your case {late.number}" if late.number else "the case below"
    lines = [
        f"we wait for your answer about {about}.",
        "",
        *_facts(late),
        "",
        f"Please answer{' this mail' if by_mail else ''} and tell us how it stands and when we can expect a solution.",
    ]
    return f"Reminder: {late.subject}", "\n".join(["Hello,", "", *lines])


def passed_on(late: Late, *, instead_of: str, body: str, said: Sequence[Said]) -> tuple[str, str]:
    """Subject and text of a case that goes to the next contact, since the one before it has not answered."""
    opening = [
        "Hello,",
        "",
        f"we lodged the case below with {instead_of} and have no answer. Please take it up.",
        "",
        *_facts(late),
        "",
    ]
    return f"Not answered so far: {late.subject}", "\n".join([*opening, body, *_conversation(said, late.zone)])


def lodged_anew(
    key: str, subject: str, *, instead_of: str, number: str, body: str, said: Sequence[Said], zone: str
) -> tuple[str, str]:  # fmt: skip
    """Subject and text of a case that goes to another contact, since `instead_of`, "" for nobody, was not reached.

    `said` is the conversation so far, whose moments are told in `zone`.
    """
    failed = f"our mail about this case to {instead_of} came back, so we turn to you."
    opening = [
        "Hello,",
        "",
        f"{failed if instead_of else 'we turn to you about the case below.'} Our reference is {key}.",
        *([f"Your number: {number}"] if number else []),
        *([f"All times are {zone_name(zone)}."] if said else []),
    ]
    return subject, "\n".join([*opening, "", body, *_conversation(said, zone)])


def _facts(late: Late) -> list[str]:
    zone = ZoneInfo(late.zone)
    return [
        f"About: {late.subject}",
        f"Our reference: {late.key}",
        *([f"Your number: {late.number}"] if late.number else []),
        f"With you since: {long_moment(late.since, zone=zone)}",
        f"Promised: an answer within {duration(late.seconds)}, so by {long_moment(late.due_at, zone=zone)}",
        f"All times are {zone_name(late.zone)}.",
    ]


def _conversation(said: Sequence[Said], zone: str) -> list[str]:
    if not said:
        return []
    told = [f"{long_moment(one.at, zone=ZoneInfo(zone))}, {'we' if one.ours else 'you'}: {one.text}" for one in said]
    return ["", "What was said so far:", *(line for text in told for line in ("", text))]
