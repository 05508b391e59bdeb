"""Where a request stands, in sentences that its client reads: whose hands, since when, what comes next. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from documents.guide.plain_words import clock_time
from documents.guide.provision import UNTITLED
from sla.durations import words as duration_words
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE, VENDOR_RESPOND
from tickets.status import (
    CLOSED,
    IN_PROGRESS,
    MERGED,
    NEW,
    ON_HOLD,
    RESOLVED,
    WAITING_ON_CLIENT,
    WAITING_ON_VENDOR,
)

Row = Mapping[str, Any]
Said = list[SafeString]
SORRY = "We are sorry; it has been passed on to those in charge."


@dataclass(frozen=True, slots=True)
class Times:
    """How moments are said: in the client's zone, as seen from now."""

    now: datetime
    zone: tzinfo

    def said(self, at: datetime) -> SafeString:
        """ "09:12", "Mon 09:12", "3 May 09:12"; the whole moment stands in the title."""
        local = at.astimezone(self.zone)
        whole = f"{local:%a} {local.day} {local:%b %Y %H:%M} {local.tzname()}"
        words = clock_time(at, now=self.now, zone=self.zone)
        return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), whole, words)

    def when(self, at: datetime) -> SafeString:
        """ "at 09:12", "on Mon 09:12"."""
        today = at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()
        return format_html("{} {}", "at" if today else "on", self.said(at))


def sentences(row: Row, times: Times) -> Said:
    """Two sentences at most: how it stands, and what comes next."""
    return _SENTENCES[row["status"]](row, times)


def next_update(row: Row, times: Times) -> SafeString:
    """When the client hears from us again: the first reply while none was given, then the next update.

    "" once it has ended. Where nothing was promised it says so, and while the client must speak, that it is awaited.
    """
    if row["status"] in (RESOLVED, CLOSED, MERGED):
        return mark_safe("")
    if row["status"] == WAITING_ON_CLIENT:
        return mark_safe("After your answer; until then it is your turn.")
    for metric, promised, late in _NEWS:
        due = _due(row, metric)
        if due:
            return format_html(late if due <= times.now else promised, times.said(due))
    return mark_safe("We have not promised a time. What happens is shown here at once.")


_NEWS = (
    (
        RESPOND,
        "By {}, with our first reply.",
        "Our first reply was due by {}. We are sorry that you still wait for it.",
    ),
    (UPDATE, "By {}.", "The update that we owe you was due by {}. We are sorry."),
)


def _new(row: Row, times: Times) -> Said:
    since = format_html("Your request is with {} since {}.", _who(row), times.said(row["since"]))
    due = _due(row, ACKNOWLEDGE)
    if due is None:
        return [since, *_solved_by(row, times)]
    if due <= times.now:
        return [since, format_html("It should have been taken up by {}. {}", times.said(due), SORRY)]
    return [since, format_html("Somebody takes it up by {}.", times.said(due))]


def _in_progress(row: Row, times: Times) -> Said:
    begun = max(row["since"], row["acknowledged_at"] or row["since"])
    since = format_html("It is being worked on by {} since {}.", _who(row), times.said(begun))
    return [since, *_solved_by(row, times)]


def _waiting_on_vendor(row: Row, times: Times) -> Said:
    since = format_html("We are waiting for {} since {}.", row["vendor"] or "the vendor", times.said(row["since"]))
    due = _due(row, VENDOR_RESPOND)
    if due is None:
        return [since, *_solved_by(row, times)]
    if due <= times.now:
        return [since, format_html("Their first answer was due by {}. We are pressing them for it.", times.said(due))]
    promised = duration_words(row["clocks"][VENDOR_RESPOND]["target_seconds"])
    return [since, format_html("They promise a first answer within {}, so by {}.", promised, times.said(due))]


def _waiting_on_client(row: Row, times: Times) -> Said:
    since = format_html("We are waiting for your answer since {}.", times.said(row["since"]))
    if row["wake_at"] is None:
        return [since]
    return [since, format_html("Without it we go on with what we know {}.", times.when(row["wake_at"]))]


def _on_hold(row: Row, times: Times) -> Said:
    if row["wake_at"] is None:
        return [format_html("Work on it pauses since {}.", times.said(row["since"]))]
    return [format_html("Work on it pauses and goes on by itself {}.", times.when(row["wake_at"]))]


def _resolved(row: Row, times: Times) -> Said:
    done = format_html("Resolved {}.", times.when(row["resolved_at"]))
    if row["wake_at"] is None:
        return [done]
    return [done, format_html("If it is not, tell us by {} and we take it up again.", times.said(row["wake_at"]))]


def _closed(row: Row, times: Times) -> Said:
    return [format_html("Resolved {}, and closed since.", times.when(row["resolved_at"]))]


def _merged(_row: Row, _times: Times) -> Said:
    return [mark_safe("Joined with another of your requests, where it goes on.")]


def _solved_by(row: Row, times: Times) -> Said:
    due = _due(row, RESOLVE)
    if due is None:
        return []
    if due <= times.now:
        return [format_html("It should have been solved by {}. {}", times.said(due), SORRY)]
    return [format_html("We promised to solve it by {}.", times.said(due))]


def _who(row: Row) -> str:
    return row["title_of_tier"] or UNTITLED


def _due(row: Row, metric: str) -> datetime | None:
    clock = row["clocks"].get(metric)
    return clock["due_at"] if clock else None


_SENTENCES: Mapping[str, Callable[[Row, Times], Said]] = {
    NEW: _new,
    IN_PROGRESS: _in_progress,
    WAITING_ON_VENDOR: _waiting_on_vendor,
    WAITING_ON_CLIENT: _waiting_on_client,
    ON_HOLD: _on_hold,
    RESOLVED: _resolved,
    CLOSED: _closed,
    MERGED: _merged,
}
