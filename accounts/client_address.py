"""The address that a request comes from, as far as it can be believed."""

from collections.abc import Iterable, Sequence
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"


def client_address(request: HttpRequest) -> str:
    """The client's IP address; `UNKNOWN` when the connection has none, as over a socket file."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return believable(request.META.get("REMOTE_ADDR", ""), forwarded, settings.TRUSTED_PROXIES)


def believable(peer: str, forwarded: Iterable[str], proxies: Sequence[str]) -> str:
    """The last address on the way here that none of our own `proxies` (networks) wrote about itself.

    `forwarded` is X-Forwarded-For, the client first. Anybody can write into it, so it counts only as far as trusted
    proxies have handed it on; what is no address ends the way.
    """
    last = _plain(peer)
    for hop in (peer, *reversed(list(forwarded))):
        address = _plain(hop)
        if address == UNKNOWN:
            break
        last = address
        if not any(ip_address(address) in ip_network(proxy) for proxy in proxies):
            break
    return last


def network_of(ip: str) -> str:
    """The network that one subscriber has: an IPv4 address itself, of an IPv6 address the first 64 bits."""
    address = ip_address(_plain(ip))
    return str(address) if address.version == 4 else str(ip_network(f"{address}/64", strict=False))


def is_address(host: str) -> bool:
    """Whether `host` is an IP address rather than a name."""
    return _plain(host.strip("[]")) != UNKNOWN


def _plain(text: str) -> str:
    """An address in its shortest form, IPv4 even when it came mapped into IPv6."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return UNKNOWN
    return str(getattr(address, "ipv4_mapped", None) or address)
