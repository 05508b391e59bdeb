"""Secrets in a case are references; they are resolved at the moment of sending and masked everywhere else."""

import re
from collections.abc import Sequence

from accounts.encryption import decrypt
from vendors.models import ServiceAccount

REFERENCE = re.compile(r"\[\[secret:(\d+):([a-z0-9_]+)\]\]")
MASK = "••••••"


def reference(account_id: int, key: str) -> str:
    return f"[[secret:{account_id}:{key}]]"


def masked(text: str) -> str:
    """The text with every secret hidden, for screens and logs."""
    return REFERENCE.sub(MASK, text)


def defused(text: str) -> str:
    """Text from outside, with anything that looks like a reference made harmless."""
    return REFERENCE.sub("(removed)", text)


def resolve(text: str, *, allowed: Sequence[str]) -> str:
    """The text with the allowed references replaced by their secrets. Raises KeyError for one that is gone."""
    for found in set(REFERENCE.findall(text)):
        if reference(int(found[0]), found[1]) in allowed:
            secrets = ServiceAccount.objects.values_list("secrets", flat=True).get(pk=found[0])
            text = text.replace(reference(int(found[0]), found[1]), decrypt(secrets[found[1]]))
    return text
