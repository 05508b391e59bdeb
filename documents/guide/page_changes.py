"""What changed for a client between two states of its page, in plain words. Pure: pages in, sentences out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.language import ENGLISH, Say, message
from documents.guide.page import DECLINED, NOT_SET, PROMISES, Outside, Page, Stage
from documents.guide.plain_words import how_urgent, sentence
from documents.guide.provision import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE

MOST_TOLD = 20
# What is promised, as one says it in a sentence, with its time and without.
_PROMISED = {
    ACKNOWLEDGE: message("to take {request} up within {time}"),
    RESPOND: message("a first reply to {request} within {time}"),
    UPDATE: message("an update on {request} at least every {time}"),
    RESOLVE: message("to solve {request} within {time}"),
}
_OPEN = {
    ACKNOWLEDGE: message("to take {request} up"),
    RESPOND: message("a first reply to {request}"),
    UPDATE: message("an update on {request}"),
    RESOLVE: message("to solve {request}"),
}
_NO_TIME = (NOT_SET, "")


@dataclass(frozen=True, slots=True)
class Told:
    """What changed at a moment, in one sentence or several."""

    at: datetime
    sentences: tuple[str, ...]


def told(
    pages: Iterator[tuple[datetime, Page | None]],
    *,
    from_the_beginning: bool = True,
    most: int = MOST_TOLD,
    say: Say = ENGLISH,
) -> list[Told]:
    """What changed for the client, the latest first, at most so many moments.

    In: the page from each moment on, the latest first; None where there was no policy for the client. Of older pages no
    more are taken than are needed. The oldest one is told as the first, if they reach back `from_the_beginning`.
    `say` is the language in which the pages were made.
    """
    found: list[Told] = []
    later = next(pages, None)
    for earlier in pages:
        if later and (sentences := changes(earlier[1], later[1], say)):
            found.append(Told(later[0], tuple(sentences)))
        if len(found) == most:
            return found
        later = earlier
    if from_the_beginning and later and later[1]:
        found.append(Told(later[0], tuple(changes(None, later[1], say))))
    return found


def changes(before: Page | None, after: Page | None, say: Say = ENGLISH) -> list[str]:
    """Sentences for what differs between two states of one client's page; none where the client reads the same."""
    if before is None or after is None:
        return [] if before is after else [say(_COVERED if after else _UNCOVERED)]
    return [said for part in _PARTS for said in part(before, after, say)]


_COVERED = message("How your requests are handled was written down for the first time.")
_UNCOVERED = message("How your requests are handled is being written anew.")


def _first(before: Page, after: Page, say: Say) -> Iterator[str]:
    if before.first != after.first:
        yield say("Requests are now read first by {who} (before: {was}).", who=after.first, was=before.first)


def _stages(before: Page, after: Page, say: Say) -> Iterator[str]:
    old, new = _by_title(before), _by_title(after)
    yield from (say("{who} is now one of the steps.", who=_a(new[key], say)) for key in new if key not in old)
    yield from (say("{who} is no longer one of the steps.", who=_a(old[key], say)) for key in old if key not in new)
    for key in new:
        if key in old:
            yield from _stage(old[key], new[key], say)


def _stage(before: Stage, after: Stage, say: Say) -> Iterator[str]:
    old, new = {p: times for p, *times in before.waits}, {p: times for p, *times in after.waits}
    who = _called(after, say)
    if added := [priority for priority in new if priority not in old]:
        yield sentence(say("{request} can now go to {who}.", request=_requests(added, say), who=who))
    if gone := [priority for priority in old if priority not in new]:
        yield sentence(say("{request} no longer goes to {who}.", request=_requests(gone, say), who=who))
    both = [priority for priority in new if priority in old]
    for index, (set_now, not_now) in enumerate((_TAKEN_UP, _PASSED_ON)):
        for (was, now), those in _alike(both, old, new, index).items():
            said = not_now if now in _NO_TIME else set_now
            words = {"who": who, "time": now, "was": _set(was, say)}
            yield sentence(say(said, request=_requests(those, say), **words))
    if before.counted != after.counted and before.counted and after.counted:
        counts = {"hours": after.counted, "was": before.counted}
        yield say("The times of {who} now count {hours} (before: {was}).", who=who, **counts)


_TAKEN_UP = (
    message("{request} is now taken up by {who} within {time} (before: {was})."),
    message("{request} no longer has a set time with {who} (before: {was})."),
)
_PASSED_ON = (
    message("{request} now goes on from {who} after {time} (before: {was})."),
    message("{request} no longer goes on from {who} by itself (before: {was})."),
)


def _alike(
    priorities: Sequence[str], old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]], index: int
) -> dict[tuple[str, str], list[str]]:
    """The urgencies whose time changed, together where it changed alike: from what to what."""
    found: dict[tuple[str, str], list[str]] = {}
    for priority in priorities:
        if old[priority][index] != new[priority][index]:
            found.setdefault((old[priority][index], new[priority][index]), []).append(priority)
    return found


def _set(time: str, say: Say) -> str:
    return say("no set time") if time in _NO_TIME else time


def _promised(before: Page, after: Page, say: Say) -> Iterator[str]:
    old = {(row.priority, heading): time for row in before.promised for heading, time in row.times}
    new = {(row.priority, heading): time for row in after.promised for heading, time in row.times}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for priority, heading in {**old, **new}:
        was, now = old.get((priority, heading), NOT_SET), new.get((priority, heading), NOT_SET)
        if was != now and not (now == NOT_SET and was == say(DECLINED)):
            alike.setdefault((heading, was, now), []).append(priority)
    metrics = {say(heading): metric for metric, heading in PROMISES.items()}
    for (heading, was, now), those in alike.items():
        yield _promise(metrics[heading], was, now, _requests(those, say), say)


def _promise(metric: str, was: str, now: str, request: str, say: Say) -> str:
    declined = say(DECLINED)
    since = "" if was in (*_NO_TIME, declined) else say(" (before: {time})", time=was)
    if now == declined:
        what = say(_OPEN[metric], request=request)
        return say("It was agreed that we do not promise {what} by a set time{since}.", what=what, since=since)
    if now == NOT_SET:
        return say("We no longer promise {what}.", what=say(_PROMISED[metric], request=request, time=was))
    what = say(_PROMISED[metric], request=request, time=now)
    return say("We now promise {what}{since}.", what=what, since=since)


def _promises_counted(before: Page, after: Page, say: Say) -> Iterator[str]:
    if before.promises_counted != after.promises_counted and before.promises_counted and after.promises_counted:
        counts = {"hours": after.promises_counted, "was": before.promises_counted}
        yield say("What we promise now counts {hours} (before: {was}).", **counts)
    if before.promised and after.promised and before.vendor_time_counts != after.vendor_time_counts:
        goes_on = say("The time to solve now goes on while a vendor works on it.")
        stands = say("The time to solve now stands still while a vendor works on it.")
        yield goes_on if after.vendor_time_counts else stands


def _agreed(before: Page, after: Page, say: Say) -> Iterator[str]:
    added = [text for text in after.agreed if text not in before.agreed]
    gone = [text for text in before.agreed if text not in after.agreed]
    yield from (say("Agreed with you in particular: “{text}”", text=text) for text in added)
    yield from (say("No longer agreed in particular: “{text}”", text=text) for text in gone)


def _outside(before: Page, after: Page, say: Say) -> Iterator[str]:
    old, new = {row.service: row for row in before.outside}, {row.service: row for row in after.outside}
    added, gone = [name for name in new if name not in old], [name for name in old if name not in new]
    yield from (say("{service} is now one of the services that a vendor runs for you.", service=name) for name in added)
    yield from (
        say("{service} is no longer one of the services that a vendor runs for you.", service=name) for name in gone
    )
    for name, row in new.items():
        if name in old:
            yield from _vendor(old[name], row, say)


def _vendor(before: Outside, after: Outside, say: Say) -> Iterator[str]:
    named = {"vendor": after.vendor, "service": after.service}
    if after.promise != before.promise:
        since = say(" (before: {time})", time=before.promise) if before.promise else ""
        promised = say(_PROMISES_NOW, **named, within=after.promise, since=since)
        nothing = say("{vendor} no longer promises a first answer for {service}{since}.", **named, since=since)
        yield promised if after.promise else nothing
    if after.counted != before.counted and after.counted and before.counted:
        counts = {"hours": after.counted, "was": before.counted}
        yield say("What {vendor} promises for {service} now counts {hours} (before: {was}).", **named, **counts)
    if after.why != before.why:
        yield say("When we turn to {vendor} about {service} is put differently: {why}", **named, why=after.why)


_PROMISES_NOW = message("{vendor} now promises a first answer for {service} {within}{since}.")


def _written(before: Page, after: Page, say: Say) -> Iterator[str]:
    """Of examples only those that were written for the client: generated ones follow from what is told already."""
    if before.intro != after.intro:
        changed, gone = say("The opening words of this page were changed."), say("The opening words were taken away.")
        yield changed if after.intro else gone
    old, new = ({row.title: row.text for row in page.scenarios if not row.key} for page in (before, after))
    yield from (say("There is a new example: {title}.", title=title) for title in new if title not in old)
    yield from (say("An example was taken away: {title}.", title=title) for title in old if title not in new)
    changed_ones = [title for title in new if title in old and new[title] != old[title]]
    yield from (say("An example was rewritten: {title}.", title=title) for title in changed_ones)


_PARTS: tuple[Callable[[Page, Page, Say], Iterator[str]], ...] = (
    _first, _stages, _promised, _promises_counted, _agreed, _outside, _written,
)  # fmt: skip


def _by_title(page: Page) -> dict[tuple[str, int], Stage]:
    return {(stage.title, stage.level): stage for stage in page.stages}


def _a(stage: Stage, say: Say) -> str:
    return say("A vendor") if stage.vendor else stage.title


def _called(stage: Stage, say: Say) -> str:
    """A step in the middle of a sentence: titles are stored as "our helpdesk" and shown with a capital."""
    lower = stage.called or stage.title[:1].lower() + stage.title[1:]
    return say("the vendor of the service") if stage.vendor else lower


def _requests(priorities: Sequence[str], say: Say) -> str:
    """Which requests are meant: "a critical or urgent request", "an urgent request", "any request" for all four."""
    if len(priorities) == 4:
        return say("any request")
    urgent = how_urgent(priorities, say)
    return (
        say("an {urgent} request", urgent=urgent) if urgent[0] in "aeiou" else say("a {urgent} request", urgent=urgent)
    )
