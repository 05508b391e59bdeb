"""A case shown before it is sent by hand: exactly as it will go out.

It is lodged in full and taken back at once, so that what is shown cannot differ from what would be sent.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction

from tickets.cases.shown import pieces
from tickets.models import CaseMessage, TicketEvent, VendorCase
from tickets.status import NotAllowedNow

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """What would go out, to whom and by which way, with what is still missing; secrets are masked.

    `conditions` is what the service's own conditions say; `digest` is the same for the same letter.
    """

    vendor: str
    service: str
    way: str
    to: str
    priority: str
    severity: str
    subject: Sequence[Shown]
    body: Sequence[Shown]
    missing: Sequence[Mapping[str, str]]
    conditions: str
    by_hand: bool
    digest: str


class LetterChanged(NotAllowedNow):
    """What would be sent is not what was shown; `preview` is what it has become."""

    def __init__(self, preview: Preview) -> None:
        super().__init__("It has changed since you looked. Read it again, then send it.")
        self.preview = preview


def preview(lodge: Callable[[], VendorCase]) -> Preview:
    """What `lodge` would send. Raises whatever it raises; in the end nothing was done."""
    with transaction.atomic():
        shown = _shown(lodge())
        transaction.set_rollback(True)
    return shown


def check_unchanged(case: VendorCase, *, digest: str) -> None:
    """Raise LetterChanged unless the case that was just lodged is the one that was shown."""
    shown = _shown(case)
    if shown.digest != digest:
        raise LetterChanged(shown)


def _shown(case: VendorCase) -> Preview:
    labels = {datum["key"]: datum["label"] for datum in case.service.required}
    letter = CaseMessage.objects.filter(case=case, kind=CaseMessage.Kind.LODGED).order_by("-seq").first()
    to = letter.to if letter else (case.contact_point.value if case.contact_point else "")
    subject = letter.subject if letter else f"{case.subject} [ESC-{case.ticket_id}]"
    body = letter.body if letter else case.body
    return Preview(
        vendor=case.vendor.name, service=case.service.name, way=case.get_channel_display(), to=to,
        priority=case.ticket.priority, severity=case.severity, subject=pieces(subject, labels),
        body=pieces(body, labels), missing=case.missing, conditions=_conditions(case),
        by_hand=case.status == VendorCase.Status.PREPARED, digest=_digest(case, to, subject, body),
    )  # fmt: skip


def _conditions(case: VendorCase) -> str:
    """What the service's conditions said, as the timeline has kept it."""
    told = TicketEvent.objects.filter(ticket_id=case.ticket_id, kind=f"CASE_{case.status}").order_by("-seq").first()
    return str(told.why.get("conditions", "")) if told else ""


def _digest(case: VendorCase, *letter: str) -> str:
    asked = [one["key"] for one in case.missing]
    said = [case.service_id, case.channel, case.severity, asked, *letter]
    return sha256(json.dumps(said).encode()).hexdigest()
