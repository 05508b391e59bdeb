"""The record of who was let in to what, by whom and when; rows are only ever added."""

from datetime import datetime

from accounts.models import AccessChange, User

What = AccessChange.What
LONGEST = 300


def record(
    what: str, *, by: User | None, now: datetime, person: User | None = None, about: str = "", before: str = "",
    after: str = "",
) -> AccessChange:  # fmt: skip
    """Note one change. `about` is a client's slug; `by` is None for commands and imported files."""
    return AccessChange.objects.create(
        what=what, person=person, about=about, before=before[:LONGEST], after=after[:LONGEST], by=by, at=now
    )
