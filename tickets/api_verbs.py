"""Verbs on a ticket as sub-resources: each checks its body, calls the one function of the core, shows the ticket."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.fields import Body
from accounts.idempotency import once_per_key
from tickets import bodies, lifecycle, managing, merging
from tickets.api import TICKET, TicketView


class Verb(TicketView):
    """One verb: subclasses name the body and do it."""

    scopes = {"POST": "tickets:work"}
    body: ClassVar[type[Body]]

    @once_per_key
    def post(self, request: Request, key: str) -> Response:
        self.act(key=key, by=request.user, now=self.now, **self.said(self.body))
        return self.answer(self.seen(key))

    def act(self, **said: Any) -> None:
        raise NotImplementedError


def verb(operation: str, body: type[Body]) -> Any:
    """Describe a verb and give it its body."""

    def describe(view: type[Verb]) -> type[Verb]:
        view.body = body
        described = extend_schema(operation_id=operation, request=body, responses={200: TICKET})
        return extend_schema_view(post=described)(view)

    return describe


@verb("acknowledge_ticket", bodies.AutomaticBody)
class Acknowledgement(Verb):
    """Take the ticket: its acknowledgement clocks stop."""

    act = staticmethod(lifecycle.acknowledge)


@verb("escalate_ticket", bodies.EscalationBody)
class Escalation(Verb):
    """Pass it to the next step that can be reached, or to the step named; or call a manager, who changes no hands."""

    def act(self, *, kind: str, to: str, tried: str, **said: Any) -> None:
        if kind == "HIERARCHICAL":
            managing.call_manager(**said)
        else:
            lifecycle.escalate(to=to, tried=tried, **said)


@verb("assign_ticket", bodies.AssignmentBody)
class Assignment(Verb):
    """Give it to a person in a team."""

    act = staticmethod(lifecycle.assign)


@verb("wait_with_ticket", bodies.WaitBody)
class Wait(Verb):
    """Wait on the client, on the vendor of a lodged case, or hold until a moment."""

    act = staticmethod(lifecycle.wait)


@verb("resume_ticket", bodies.ResumptionBody)
class Resumption(Verb):
    """The wait is over."""

    act = staticmethod(lifecycle.resume)


@verb("resolve_ticket", bodies.ResolutionBody)
class Resolution(Verb):
    """It is done; the client reads the summary."""

    act = staticmethod(lifecycle.resolve)


@verb("reopen_ticket", bodies.ReopeningBody)
class Reopening(Verb):
    """It was not done after all."""

    act = staticmethod(lifecycle.reopen)


@verb("reply_to_ticket", bodies.ReplyBody)
class Replies(Verb):
    """Write a public reply, or a work note that the client never reads."""

    def act(self, *, body: str, **said: Any) -> None:
        lifecycle.reply(text=body, **said)


@verb("merge_ticket", bodies.MergeBody)
class Merge(Verb):
    """It goes on as another ticket of the same client, with its cases and alerts; answered is the one that ends."""

    act = staticmethod(merging.merge)
