"""The words of a digest: what a person was told, ticket by ticket, and how each of these stands now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice

from documents.guide.plain_words import whole_moment
from tickets.clock_names import clock_name
from tickets.digest_times import DAILY, HOURLY
from tickets.status import TIER, words

MOST_SUBJECTS, MOST_LINES, LONGEST = 40, 8, 300
WHEN = {HOURLY: "You get such a mail at most once an hour.", DAILY: "You get such a mail at most once a day."}
AFTER_QUIET = "This waited for your quiet hours to end."


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that the person was told."""

    at: datetime
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class State:
    """How a ticket stands now; `due_at` with its metric is the deadline that matters, None where none runs."""

    key: str
    title: str
    client: str
    priority: str
    status: str
    holder: str
    tier: str
    assignee: str
    due_at: datetime | None
    metric: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is told together: a ticket with all about it, or what belongs to none. Never empty."""

    state: State | None
    told: Sequence[Told]
    url: str


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom it goes, and when: the zone of its clock, what it chose, where all of it and that choice are found."""

    now: datetime
    zone: tzinfo
    mail: str
    list_url: str
    choice_url: str


def headline(subjects: Sequence[Subject]) -> str:
    """What the mail is called: the one thing that it tells, or how many."""
    told = [one for subject in subjects for one in subject.told]
    tickets = [subject.state for subject in subjects if subject.state]
    if len(told) == 1:
        return f"[{tickets[0].key}] {told[0].title}" if tickets else told[0].title
    if len(subjects) == 1 and tickets:
        return f"[{tickets[0].key}] {len(told)} notifications: {tickets[0].title}"
    about = f" about {len(tickets)} ticket{'' if len(tickets) == 1 else 's'}" if tickets else ""
    return f"{len(told)} notifications{about}"


def text(subjects: Sequence[Subject], reader: Reader) -> str:
    """The mail: each ticket as it stands now with what was told of it, then why it comes now and how to change that."""
    blocks = ["\n".join(_block(subject, reader)) for subject in subjects[:MOST_SUBJECTS]]
    if len(subjects) > MOST_SUBJECTS:
        blocks.append(f"And {len(subjects) - MOST_SUBJECTS} more tickets; see the list.")
    why = f"{WHEN.get(reader.mail, AFTER_QUIET)} Change that: {reader.choice_url}"
    return "\n\n".join([*blocks, f"All of them: {reader.list_url}\n{why}"])


def first_paragraph(written: str) -> str:
    """What a notification says, without deadlines and links that stand below it."""
    said = " ".join(written.strip().partition("\n\n")[0].split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1].rstrip()}…"


def _block(subject: Subject, reader: Reader) -> list[str]:
    lines = [*_heading(subject.state, reader), subject.url] if subject.state else [subject.url]
    lines += [
        f"- {_clock(one.at, reader.zone)} {_said(one, subject.state)}" for one in islice(subject.told, MOST_LINES)
    ]
    left = len(subject.told) - MOST_LINES
    return [*lines, f"- and {left} more"] if left > 0 else lines


def _heading(state: State, reader: Reader) -> list[str]:
    holder = f" at {state.tier}" if state.holder == TIER else ""
    now = f"Now: {state.priority}, {words(state.status)}{holder}{f', {state.assignee}' if state.assignee else ''}."
    return [f"{state.key} {state.client}: {state.title}", now + _due(state, reader)]


def _due(state: State, reader: Reader) -> str:
    if state.due_at is None:
        return ""
    by = "was due" if state.due_at <= reader.now else "by"
    return f" {clock_name(state.metric)} {by} {whole_moment(state.due_at, zone=reader.zone)}."


def _said(one: Told, state: State | None) -> str:
    return first_paragraph(one.text) if state else f"{one.title}: {first_paragraph(one.text)}"


def _clock(at: datetime, zone: tzinfo) -> str:
    local = at.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"
