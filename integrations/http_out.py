"""The one client for everything that the portal asks of other programs over HTTP.

    answer = ask("POST", "https://api.vendor.example/cases", json={…}, headers={"Authorization": "Bearer …"})

https to public addresses alone, unless OUTBOUND_ALLOWED excepts them; the name looked up once; no redirects, no
proxies; 15 seconds in all, 1 MB at most; and a breaker for each destination. docs/security.md tells why.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from time import monotonic
from typing import Any

import httpcore
import httpx
from django.conf import settings

from accounts.clock import database_now
from integrations import http_out_breaker as breaker
from integrations.http_out_answer import Answer, CannotWork, MayWorkLater, check_works, unpacked
from integrations.http_out_places import Address, Allowed, NotAPlace, Place, allowed, check_addresses, place_of
from integrations.http_out_wire import LIMITS, Limits, OutOfTime, Transport, addresses_of

LookUp = Callable[[str, int], Sequence[Address]]
SAID = {
    "User-Agent": "Escalation-Portal", "Accept": "application/json", "Accept-Encoding": "gzip", "Connection": "close",
}  # fmt: skip
LATE = (httpcore.TimeoutException, OutOfTime)


def ask(
    method: str, url: str, *, json: Any = None, headers: Mapping[str, str] | None = None,
    look_up: LookUp = addresses_of, clock: breaker.Clock = database_now, limits: Limits = LIMITS,
) -> Answer:  # fmt: skip
    """Send one request and return the answer, whatever its status; `Answer.check` tells what that means.

    Raises CannotWork for a destination that is not allowed and an answer that cannot be taken, MayWorkLater where
    nothing came back in time, the connection broke, the destination is left alone after failures, or what came with
    408, 425, 429 or 5xx cannot be taken.
    Not to be called in a transaction: it may take 15 seconds.
    """
    until, place = monotonic() + limits.total, _place(url)
    request = httpx.Request(method, url, json=json, headers={**SAID, **(headers or {})})
    with breaker.watching(str(place), clock=clock) as seen:
        answer = _exchange(request, place, _looked_up(place, look_up), until=until, limits=limits)
        seen(answer.status)
    return answer


def check_url(url: str) -> None:
    """Raise CannotWork for a URL that could not be asked, as far as one sees without looking its name up."""
    _place(url)


def _place(url: str) -> Place:
    try:
        return place_of(url, _allowed())
    except NotAPlace as error:
        raise CannotWork(str(error)) from None


def _allowed() -> Allowed:
    return allowed(tuple(settings.OUTBOUND_ALLOWED))


def _looked_up(place: Place, look_up: LookUp) -> Sequence[Address]:
    """Its addresses, every one of them allowed."""
    try:
        addresses = look_up(place.host, place.port)
        check_addresses(place, addresses, _allowed())
    except NotAPlace as error:
        raise CannotWork(str(error)) from None
    except OSError as error:
        raise MayWorkLater(f"the address of {place} could not be found: {error}") from error
    return addresses


def _exchange(
    request: httpx.Request, place: Place, addresses: Sequence[Address], *, until: float, limits: Limits
) -> Answer:  # fmt: skip
    wire = Transport(addresses, until=until, limits=limits, authorities=settings.OUTBOUND_CA_FILE)
    try:
        with closing(wire) as transport:
            return _taken(transport.handle_request(request), str(place))
    except httpcore.LocalProtocolError as error:
        raise CannotWork(f"the request to {place} holds a sign that none may hold") from error
    except LATE as error:
        raise MayWorkLater(f"{place} did not answer in time") from error
    except httpcore.ProtocolError as error:  # its words may hold what was answered
        raise MayWorkLater(f"the answer of {place} broke off, or is no HTTP") from error
    except httpcore.NetworkError as error:
        raise MayWorkLater(f"{place} could not be reached: {error}") from error


def _taken(response: httpx.Response, place: str) -> Answer:
    with closing(response):
        status, headers = response.status_code, dict(response.headers)
        try:
            body = unpacked(response.iter_raw(), headers.get("content-encoding", ""), place=place, status=status)
        except CannotWork:
            check_works(place, status, headers)  # one that is worth a retry is so whatever came with it
            raise
    return Answer(place, status, headers, body)
