"""Writing on a ticket and, in the same act, saying where it goes from there. Both are done or neither is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from accounts.models import User
from tickets import drafts, lifecycle
from tickets.models import Ticket
from tickets.status import NotAllowedNow
from tickets.working import BadAnswer

WAIT, RESOLVE = "wait", "resolve"


@transaction.atomic
def send(
    *, key: str, text: str, public: bool, then: str, by: User, now: datetime, files: Sequence[UploadedFile] = ()
) -> None:  # fmt: skip
    """A note or a reply; after a reply the ticket may wait for the client, or be resolved by what it says.

    The draft of `by` is done with. Raises BadAnswer for a note that should do more than be kept, and NotAllowedNow,
    with the hint that nothing was sent, where the ticket cannot go there.
    """
    if then and not public:
        raise BadAnswer("audience", "Only a public reply can let it wait for the client, or resolve it.")
    at: dict[str, Any] = {"key": key, "by": by, "now": now}
    try:
        if then == RESOLVE:  # what resolves a ticket is a reply by itself
            lifecycle.resolve(summary=text, files=files, **at)
        else:
            lifecycle.reply(text=text, public=public, files=files, **at)
        if then == WAIT:
            lifecycle.wait(on="CLIENT", why="Asked in a public reply.", **at)
    except NotAllowedNow as error:
        raise NotAllowedNow(f"Nothing was sent. {error}" if then else str(error)) from error
    drafts.discard(ticket_id=Ticket.objects.by_key(key).values_list("pk", flat=True).get(), by=by)
