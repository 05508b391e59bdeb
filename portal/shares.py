"""Whose time a request took: ours, a vendor's or the client's own. Pure; no team and no person is named."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any

from accounts.language import ENGLISH, Say, plural
from documents.guide.plain_words import UNITS
from tickets.attribution import Change, shares
from tickets.status import CLIENT, NOBODY, TIER, VENDOR

MINUTE, HOUR, DAY = 60, 3600, 86400
DAYS = plural("{number} day", "{number} days")
# Our own teams share one colour here, whichever of them has it.
OUR_LEVEL = 2
A_VENDOR = "a vendor"


@dataclass(frozen=True, slots=True)
class Part:
    """One side's part of the time; `kind` and `level` choose its colour. All percents together are 100.

    `begins` is the percentage at which it begins on a bar of all parts; `said` is with whom it was, in words.
    """

    kind: str
    level: int | None
    name: str
    percent: int
    begins: int
    words: str
    said: str = ""


def change(row: Mapping[str, Any]) -> Change:
    """A row of the custody ledger as the client may know it.

    When nobody had the ticket, nobody's time passed. Of what was before it came to this client, at `came_at`, nothing
    is told.
    """
    name, level = _NAMES[row["holder_kind"]]
    known = row["origin"] != "IMPORTED" and row["holder_kind"] != NOBODY
    began = max(row["began_at"], row["came_at"] or row["began_at"])
    return Change(row["holder_kind"], name or row["vendor"] or A_VENDOR, level, began, known)


_NAMES = {TIER: ("us", OUR_LEVEL), CLIENT: ("you", None), NOBODY: ("nobody", None), VENDOR: ("", None)}


def parts(
    ledgers: Iterable[Sequence[Change]], *, since: datetime | None = None, until: datetime, say: Say = ENGLISH
) -> list[Part]:
    """Each side's part of the wall time of these tickets, from `since` on and up to `until`, ours first, yours last."""
    seconds: dict[tuple[str, str, int | None], float] = {}
    for ledger in ledgers:
        for share in shares(_from(ledger, since), until):
            holder = (share.kind, share.name, share.level)
            seconds[holder] = seconds.get(holder, 0) + share.seconds
    return _in_percent({holder: took for holder, took in seconds.items() if took}, say)


def _from(ledger: Sequence[Change], since: datetime | None) -> list[Change]:
    """The ledger with what lies before `since` cut off."""
    if since is None:
        return list(ledger)
    return [replace(change, began_at=max(change.began_at, since)) for change in ledger]


def _in_percent(seconds: Mapping[tuple[str, str, int | None], float], say: Say) -> list[Part]:
    """Whole percents that add up to 100: what rounding leaves over goes to the largest part."""
    whole = sum(seconds.values())
    ordered = sorted(seconds, key=lambda holder: (_ORDER.index(holder[0]), holder[1]))
    percents = {holder: round(100 * seconds[holder] / whole) for holder in ordered}
    if percents:
        percents[max(ordered, key=lambda holder: seconds[holder])] += 100 - sum(percents.values())
    begins = [0, *accumulate(percents.values())]
    return [
        Part(
            kind=kind,
            level=level,
            name=name,
            percent=percents[kind, name, level],
            begins=begin,
            words=words(seconds[kind, name, level], say),
            said=_said(kind, name, say),
        )
        for begin, (kind, name, level) in zip(begins, ordered, strict=False)
    ]


_ORDER = (TIER, VENDOR, CLIENT)


def _said(kind: str, name: str, say: Say) -> str:
    if kind == VENDOR:
        return say("With a vendor") if name == A_VENDOR else say("With {vendor}", vendor=name)
    return say("With you") if kind == CLIENT else say("With us")


def words(seconds: float, say: Say = ENGLISH) -> str:
    """A length of time as one says it: "under a minute", "25 minutes", "3 hours 5 minutes", "4 days 2 hours"."""
    if seconds < MINUTE:
        return say("under a minute")
    (_, hours), (_, minutes), _ = UNITS
    whole = int(seconds)
    days = whole // DAY
    named = [(days, DAYS), (whole // HOUR % 24, hours), (0 if days else whole // MINUTE % 60, minutes)]
    return " ".join(say.many(*unit, number) for number, unit in named if number)
