"""What becomes of a mail that came in."""

from dataclasses import dataclass

from integrations.models import ReceivedMail

ANSWER, CALL, CASE, LOOK, IGNORED = (
    ReceivedMail.Outcome.ANSWER, ReceivedMail.Outcome.CALL, ReceivedMail.Outcome.CASE, ReceivedMail.Outcome.LOOK,
    ReceivedMail.Outcome.IGNORED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail, why, and the ticket and case that it was about."""

    kind: str
    because: str
    ticket_id: int | None = None
    case_id: int | None = None
