"""What a reader asks of the client page in its address: as of when."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo

from accounts.language import ENGLISH, Say

LONGEST = 40


@dataclass(frozen=True, slots=True)
class AsOf:
    """A moment of the past, or none; `written` is what the reader wrote, `fault` says what is wrong with it."""

    at: datetime | None = None
    written: str = ""
    fault: str = ""


def as_of(written: str, *, now: datetime, zone: tzinfo, say: Say = ENGLISH) -> AsOf:
    """What `?as_of=` means: a date, which is the end of that day in the client's zone, or a moment in ISO form.

    A moment without an offset is the client's time. Today's date is the present.
    """
    text = written.strip()
    if not text:
        return AsOf()
    try:
        at = _moment(text, zone)
    except (ValueError, OverflowError):
        fault = say("“{text}” is not a date. Write it like 2026-05-03, or leave it empty.", text=text[:LONGEST])
        return AsOf(None, text[:LONGEST], fault)
    if _is_date(text) and at.astimezone(zone).date() == now.astimezone(zone).date():
        return AsOf(None, text)
    if at > now:
        fault = say("{day} has not come yet. Choose a day that has been, or leave it empty.", day=text[:LONGEST])
        return AsOf(None, text, fault)
    return AsOf(at, text)


def _moment(text: str, zone: tzinfo) -> datetime:
    if _is_date(text):
        return datetime.combine(date.fromisoformat(text), time.max, tzinfo=zone).astimezone(UTC)
    at = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)  # a URL turns + into a blank
    return (at.replace(tzinfo=zone) if at.tzinfo is None else at).astimezone(UTC)


def _is_date(text: str) -> bool:
    return len(text) == len("2026-05-03")
