"""The web server's log, whose lines hold the address that was asked for and the one that led there."""

from typing import Any

from gunicorn.glogging import Logger

from escalation_portal.redaction import redacted


class AccessLogger(Logger):
    """Gunicorn's own, without the secrets that stand in addresses."""

    def atoms(self, *args: Any) -> dict[str, Any]:
        return {name: redacted(atom) if isinstance(atom, str) else atom for name, atom in super().atoms(*args).items()}
