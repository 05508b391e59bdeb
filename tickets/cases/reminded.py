"""Whether a vendor that was asked has been written to once more, which is what its client is told of."""

from django.db.models import Exists, OuterRef, Subquery

from outbox.models import Message
from tickets.models import BallChange, CaseMessage

REMINDERS = (CaseMessage.Kind.NUDGE, CaseMessage.Kind.REPLY)


def was_reminded() -> Exists:
    """Of a case in a query: whether a letter of ours really went out since its ball is where it is.

    A call that somebody is asked to make is none, and neither is a letter that waits or could not be sent.
    """
    balls = BallChange.objects.filter(case=OuterRef("case")).order_by("-seq").values("began_at")
    went = CaseMessage.objects.filter(case=OuterRef("pk"), kind__in=REMINDERS, message__state=Message.State.SENT)
    return Exists(went.filter(at__gt=Subquery(balls[:1])))
