"""Clients that are kept to some teams: documents that every technician reads say that there are some, not who. Pure."""

from collections.abc import Sequence

from documents.generated.marks import plain

KEPT = "clients that are kept to some teams"
NOT_SHOWN = (
    f"What is different for {KEPT} is not shown here, for more people read this than may see them. It stands on those "
    "clients' own pages, and in the policy itself."
)
RULES_NOT_SHOWN = f"Rules that name {KEPT} are not shown here; they are read in their places all the same."


def with_kept(names: Sequence[str], kept: bool) -> list[str]:
    """The names, ready to be shown, and one more for all that are not told, if there are any."""
    return [*map(plain, names), *([KEPT] if kept else [])]


def all_of(names: Sequence[str], kept: bool) -> str:
    """The names in one line: "Acme, Borealis, and clients that are kept to some teams"."""
    told = ", ".join(map(plain, names))
    return ", and ".join(filter(None, (told, KEPT if kept else "")))
