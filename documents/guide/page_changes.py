"""What changed for a client between two states of its page, in plain words. Pure: pages in, sentences out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from documents.guide.page import DECLINED, NOT_SET, PROMISES, Outside, Page, Stage
from documents.guide.plain_words import how_urgent
from documents.guide.provision import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE

MOST_TOLD = 20
# What is promised, as one says it in a sentence.
_PROMISED = {
    PROMISES[ACKNOWLEDGE]: "to take {request} up within {time}",
    PROMISES[RESPOND]: "a first reply to {request} within {time}",
    PROMISES[UPDATE]: "an update on {request} at least every {time}",
    PROMISES[RESOLVE]: "to solve {request} within {time}",
}
_OPEN = {
    PROMISES[ACKNOWLEDGE]: "to take {request} up",
    PROMISES[RESPOND]: "a first reply to {request}",
    PROMISES[UPDATE]: "an update on {request}",
    PROMISES[RESOLVE]: "to solve {request}",
}
_NO_TIME = (NOT_SET, DECLINED, "")


@dataclass(frozen=True, slots=True)
class Told:
    """What changed at a moment, in one sentence or several."""

    at: datetime
    sentences: tuple[str, ...]


def told(
    pages: Iterator[tuple[datetime, Page | None]], *, from_the_beginning: bool = True, most: int = MOST_TOLD
) -> list[Told]:
    """What changed for the client, the latest first, at most so many moments.

    In: the page from each moment on, the latest first; None where there was no policy for the client. Of older pages no
    more are taken than are needed. The oldest one is told as the first, if they reach back `from_the_beginning`.
    """
    found: list[Told] = []
    later = next(pages, None)
    for earlier in pages:
        if later and (sentences := changes(earlier[1], later[1])):
            found.append(Told(later[0], tuple(sentences)))
        if len(found) == most:
            return found
        later = earlier
    if from_the_beginning and later and later[1]:
        found.append(Told(later[0], tuple(changes(None, later[1]))))
    return found


def changes(before: Page | None, after: Page | None) -> list[str]:
    """Sentences for what differs between two states of one client's page; none where the client reads the same."""
    if before is None or after is None:
        return [] if before is after else [_COVERED if after else _UNCOVERED]
    return [said for part in _PARTS for said in part(before, after)]


_COVERED = "How your requests are handled was written down for the first time."
_UNCOVERED = "How your requests are handled is being written anew."


def _first(before: Page, after: Page) -> Iterator[str]:
    if before.first != after.first:
        yield f"Requests are now read first by {after.first} (before: {before.first})."


def _stages(before: Page, after: Page) -> Iterator[str]:
    old, new = _by_title(before), _by_title(after)
    yield from (f"{_a(stage)} is now one of the steps." for key, stage in new.items() if key not in old)
    yield from (f"{_a(stage)} is no longer one of the steps." for key, stage in old.items() if key not in new)
    for key in new:
        if key in old:
            yield from _stage(old[key], new[key])


def _stage(before: Stage, after: Stage) -> Iterator[str]:
    old, new = {p: times for p, *times in before.waits}, {p: times for p, *times in after.waits}
    if added := [priority for priority in new if priority not in old]:
        yield f"{_requests(added)} can now go to {_called(after)}."
    if gone := [priority for priority in old if priority not in new]:
        yield f"{_requests(gone)} no longer goes to {_called(after)}."
    both = [priority for priority in new if priority in old]
    for (was, now), those in _alike(both, old, new, 0).items():
        yield f"{_requests(those)} {_taken_up(now, _called(after))} (before: {_set(was)})."
    for (was, now), those in _alike(both, old, new, 1).items():
        yield f"{_requests(those)} {_passed_on(now, _called(after))} (before: {_set(was)})."
    if before.counted != after.counted and before.counted and after.counted:
        yield f"The times of {_called(after)} now count {after.counted} (before: {before.counted})."


def _alike(
    priorities: Sequence[str], old: Mapping[str, Sequence[str]], new: Mapping[str, Sequence[str]], index: int
) -> dict[tuple[str, str], list[str]]:
    """The urgencies whose time changed, together where it changed alike: from what to what."""
    found: dict[tuple[str, str], list[str]] = {}
    for priority in priorities:
        if old[priority][index] != new[priority][index]:
            found.setdefault((old[priority][index], new[priority][index]), []).append(priority)
    return found


def _taken_up(time: str, by: str) -> str:
    return f"no longer has a set time with {by}" if time in _NO_TIME else f"is now taken up by {by} within {time}"


def _passed_on(time: str, by: str) -> str:
    return f"no longer goes on from {by} by itself" if time in _NO_TIME else f"now goes on from {by} after {time}"


def _set(time: str) -> str:
    return "no set time" if time in _NO_TIME else time


def _promised(before: Page, after: Page) -> Iterator[str]:
    old = {(row.priority, heading): time for row in before.promised for heading, time in row.times}
    new = {(row.priority, heading): time for row in after.promised for heading, time in row.times}
    alike: dict[tuple[str, str, str], list[str]] = {}
    for priority, heading in {**old, **new}:
        was, now = old.get((priority, heading), NOT_SET), new.get((priority, heading), NOT_SET)
        if was != now and not (now == NOT_SET and was == DECLINED):
            alike.setdefault((heading, was, now), []).append(priority)
    for (heading, was, now), those in alike.items():
        yield _promise(heading, was, now, _requests(those).lower())


def _promise(heading: str, was: str, now: str, request: str) -> str:
    since = "" if was in _NO_TIME else f" (before: {was})"
    if now == DECLINED:
        return f"It was agreed that we do not promise {_OPEN[heading].format(request=request)} by a set time{since}."
    if now == NOT_SET:
        return f"We no longer promise {_PROMISED[heading].format(request=request, time=was)}."
    return f"We now promise {_PROMISED[heading].format(request=request, time=now)}{since}."


def _promises_counted(before: Page, after: Page) -> Iterator[str]:
    if before.promises_counted != after.promises_counted and before.promises_counted and after.promises_counted:
        yield f"What we promise now counts {after.promises_counted} (before: {before.promises_counted})."
    if before.promised and after.promised and before.vendor_time_counts != after.vendor_time_counts:
        yield (
            "The time to solve now goes on while a vendor works on it."
            if after.vendor_time_counts
            else "The time to solve now stands still while a vendor works on it."
        )


def _agreed(before: Page, after: Page) -> Iterator[str]:
    yield from (f"Agreed with you in particular: “{text}”" for text in after.agreed if text not in before.agreed)
    yield from (f"No longer agreed in particular: “{text}”" for text in before.agreed if text not in after.agreed)


def _outside(before: Page, after: Page) -> Iterator[str]:
    old, new = {row.service: row for row in before.outside}, {row.service: row for row in after.outside}
    yield from (f"{name} is now one of the services that a vendor runs for you." for name in new if name not in old)
    yield from (
        f"{name} is no longer one of the services that a vendor runs for you." for name in old if name not in new
    )
    for name, row in new.items():
        if name in old:
            yield from _vendor(old[name], row)


def _vendor(before: Outside, after: Outside) -> Iterator[str]:
    who = f"{after.vendor} now promises"
    if after.promise != before.promise:
        was = f" (before: {before.promise})" if before.promise else ""
        nothing = f"{after.vendor} no longer promises a first answer for {after.service}{was}."
        yield f"{who} a first answer for {after.service} {after.promise}{was}." if after.promise else nothing
    if after.counted != before.counted and after.counted and before.counted:
        yield f"What {after.vendor} promises for {after.service} now counts {after.counted} (before: {before.counted})."
    if after.why != before.why:
        yield f"When we turn to {after.vendor} about {after.service} is put differently: {after.why}"


def _written(before: Page, after: Page) -> Iterator[str]:
    """Of examples only those that were written for the client: generated ones follow from what is told already."""
    if before.intro != after.intro:
        yield "The opening words of this page were changed." if after.intro else "The opening words were taken away."
    old, new = ({row.title: row.text for row in page.scenarios if not row.key} for page in (before, after))
    yield from (f"There is a new example: {title}." for title in new if title not in old)
    yield from (f"An example was taken away: {title}." for title in old if title not in new)
    yield from (f"An example was rewritten: {t}." for t in new if t in old and new[t] != old[t])


_PARTS: tuple[Callable[[Page, Page], Iterator[str]], ...] = (
    _first, _stages, _promised, _promises_counted, _agreed, _outside, _written,
)  # fmt: skip


def _by_title(page: Page) -> dict[tuple[str, int], Stage]:
    return {(stage.title, stage.level): stage for stage in page.stages}


def _a(stage: Stage) -> str:
    return "A vendor" if stage.vendor else stage.title


def _called(stage: Stage) -> str:
    """A step in the middle of a sentence: titles are stored as "our helpdesk" and shown with a capital."""
    return "the vendor of the service" if stage.vendor else stage.title[:1].lower() + stage.title[1:]


def _requests(priorities: Sequence[str]) -> str:
    """Which requests are meant: "A critical or urgent request", "An urgent request", "Any request" for all four."""
    if len(priorities) == 4:
        return "Any request"
    said = how_urgent(priorities)
    return f"{'An' if said[0] in 'aeiou' else 'A'} {said} request"
