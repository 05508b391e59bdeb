"""Priorities, and how impact and urgency make one.

The matrix is the one customary in ITIL incident management (impact: how much of the business; urgency: how soon it
hurts), with its fifth level, planning, folded into P4.
"""

P1, P2, P3, P4 = "P1", "P2", "P3", "P4"
PRIORITIES = (P1, P2, P3, P4)
DEFAULT = P3

HIGH, MEDIUM, LOW = "HIGH", "MEDIUM", "LOW"
LEVELS = (HIGH, MEDIUM, LOW)

_MATRIX = {
    (HIGH, HIGH): P1,
    (HIGH, MEDIUM): P2,
    (HIGH, LOW): P3,
    (MEDIUM, HIGH): P2,
    (MEDIUM, MEDIUM): P3,
    (MEDIUM, LOW): P4,
    (LOW, HIGH): P3,
    (LOW, MEDIUM): P4,
    (LOW, LOW): P4,
}


def from_impact_urgency(*, impact: str, urgency: str) -> str:
    """The priority, P1 to P4, of an impact and an urgency, each HIGH, MEDIUM or LOW.

    Raises ValueError naming the one that is none of these.
    """
    for name, level in (("impact", impact), ("urgency", urgency)):
        if level not in LEVELS:
            raise ValueError(f"{name}: {level!r} is not one of {', '.join(LEVELS)}")
    return _MATRIX[impact, urgency]
