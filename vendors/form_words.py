"""Values of the configuration of vendors as people say them. Pure."""

from collections.abc import Mapping
from typing import Any

CHANNELS = {"MAIL": "by mail", "PORTAL": "on the vendor's portal, by hand", "API": "through the vendor's API"}
ORIGINS = {
    "ticket": "the ticket",
    "client": "the client",
    "contact": "the contact",
    "asset": "the asset",
    "account": "the client's account",
    "event": "the alert",
}
# How each promise is said, and what is not promised where it is declined.
PROMISES = {
    "RESPOND": ("first answer within {}", "first answer"),
    "UPDATE": ("updates every {}", "updates"),
    "RESOLVE": ("solved within {}", "solution"),
}
DECLINED = "none"


def origin(source: str) -> str:
    """Where a datum of a case comes from."""
    group, _, key = source.partition(".")
    return f"{ORIGINS[group]}: {key.replace('_', ' ')}" if group in ORIGINS else "asked of the technician"


def promised(targets: Mapping[str, Any]) -> str:
    """What is promised for one severity, and beside that what is declined."""
    kept = [said.format(targets[m]) for m, (said, _) in PROMISES.items() if targets.get(m, DECLINED) != DECLINED]
    declined = [name for m, (_, name) in PROMISES.items() if targets.get(m) == DECLINED]
    if not kept:
        return "nothing promised"
    return ", ".join(kept) + (f"; declined: {', '.join(declined)}" if declined else "")
