"""Where a request stands, in sentences that its client reads: whose hands, since when, what comes next. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.language import ENGLISH, Say, message
from documents.guide.plain_words import clock_time, duration, whole_moment
from documents.guide.provision import UNTITLED
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE, VENDOR_RESPOND, VENDOR_UPDATE
from tickets.status import (
    CLOSED,
    IN_PROGRESS,
    MERGED,
    NEW,
    ON_HOLD,
    RESOLVED,
    VENDOR,
    WAITING_ON_CLIENT,
    WAITING_ON_VENDOR,
)
from tickets.wait_sentences import DUE, LATE, NOT_PROMISED, REMINDED, promised

Row = Mapping[str, Any]
Said = list[SafeString]
ANSWERED, INCOMPLETE = "ANSWERED", "INCOMPLETE"  # of a case: the vendor has; it was not asked yet, for want of answers
SORRY = message("We are sorry; it has been passed on to those in charge.")


@dataclass(frozen=True, slots=True)
class Times:
    """How moments are said: in the client's zone, as seen from now, in the reader's language."""

    now: datetime
    zone: tzinfo
    say: Say = ENGLISH

    def said(self, at: datetime) -> SafeString:
        """ "09:12", "Mon 09:12", "3 May 09:12"; the whole moment stands in the title."""
        whole = whole_moment(at, zone=self.zone, say=self.say)
        words = clock_time(at, now=self.now, zone=self.zone, say=self.say)
        return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), whole, words)

    def when(self, at: datetime) -> SafeString:
        """ "at 09:12", "on Mon 09:12"."""
        today = at.astimezone(self.zone).date() == self.now.astimezone(self.zone).date()
        return self.tell(message("at {time}") if today else message("on {time}"), time=self.said(at))

    def tell(self, text: str, **words: object) -> SafeString:
        """A message with these words in it, as HTML."""
        return format_html(self.say.template(text), **words) if words else format_html("{}", self.say(text))


def sentences(row: Row, times: Times) -> Said:
    """Two sentences at most: how it stands, and what comes next."""
    return _SENTENCES[row["status"]](row, times)


def next_update(row: Row, times: Times) -> SafeString:
    """When the client hears from us again: the first reply while none was given, then the next update.

    "" once it has ended. Where nothing was promised it says so, and while the client must speak, that it is awaited.
    What comes before a vendor need have answered can only tell how it stands, and is not called an answer.
    """
    if row["status"] in (RESOLVED, CLOSED, MERGED):
        return SafeString("")
    if row["status"] == WAITING_ON_CLIENT:
        return times.tell(message("After your answer; until then it is your turn."))
    none = message("We have not promised a time. What happens is shown here at once.")
    return _news(row, times) or _once_answered(row, times) or times.tell(none)


def _news(row: Row, times: Times) -> SafeString:
    """What we promised to write, by when; "" where we promised nothing."""
    for metric, ahead, late in _NEWS:
        due = _due(row, metric)
        again = due if due is None or due > times.now else _written_to_again(row, times.now)
        if again:
            words = ahead if again == due else message("By {time}.")
            return _how_it_stands(row, again, times) or times.tell(words, time=times.said(again))
        if due:
            return times.tell(late, time=times.said(due))
    return SafeString("")


def _how_it_stands(row: Row, again: datetime, times: Times) -> SafeString:
    """What we write at `again`, before the vendor need have answered; "" for what comes after that."""
    answer = _answer_ahead(row, times.now)
    if answer is None or answer <= again:
        return SafeString("")
    words = message("By {time} we write to you how it stands; {vendor} promised to answer by {answer}.")
    return times.tell(words, time=times.said(again), vendor=row["vendor"], answer=times.said(answer))


def _once_answered(row: Row, times: Times) -> SafeString:
    answer = _answer_ahead(row, times.now)
    if answer is None:
        return SafeString("")
    words = message("Once {vendor} has answered, which they promised by {time}.")
    return times.tell(words, vendor=row["vendor"], time=times.said(answer))


def _answer_ahead(row: Row, now: datetime) -> datetime | None:
    """By when the vendor that has the ticket promised to answer, where that has not passed."""
    clock = next((vendor_due(case) for case in row["cases"] if _holds(case, row)), None)
    return clock["due_at"] if clock and clock["due_at"] > now else None


def _written_to_again(row: Row, now: datetime) -> datetime | None:
    """When a client that waits for a vendor is written to next, as it was told last; None where that has passed."""
    if row["holder_kind"] != VENDOR:
        return None
    told = [event["why"]["next_at"] for event in row["events"] if (event.get("why") or {}).get("next_at")]
    at = datetime.fromisoformat(told[-1]) if told else now
    return at if at > now else None


_NEWS = (
    (
        RESPOND,
        message("By {time}, with our first reply."),
        message("Our first reply was due by {time}. We are sorry that you still wait for it."),
    ),
    (UPDATE, message("By {time}."), message("The update that we owe you was due by {time}. We are sorry.")),
)


def _new(row: Row, times: Times) -> Said:
    since = times.said(row["since"])
    stands = times.tell(message("Your request has been with {who} since {time}."), who=_who(row, times.say), time=since)
    due = _due(row, ACKNOWLEDGE)
    if due is None:
        return [stands, *_solved_by(row, times)]
    if due <= times.now and due - row["opened_at"] < timedelta(minutes=1):
        return [stands, _late(message("It should have been taken up at once. {sorry}"), due, times)]
    if due <= times.now:
        return [stands, _late(message("It should have been taken up by {time}. {sorry}"), due, times)]
    return [stands, times.tell(message("Somebody takes it up by {time}."), time=times.said(due))]


def _in_progress(row: Row, times: Times) -> Said:
    begun = times.said(max(row["since"], row["acknowledged_at"] or row["since"]))
    stands = times.tell(message("It has been worked on by {who} since {time}."), who=_who(row, times.say), time=begun)
    return [stands, *_solved_by(row, times)]


def _waiting_on_vendor(row: Row, times: Times) -> Said:
    case = next((case for case in row["cases"] if case["pk"] == row["vendor_case"]), None)
    vendor, since = row["vendor"] or times.say("the vendor"), case["since"] if case else row["since"]
    stands = times.tell(
        message("We have been waiting for {vendor} since {time}."), vendor=vendor, time=times.said(since)
    )
    promised = vendor_promise(case or {}, times)
    return [stands, promised] if vendor_due(case or {}) else [stands, promised, *_solved_by(row, times)]


def vendors_beside(row: Row, times: Times) -> list[Said]:
    """Other vendors that were asked and are not done with, whoever has the ticket: each in a sentence or two."""
    return [_beside(case, row, times) for case in row["cases"] if not _holds(case, row)]


def _holds(case: Row, row: Row) -> bool:
    return bool(row["status"] == WAITING_ON_VENDOR and case["pk"] == row["vendor_case"])


def _beside(case: Row, row: Row, times: Times) -> Said:
    vendor = case["vendor"]
    if case["ball"] == VENDOR:
        since = times.said(case["since"])
        waits = times.tell(message("We have also been waiting for {vendor} since {time}."), vendor=vendor, time=since)
        return [waits, vendor_promise(case, times)]
    if row["status"] == WAITING_ON_CLIENT:
        return _after_your_answer(case, times)
    if case["status"] == ANSWERED:
        return [times.tell(_heard(case), vendor=vendor, when=times.when(case["since"]))]
    return [times.tell(message("We have asked {vendor} as well, and go on ourselves for now."), vendor=vendor)]


def _heard(case: Row) -> str:
    """What a vendor has said last that is still seen to, as far as the client is told."""
    if case["asks"]:
        return message("{vendor} asked us a question {when}; we see to it.")
    if case["holds_done"]:
        return message("{vendor} reported {when} that it is solved; we make sure of that.")
    return message("{vendor} answered {when}; we go on from there.")


def _after_your_answer(case: Row, times: Times) -> Said:
    """The client's answer is needed to go on with a vendor."""
    told = message("We need your answer before we go on with {vendor}.")
    if case["status"] == INCOMPLETE:
        told = message("We need your answer before we can ask {vendor}; then we wait for them.")
    elif case["asks"]:
        told = message(
            "{vendor} asked us a question {when}. We need your answer for it; then we wait for {vendor} again."
        )
    elif case["status"] == ANSWERED:
        told = message("{vendor} answered {when}. We need your answer before we go on with them.")
    return [times.tell(told, vendor=case["vendor"], when=times.when(case["since"]) if case["since"] else "")]


def vendor_promise(case: Row, times: Times) -> SafeString:
    """By when the vendor promised to answer; whether that has passed, and that it was reminded."""
    clock = vendor_due(case)
    if clock is None:
        return times.tell(NOT_PROMISED)
    first, due = case["status"] != ANSWERED and VENDOR_RESPOND in case["clocks"], clock["due_at"]
    if due <= times.now:
        return times.tell((REMINDED if case["reminded"] else LATE)[first], time=times.said(due))
    if not first:
        return times.tell(DUE[first], time=times.said(due))
    promise = promised(clock["target_seconds"], since=clock["started_at"], by=due)
    return times.tell(promise, within=duration(clock["target_seconds"], times.say), time=times.said(due))


def vendor_due(case: Row) -> Row | None:
    """The clock of the vendor's next answer, where one was promised."""
    clocks = case.get("clocks", {})
    clock: Row | None = clocks.get(VENDOR_RESPOND) or clocks.get(VENDOR_UPDATE)
    return clock if clock and clock["due_at"] else None


def _waiting_on_client(row: Row, times: Times) -> Said:
    since = times.tell(message("We have been waiting for your answer since {time}."), time=times.said(row["since"]))
    if row["wake_at"] is None:
        return [since]
    return [
        since,
        times.tell(message("Without it we go on with what we know {when}."), when=times.when(row["wake_at"])),
    ]


def _on_hold(row: Row, times: Times) -> Said:
    if row["wake_at"] is None:
        return [times.tell(message("Work on it has been paused since {time}."), time=times.said(row["since"]))]
    return [times.tell(message("Work on it pauses and goes on by itself {when}."), when=times.when(row["wake_at"]))]


def _resolved(row: Row, times: Times) -> Said:
    done = times.tell(message("Resolved {when}."), when=times.when(row["resolved_at"]))
    if row["wake_at"] is None:
        return [done]
    until = times.said(row["wake_at"])
    return [done, times.tell(message("If it is not, tell us by {time} and we take it up again."), time=until)]


def _closed(row: Row, times: Times) -> Said:
    return [times.tell(message("Resolved {when}, and closed since."), when=times.when(row["resolved_at"]))]


def _merged(_row: Row, times: Times) -> Said:
    return [times.tell(message("Joined with another of your requests, where it goes on."))]


def _solved_by(row: Row, times: Times) -> Said:
    due = _due(row, RESOLVE)
    if due is None:
        return []
    if due <= times.now:
        return [_late(message("It should have been solved by {time}. {sorry}"), due, times)]
    return [times.tell(message("We promised to solve it by {time}."), time=times.said(due))]


def _late(text: str, due: datetime, times: Times) -> SafeString:
    return times.tell(text, time=times.said(due), sorry=times.say(SORRY))


def _who(row: Row, say: Say) -> str:
    return tier_title(row, say) or say(UNTITLED)


def tier_title(row: Row, say: Say) -> str:
    """What its tier is called in this language; "" where nobody wrote that."""
    return (row.get("titles_of_tier") or {}).get(say.code) or row["title_of_tier"] or ""


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
