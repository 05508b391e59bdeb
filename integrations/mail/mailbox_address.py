"""Where a mailbox is, from its URL, and how one signs in to it. Pure; whatever is shown of it holds no password."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

PORTS = {"imaps": 993, "imap+tls": 143, "imap": 143}
FORM = "imaps://user:password@host:993/INBOX"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a mailbox; `scheme` says how what passes is encrypted, `repr` never tells the password."""

    scheme: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str

    @property
    def name(self) -> str:
        """As people and logs may read it."""
        return f"{self.user} at {self.host}, {self.folder}"

    def silent(self, text: str) -> str:
        """The text with the password taken out, should a server have repeated it."""
        return text.replace(self.password, "…") if self.password else text


def place_of(url: str) -> Place | None:
    """The place that a URL names, None for none. Raises ValueError in words that never hold the URL itself."""
    if not url.strip():
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise ValueError(f"IMAP_URL cannot be read; write {FORM}, with %40 for an @ in the user's name.") from None
    if parts.scheme not in PORTS or not parts.hostname or not parts.username or parts.password is None:
        raise ValueError(f"IMAP_URL must have the form {FORM}; imap+tls:// stands for STARTTLS.")
    if parts.scheme == "imap" and not _is_here(parts.hostname):
        raise ValueError("IMAP_URL would send the password in clear: write imaps:// or imap+tls://.")
    return Place(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], unquote(parts.username), unquote(parts.password),
        unquote(parts.path.strip("/")) or "INBOX",
    )  # fmt: skip


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
