"""Sockets under one deadline, to addresses that were checked before: the ground of every outbound request.

The name is not looked up again, so nobody can answer differently the second time; it stays the name in `Host`, in TLS's
SNI, and in the certificate that is demanded. Whatever is waited for ends with the deadline, also byte by byte.
"""

import queue
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from time import monotonic
from typing import Any

import certifi
import httpcore
import httpx

from integrations.http_out_places import Address

PIECE = 65_536  # bytes that are handed to the network at once
MOST_ADDRESSES = 8  # of one name, tried in the order in which the name service gives them


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds: for finding a name, and again for the connection with its TLS; for each wait; and for everything."""

    connect: float = 3.0
    read: float = 10.0
    total: float = 15.0


LIMITS = Limits()


class OutOfTime(OSError):
    """The deadline has passed."""


def addresses_of(host: str, port: int) -> list[Address]:
    """What the system's name service knows of the name, in its order. Raises OSError, OutOfTime when it is late."""
    found: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(host, port, found), daemon=True).start()
    try:
        answer = found.get(timeout=LIMITS.connect)
    except queue.Empty:
        raise OutOfTime(f"nobody told the address of {host} in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _look_up(host: str, port: int, found: "queue.SimpleQueue[Any]") -> None:
    """The system's own call cannot be given a time limit, so it runs beside."""
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.put(list(dict.fromkeys(ip_address(row[4][0]) for row in rows)))
    except (OSError, UnicodeError, ValueError) as error:
        found.put(error if isinstance(error, OSError) else OSError(str(error)))


@lru_cache(maxsize=4)
def trusted(further: str) -> ssl.SSLContext:
    """Demands certificates that the system, Mozilla's list, or the authorities in the file `further` vouch for."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    if further:
        context.load_verify_locations(further)
    return context


class Transport(httpx.BaseTransport):
    """One request over a connection of its own to one of `addresses`, which must end by `until` (monotonic seconds)."""

    def __init__(self, addresses: Sequence[Address], *, until: float, limits: Limits, authorities: str) -> None:
        backend, self._limits = _Pinned(addresses[:MOST_ADDRESSES], until), limits
        self._pool = httpcore.ConnectionPool(ssl_context=trusted(authorities), network_backend=backend, retries=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        connect, read = self._limits.connect, self._limits.read
        waits = {"timeout": {"connect": connect, "read": read, "write": read, "pool": connect}}
        asked = httpcore.Request(
            request.method, target, headers=request.headers.raw, content=request.stream, extensions=waits
        )
        answer = self._pool.handle_request(asked)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """The answer's body as it comes."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        return self._answer.iter_stream()

    def close(self) -> None:
        self._answer.close()


class _Pinned(httpcore.NetworkBackend):
    """Connects to the given addresses alone, whatever name is asked for, the first that takes it."""

    def __init__(self, addresses: Sequence[Address], until: float) -> None:
        self._addresses, self._until = addresses, until

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:  # fmt: skip
        by = self._until if timeout is None else min(monotonic() + timeout, self._until)
        failure: OSError = OSError("it has no address")
        for index, address in enumerate(self._addresses):
            share = (by - monotonic()) / (len(self._addresses) - index)
            try:
                return _Stream(socket.create_connection((str(address), port), _left(share)), self._until)
            except OSError as error:
                failure = error
        raise httpcore.ConnectError(str(failure)) from failure


class _Stream(httpcore.NetworkStream):
    """A socket each of whose waits is as short as what is left until the deadline."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            self._limit(timeout)
            return self._sock.recv(max_bytes)
        except OSError as error:
            raise _told(error, httpcore.ReadTimeout, httpcore.ReadError) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        try:
            while rest:
                self._limit(timeout)
                rest = rest[self._sock.send(rest[:PIECE]) :]
        except OSError as error:
            raise _told(error, httpcore.WriteTimeout, httpcore.WriteError) from error

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            self._limit(timeout)
            self._sock = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except OSError as error:
            self._sock.close()
            raise _told(error, httpcore.ConnectTimeout, httpcore.ConnectError) from error
        return self

    def close(self) -> None:
        self._sock.close()

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None

    def _limit(self, timeout: float | None) -> None:
        left = self._until - monotonic()
        self._sock.settimeout(_left(left if timeout is None else min(timeout, left)))


def _left(seconds: float) -> float:
    """The same while there is any; a socket that is given none would wait for ever."""
    if seconds <= 0:
        raise OutOfTime("the time is up")
    return seconds


def _told(error: OSError, late: type[Exception], broken: type[Exception]) -> Exception:
    return (late if isinstance(error, TimeoutError | OutOfTime) else broken)(str(error))
