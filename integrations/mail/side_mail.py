"""Side conversations out: written by a person, answered to an address of the conversation's own, in one thread."""

from typing import Any

from django.conf import settings

from integrations.mail import connector
from outbox.delivery import CannotEverSend
from tickets.models import SideConversation, SideMessage
from tickets.side.addressing import checked
from tickets.working import BadAnswer

MOST_REFERENCES = 20


def send(key: str, payload: dict[str, Any]) -> None:
    """Send one message of a conversation. Raises CannotEverSend where it is for the client, or what mail raises."""
    thread = SideConversation.objects.select_related("ticket").get(pk=payload["conversation"])
    _check(payload["to"], thread)
    before = SideMessage.objects.filter(conversation=thread, seq__lt=payload["seq"]).select_related("message")
    ids = [known for message in before.order_by("seq") if (known := _mail_id(message))]
    threading = {"In-Reply-To": ids[-1], "References": " ".join(kept(ids))} if ids else {}
    connector.post(key, payload, headers={"Reply-To": reply_address(thread.token), **threading})


def reply_address(token: str) -> str:
    """Where answers to a conversation go; whoever knows it can answer."""
    return settings.REPLY_ADDRESS.format(token=token)


def _check(to: list[str], thread: SideConversation) -> None:
    """Checked again as it leaves: whom it goes to may be the client's by now."""
    try:
        checked(to, client_id=thread.ticket.client_id)
    except BadAnswer as error:
        raise CannotEverSend(str(error)) from None


def _mail_id(message: SideMessage) -> str:
    if message.message:
        return connector.message_id(message.message.key)
    return message.mail_id if message.mail_id.startswith("<") else ""


def kept(ids: list[str]) -> list[str]:
    """The first and the latest, since a header does not grow without end."""
    return ids if len(ids) <= MOST_REFERENCES else [ids[0], *ids[1 - MOST_REFERENCES :]]
