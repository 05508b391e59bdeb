"""What comes back from a request: the answer with its bounded body, or an error that says whether a retry may help.

Pure: neither Django nor the network is known here.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

LARGEST = 1_000_000  # bytes of a body, after it was unpacked
LONGEST_WAIT = 3600.0  # seconds that a Retry-After is believed at most, so that nothing waits unseen for days
MAY_WORK_LATER = frozenset({408, 425, 429})


class OutboundError(Exception):
    """The request brought nothing; its words name the destination and never what was sent or answered."""


class CannotWork(OutboundError):
    """No retry would help. `status` is that of the answer, None where there was none that could be believed."""

    def __init__(self, words: str, *, status: int | None = None) -> None:
        super().__init__(words)
        self.status = status


class MayWorkLater(OutboundError):
    """A retry may help, not before `seconds` have passed where the destination or the breaker says so.

    `status` is that of the answer, None where there was none.
    """

    def __init__(self, words: str, *, seconds: float = 0.0, status: int | None = None) -> None:
        super().__init__(words)
        self.seconds, self.status = seconds, status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the destination said: the names of `headers` are in lower case."""

    place: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("the JSON is nested too deeply") from None

    def check(self) -> None:
        """Raise what its status means, unless it is good: MayWorkLater for 408, 425, 429 and 5xx, else CannotWork."""
        if self.is_good:
            return
        check_works(self.place, self.status, self.headers)
        elsewhere = ", which leads elsewhere and is not followed" if 300 <= self.status < 400 else ""
        raise CannotWork(f"{self.place} answered {self.status}{elsewhere}", status=self.status)


def check_works(place: str, status: int, headers: Mapping[str, str]) -> None:
    """Raise MayWorkLater for 408, 425, 429 and 5xx."""
    if status in MAY_WORK_LATER or status >= 500:
        raise MayWorkLater(f"{place} answered {status}", seconds=retry_after(headers), status=status)


def retry_after(headers: Mapping[str, str]) -> float:
    """For how many seconds the destination wants to be left alone; 0 where it does not say, an hour at most.

    A moment is measured from the answer's own `Date`, so that no two clocks are compared.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_WAIT)
    try:
        wait = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError, OverflowError):
        return 0.0
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT)


def unpacked(chunks: Iterable[bytes], packing: str, *, place: str, status: int) -> bytes:
    """The body, unpacked where it came as gzip, and never more of it in memory than is allowed.

    Raises CannotWork for one that is too large, packed in another way, or damaged.
    """
    packing = packing.strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise CannotWork(f"{place} packed its answer in a way that was not asked for", status=status)
    unpack = _gunzip() if "gzip" in packing else _as_it_is
    body, came = bytearray(), 0
    for chunk in chunks:
        came += len(chunk)
        try:
            body += unpack(chunk, LARGEST + 1 - len(body))
        except zlib.error:
            raise CannotWork(f"the answer of {place} is damaged", status=status) from None
        if max(came, len(body)) > LARGEST:
            raise CannotWork(f"the answer of {place} is larger than 1 MB", status=status)
    return bytes(body)


def _as_it_is(chunk: bytes, longest: int) -> bytes:
    return chunk[:longest]


def _gunzip() -> Any:
    """Unpacks piece by piece, each to a given length at most; `longest` is above 0 for as long as it is called."""
    return zlib.decompressobj(wbits=31).decompress
