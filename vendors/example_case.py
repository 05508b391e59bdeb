"""A case with an invented ticket, so that whoever writes a template sees what a vendor would get. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from vendors.completeness import render

# Where required data are usually taken from, as suggestions.
EXAMPLE_SOURCES = (
    "question", "account.tenant_id", "account.contract_number", "asset.name", "asset.serial", "asset.os", "event.code",
    "event.message", "ticket.title", "ticket.description", "ticket.error_code", "ticket.device_name", "client.name",
    "contact.name", "contact.email", "contact.phone",
)  # fmt: skip
MASK = "••••••"
INVENTED = {
    "ticket_key": "ESC-1042",
    "client": "Example Ltd",
    "title": "Nobody can sign in since this morning",
    "description": "All 40 people see the same error. It began at 08:55.",
    "priority": "P1",
    "severity": "A",
    "contact_name": "Sam Example",
    "callback": "+44 20 7946 0000",
    "portal_url": "https://portal.example/tickets/ESC-1042/",
    "error_code": "0x8004de40",
    "device_name": "SRV-01",
    "device_os": "Windows Server 2022",
    "timeline": "Opened 2026-03-02 09:02 UTC; so far with L1 and L2.",
    "opened_at": "2 March 2026 09:02 UTC",
}


def example(template: Mapping[str, str], required: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Subject and body of the invented ticket's case; a required datum stands as its label, a secret as its mask."""
    facts = {datum["key"]: MASK if datum.get("secret") else f"[{datum['label']}]" for datum in required}
    return {part: render(template.get(part, ""), {**facts, **INVENTED}) for part in ("subject", "body")}
