"""The portal's own addresses: whose an address is by its token, and which one calls for a manager."""

import re

from django.conf import settings


def token_of(address: str) -> str:
    """Which side conversation or case an address belongs to; "" for one that is neither's."""
    head, _, tail = settings.REPLY_ADDRESS.lower().partition("{token}")
    found = re.fullmatch(f"{re.escape(head)}([0-9a-z]+){re.escape(tail)}", address.lower())
    return found[1] if found else ""


def is_for_escalations(address: str) -> bool:
    """Whether colleagues write there who need a manager."""
    return address.lower() == settings.ESCALATIONS_ADDRESS.lower()
