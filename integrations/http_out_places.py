"""Where a request may go: the place that a URL names, the addresses that are public, and the exceptions. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
PORTS = {"https": 443, "http": 80}
PUBLIC_PORTS = frozenset({443, 8443})
# Where IPv6 has an IPv4 address in its last four bytes, and what reaches it that way.
NAT64 = IPv6Network("64:ff9b::/96")
# All that is handed out as public of IPv6 lies in here.
UNICAST = IPv6Network("2000::/3")
# What some versions of Python hold for public: protocol assignments, relays and tunnels, documentation, and the
# address at which Azure's machines ask for their own data.
CLOSED = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "100.64.0.0/10", "198.18.0.0/15",
        "2001::/32", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip


class NotAPlace(ValueError):
    """The URL names nowhere that a request may go; the words say why."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a URL names: the scheme, the name or address as it stands there, and the port."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The exceptions: names with their port, which are trusted wherever they lead, and networks."""

    places: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()

    def names(self, place: Place) -> bool:
        return str(place) in self.places

    def holds(self, address: Address) -> bool:
        inner = within(address)
        return any(address in network or (inner and inner in network) for network in self.networks)


@lru_cache(maxsize=8)
def allowed(entries: tuple[str, ...]) -> Allowed:
    """The list of exceptions, each a network ("10.1.0.0/16"), an address, or a name with its port ("jira.lan:8080").

    Raises ValueError with the entry that is neither.
    """
    entries = tuple(entry.strip() for entry in entries)
    networks = {entry: network for entry in entries if (network := _network(entry))}
    places = [_listed_place(entry) for entry in entries if entry not in networks]
    return Allowed(frozenset(places), tuple(networks.values()))


def place_of(url: str, allow: Allowed) -> Place:
    """Where the URL leads, as far as one sees without looking its name up. Raises NotAPlace."""
    parts = _parts(url)
    if parts.scheme not in PORTS:
        raise NotAPlace("the address must begin with https://")
    if not parts.raw_host:
        raise NotAPlace("the address names no host")
    if parts.userinfo:
        raise NotAPlace("the address must not hold a user or a password")
    place = Place(parts.scheme, parts.raw_host.decode(), PORTS[parts.scheme] if parts.port is None else parts.port)
    if place.scheme == "http" and not allow.names(place) and not allow.networks:
        raise NotAPlace("the address must begin with https://")
    return place


def check_addresses(place: Place, addresses: Iterable[Address], allow: Allowed) -> None:
    """Every address that the name has must be public or excepted; plain http is for excepted ones alone.

    Raises NotAPlace.
    """
    if allow.names(place):
        return
    others = [address for address in addresses if not allow.holds(address)]
    if any(not is_public(address) for address in others):
        raise NotAPlace(f"{place} leads to an address that is not public")
    if others and place.port not in PUBLIC_PORTS:
        raise NotAPlace(f"{place} is not on one of the ports 443 and 8443")
    if others and place.scheme != "https":
        raise NotAPlace(f"{place} must be reached by https://")


def is_public(address: Address) -> bool:
    """Whether anybody's machine may have this address, and no network of ours."""
    inner = within(address)
    if inner is not None:
        return is_public(inner)
    if any(address in network for network in CLOSED) or (address.version == 6 and address not in UNICAST):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def within(address: Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 address stands for, None where it stands for itself."""
    if isinstance(address, IPv4Address):
        return None
    return address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None)


def _parts(url: str) -> httpx.URL:
    """Read as the client itself reads it, so that what is checked is what is asked."""
    if any(sign <= " " or sign in "\x7f\\" for sign in url):
        raise NotAPlace("the address holds a blank or a sign that none may hold")
    try:
        return httpx.URL(url)
    except httpx.InvalidURL:
        raise NotAPlace("this is no web address") from None


def _network(entry: str) -> Network | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None


def _listed_place(entry: str) -> str:
    port = entry.rpartition(":")[2]
    try:
        parts = _parts(f"https://{entry}")
        if port.isdecimal() and int(port) < 65536 and parts.raw_host and not parts.userinfo and parts.raw_path == b"/":
            return str(Place("https", parts.raw_host.decode(), int(port)))
    except NotAPlace:
        pass
    raise ValueError(f'"{entry}" is neither a network (10.1.0.0/16) nor a name with its port (jira.lan:8080)')
