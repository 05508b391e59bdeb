"""Credentials that outside systems put into their payloads are taken out before anything is stored. Pure."""

import re
from typing import Any

REMOVED = "(removed)"
# Matched against the key in lower case without separators, so that `X-Auth-Token`, `authToken` and `auth_token` agree.
_CREDENTIAL = re.compile(
    r"(token|password|passwd|passphrase|secret|apikey|accesskey|privatekey|routingkey|integrationkey|servicekey|"
    r"authorization|cookie|credentials?)$"
)


def scrubbed(value: Any) -> Any:
    """The same JSON value with whatever stands under a credential's key replaced."""
    if isinstance(value, dict):
        return {key: REMOVED if _names_credential(key) and inner else scrubbed(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [scrubbed(inner) for inner in value]
    return value


def _names_credential(key: str) -> bool:
    return _CREDENTIAL.search(re.sub(r"[^a-z]", "", key.lower())) is not None
