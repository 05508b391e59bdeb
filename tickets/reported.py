"""What an outside system reports, in one form whatever the system: the canonical monitoring event. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FIRING, ACKNOWLEDGED, RESOLVED = "FIRING", "ACKNOWLEDGED", "RESOLVED"
PRIORITY_OF = {"CRITICAL": "P1", "HIGH": "P2", "MEDIUM": "P3", "LOW": "P4", "INFO": "P4"}


class CannotRead(ValueError):
    """The payload lacks something without which it means nothing; `field` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


# What the columns hold that these are stored in. Cutting an identity would merge strangers, so it is refused.
LONGEST = {
    "delivery_id": 255, "dedupe_key": 255, "external_org": 120, "error_code": 80, "device_name": 120, "device_os": 80,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReportedEvent:
    """One event. `delivery_id` is the same for a replay; `dedupe_key` is the same for one condition.

    `state` is FIRING, ACKNOWLEDGED or RESOLVED; `severity` CRITICAL, HIGH, MEDIUM, LOW or INFO.
    Raises CannotRead for a part that is longer than what can be stored.
    """

    delivery_id: str
    dedupe_key: str
    state: str
    severity: str
    title: str
    occurred_at: datetime
    external_org: str
    message: str = ""
    error_code: str = ""
    device_name: str = ""
    device_type: str = "OTHER"
    device_os: str = ""
    impact: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    payload: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, longest in LONGEST.items():
            if len(getattr(self, name)) > longest:
                raise CannotRead(name, f"is longer than {longest} characters")
