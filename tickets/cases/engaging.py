"""Engaging a vendor: what the service's own conditions say of a ticket, and doing it where one says so by itself."""

from datetime import datetime

from tickets.case_facts import Sources
from tickets.cases.drafting import Request
from tickets.loading import unreachable
from tickets.models import VendorCase
from tickets.moves import event
from tickets.sentences import internal
from tickets.vendor_decisions import Engage
from tickets.work import Work
from tickets.working import BadAnswer
from vendors.engagement import Answer, Known, engagement, impact_of
from vendors.models import Service


def engagement_of(work: Work, service: Service, sources: Sources, *, now: datetime) -> Answer:
    """What the service's conditions say now, for people and pages; a step or a person may engage it all the same.

    In: `sources` of this ticket and service. A service that nothing can be lodged about is not engaged.
    """
    ticket = sources.tickets[work.id]
    if obstacle := _obstacle(service):
        return Answer(False, f"Not possible: {obstacle}.")
    minutes = (now - work.opened_at).total_seconds() / 60
    impact = impact_of(ticket.impact, work.priority)
    known = Known(ticket.error_code, ticket.category, work.tier.level, minutes, *impact)
    return engagement(service.engage_when, known)


def check_reachable(service: Service) -> None:
    """Raise BadAnswer where nothing can be lodged about this service."""
    if obstacle := _obstacle(service):
        raise BadAnswer("service", f"{obstacle[0].upper()}{obstacle[1:]}; see its page in the directory of vendors.")


def _obstacle(service: Service) -> str:
    retired = service.retired_at or service.vendor.retired_at
    reached = service.lodge_by == Service.Channel.API or bool(service.contact_points.all())
    return unreachable(service.name, retired, reached)


def engage(work: Work, action: Engage, *, now: datetime) -> Request:
    """A condition holds that engages the vendor by itself: told on the timeline; the case is still to be prepared."""
    text = internal(action.why)
    event(work, "ENGAGED", text, now=now, why=action.why)
    return Request(work, work.service_id or 0, text, engaged_by=VendorCase.EngagedBy.RULE)
