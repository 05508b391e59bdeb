"""Side conversations as they are read: who has the last word, who is awaited, what could not be sent."""

from collections.abc import Iterable
from typing import Any

from outbox.models import Message
from tickets.models import SideConversation, SideMessage, Ticket
from tickets.side.quoting import parted
from tickets.side.talking import whom

Shown = dict[str, Any]
EXCERPT = 140  # characters of the last word that a list shows
WITH = ("team", "vendor", "opened_by")


def threads(ticket: Ticket) -> list[Shown]:
    """The ticket's conversations, where we wait first, closed ones last; two queries, one where there are none."""
    rows = list(SideConversation.objects.filter(ticket=ticket).select_related(*WITH).order_by("-last_at", "-pk"))
    last = _last_words(rows)
    shown = [{**heading(row), "last": last.get(row.pk)} for row in rows]
    return sorted(shown, key=lambda row: (row["closed"], not row["awaited"]))


def _last_words(rows: list[SideConversation]) -> dict[int, Shown]:
    if not rows:
        return {}
    found = SideMessage.objects.filter(conversation__in=[row.pk for row in rows]).order_by("conversation_id", "-seq")
    latest = found.distinct("conversation_id").select_related("author", "message")
    return {message.conversation_id: _excerpted(message) for message in latest}


def heading(thread: SideConversation) -> Shown:
    """What stands above a conversation, and in a list of them."""
    return {
        "pk": thread.pk,
        "whom": whom(thread),
        "kind": thread.kind,
        "subject": thread.subject,
        "to": thread.to,
        "closed": thread.state == SideConversation.State.CLOSED,
        "awaited": thread.awaited,
        "since": thread.last_at,
        "opened_by": str(thread.opened_by),
        "opened_at": thread.opened_at,
    }


def messages(thread: SideConversation) -> list[Shown]:
    """Every message, the first first, what it quotes apart from what it says."""
    rows = SideMessage.objects.filter(conversation=thread).select_related("author", "message").order_by("seq")
    known = {address.lower() for address in thread.to}
    return [_whole(row, known) for row in rows]


def strangers(thread: SideConversation) -> list[str]:
    """From where people answered who were not written to; one query."""
    known = {address.lower() for address in thread.to}
    theirs = SideMessage.objects.filter(conversation=thread, author=None, automatic=False).exclude(sender="")
    senders = theirs.order_by("seq").values_list("sender", flat=True)
    return list(dict.fromkeys(sender.lower() for sender in senders if sender.lower() not in known))


def _excerpted(message: SideMessage) -> Shown:
    said = " ".join(parted(message.body)[0].split())
    short = said if len(said) <= EXCERPT else f"{said[:EXCERPT].rstrip()} …"
    return {**_of(message), "said": short}


def _whole(message: SideMessage, known: Iterable[str]) -> Shown:
    said, quoted = parted(message.body)
    stranger = message.author_id is None and message.sender.lower() not in known
    return {**_of(message), "said": said, "quoted": quoted, "stranger": stranger}


def _of(message: SideMessage) -> Shown:
    sent = message.message
    return {
        "seq": message.seq,
        "who": str(message.author or message.sender or "Somebody"),
        "ours": message.author_id is not None,
        "automatic": message.automatic,
        "at": message.at,
        "failed": sent.last_error if sent and sent.state == Message.State.DEAD else "",
        "waiting": bool(sent and sent.state == Message.State.PENDING),
    }
