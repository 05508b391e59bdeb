"""How a vendor case stands, in plain words: who must act, since when, and by when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# A moment is told in the reader's own zone by whoever prints it.
Part = str | datetime
NEXT = {
    100: "we remind them",
    150: "the next contact point is tried",
    200: "a manager is called",
}
SOON = timedelta(minutes=1)  # what leaves within that is being sent
TIMES = {1: "once", 2: "twice"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What the words are made of; every moment is aware.

    `goes_out_at` is when a mail leaves, `error` why it did not. `due_at` is when the vendor's next answer falls due,
    None where nothing is promised, and `calendar` whose hours count. `next_at` is when the vendor is chased next, at
    `next_percent` of its time. `held_for_done`: the vendor says that it is done, and nobody here has confirmed it.
    `asks`: it has asked something that nobody here has answered. `unreached`: it was sent to nobody who takes it.
    """

    status: str
    vendor: str
    ball: str = "US"
    channel: str = "MAIL"
    missing: int = 0
    ball_since: datetime | None = None
    lodged_at: datetime | None = None
    answered_at: datetime | None = None
    closed_at: datetime | None = None
    goes_out_at: datetime | None = None
    error: str = ""
    due_at: datetime | None = None
    calendar: str = ""
    chases: int = 0
    next_at: datetime | None = None
    next_percent: int = 0
    held_for_done: bool = False
    asks: bool = False
    unreached: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """An icon, how much attention it needs (none, amber, red), and a sentence in parts."""

    icon: str
    level: str
    parts: tuple[Part, ...]


def standing(seen: Seen, *, now: datetime) -> Standing:
    """How the case stands at this moment."""
    match seen.status:
        case "INCOMPLETE":
            answers = "1 answer" if seen.missing == 1 else f"{seen.missing} answers"
            return Standing("circle-help", "amber", (f"Waits for {answers} before it can go out.",))
        case "PREPARED":
            return Standing("truck", "amber", (f"Complete. {_by_hand(seen)}",))
        case "QUEUED":
            return _on_its_way(seen, now=now)
        case "FAILED":
            return Standing("octagon-alert", "red", (f"Could not be sent: {seen.error or 'no reason was given'}.",))
        case "CLOSED":
            return _over(seen)
    return _with_vendor(seen, now=now) if seen.ball == "VENDOR" else _with_us(seen)


def _by_hand(seen: Seen) -> str:
    where = f"on {seen.vendor}'s portal" if seen.channel == "PORTAL" else f"with {seen.vendor}"
    return f"Somebody here must lodge it {where} and note its number."


def _on_its_way(seen: Seen, *, now: datetime) -> Standing:
    if seen.error:
        again: tuple[Part, ...] = (" It is tried again from ", seen.goes_out_at, " on.") if seen.goes_out_at else ()
        return Standing("triangle-alert", "amber", (f"Not sent yet: {seen.error}.", *again))
    if seen.goes_out_at and seen.goes_out_at > now + SOON:
        how = "through their API" if seen.channel == "API" else "by mail"
        return Standing("send", "none", (f"Complete. It leaves {how} from ", seen.goes_out_at, " on."))
    return Standing("send", "none", ("Complete. It is being sent.",))


def _over(seen: Seen) -> Standing:
    if seen.lodged_at is None:
        return Standing("circle-check", "none", ("Closed, and never lodged.",))
    return Standing("circle-check", "none", ("Closed", *_since(seen.closed_at), "."))


def _with_vendor(seen: Seen, *, now: datetime) -> Standing:
    since = seen.ball_since or seen.lodged_at
    with_them = (f"With {seen.vendor}", *_since(since))
    if seen.due_at is None:
        return Standing("truck", "none", (*with_them, "; no answer is promised by a moment.", *_chased(seen, now)))
    hours = f" ({seen.calendar})" if seen.calendar else ""
    if seen.due_at > now:
        return Standing("truck", "none", (*with_them, "; an answer is promised by ", seen.due_at, f"{hours}."))
    late = (*with_them, "; the answer was promised by ", seen.due_at, f"{hours} and is late.")
    return Standing("octagon-alert", "red", (*late, *_chased(seen, now)))


def _chased(seen: Seen, now: datetime) -> tuple[Part, ...]:
    """How often it was chased, and when it is next."""
    times = TIMES.get(seen.chases, f"{seen.chases} times")
    so_far: tuple[Part, ...] = (f" We chased it {times} so far.",) if seen.chases else ()
    if seen.next_at is None or seen.next_at <= now or seen.next_percent not in NEXT:
        return so_far
    return (*so_far, " If they stay silent until ", seen.next_at, f", {NEXT[seen.next_percent]}.")


def _with_us(seen: Seen) -> Standing:
    ours = ("Our move", *_since(seen.ball_since), ": ")
    if seen.held_for_done:
        done = f"{seen.vendor} holds it for done. Confirm it, or say what is still wrong."
        return Standing("circle-check", "amber", (*ours, done))
    if seen.asks:
        return Standing("circle-help", "amber", (*ours, f"{seen.vendor} has asked us a question."))
    if seen.status == "ANSWERED":
        return Standing("message-square", "amber", (*ours, f"{seen.vendor} has answered."))
    if seen.unreached:
        return Standing("octagon-alert", "red", (*ours, f"it did not reach {seen.vendor}. Send it on, or call them."))
    return Standing("undo-2", "none", (*ours, f"it was taken back from {seen.vendor}."))


def _since(at: datetime | None) -> tuple[Part, ...]:
    return (" since ", at) if at else ()
