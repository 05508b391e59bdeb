"""Which status may follow which, and who holds a ticket. The one place that says so."""

NEW, IN_PROGRESS = "NEW", "IN_PROGRESS"
WAITING_ON_CLIENT, WAITING_ON_VENDOR, ON_HOLD = "WAITING_ON_CLIENT", "WAITING_ON_VENDOR", "ON_HOLD"
RESOLVED, CLOSED, MERGED = "RESOLVED", "CLOSED", "MERGED"

STATUSES = (NEW, IN_PROGRESS, WAITING_ON_CLIENT, WAITING_ON_VENDOR, ON_HOLD, RESOLVED, CLOSED, MERGED)
OPEN_STATUSES = (NEW, IN_PROGRESS, WAITING_ON_CLIENT, WAITING_ON_VENDOR, ON_HOLD)

TIER, CLIENT, VENDOR, NOBODY = "TIER", "CLIENT", "VENDOR", "NOBODY"
HOLDERS = (TIER, CLIENT, VENDOR, NOBODY)

# A tier that a ticket arrives at must acknowledge for itself, so NEW can follow any open status.
_WHILE_OPEN = frozenset({NEW, IN_PROGRESS, WAITING_ON_CLIENT, WAITING_ON_VENDOR, ON_HOLD, RESOLVED, MERGED})
MOVES: dict[str, frozenset[str]] = {
    NEW: _WHILE_OPEN,
    IN_PROGRESS: _WHILE_OPEN - {IN_PROGRESS},
    WAITING_ON_CLIENT: _WHILE_OPEN,
    WAITING_ON_VENDOR: _WHILE_OPEN,
    ON_HOLD: _WHILE_OPEN,
    RESOLVED: frozenset({CLOSED, NEW, MERGED}),
    CLOSED: frozenset(),
    MERGED: frozenset(),
}


class NotAllowedNow(Exception):
    """The ticket's state does not allow this; the message says what it is and what would be possible."""


def check_move(current: str, wanted: str) -> None:
    """Raise NotAllowedNow unless a ticket in status `current` may go to `wanted`."""
    if wanted not in MOVES[current]:
        raise NotAllowedNow(f"A ticket that is {words(current)} cannot become {words(wanted)}.")


def words(status: str) -> str:
    """The status as people read it: WAITING_ON_VENDOR → "waiting on vendor"."""
    return status.replace("_", " ").lower()


def diagram() -> str:
    """The moves as a Mermaid state diagram, for docs/ticket-states.md."""
    moves = [f"    {status} --> {after}" for status in STATUSES for after in STATUSES if after in MOVES[status]]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {NEW}", *moves])
