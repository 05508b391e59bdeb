"""The REST API's URLs of tickets and events, below /api/v1/."""

from django.urls import path, re_path

from tickets import api, api_cases, api_links, api_radar, api_ticket, api_verbs
from tickets.api_events import Events

VERBS = {
    "acknowledgement": api_verbs.Acknowledgement,
    "escalation": api_verbs.Escalation,
    "assignment": api_verbs.Assignment,
    "wait": api_verbs.Wait,
    "resumption": api_verbs.Resumption,
    "resolution": api_verbs.Resolution,
    "reopening": api_verbs.Reopening,
    "replies": api_verbs.Replies,
    "vendor-cases": api_cases.VendorCases,
    "merge": api_verbs.Merge,
    "links": api_links.Links,
    "split": api_links.Splits,
    "radar": api_radar.RadarPlace,
    "timeline": api.Timeline,
    "explain": api.Explanations,
}
TICKET = r"^tickets/(?P<key>[A-Za-z]{1,10}-[0-9]{1,17})"

CASE = rf"{TICKET}/vendor-cases/(?P<case>[0-9]{{1,17}})"

urlpatterns = [
    path("tickets/", api.TicketList.as_view(), name="api-tickets"),
    re_path(rf"{TICKET}/$", api_ticket.TicketDetail.as_view(), name="api-ticket"),
    *(re_path(rf"{TICKET}/{name}/$", view.as_view(), name=f"api-ticket-{name}") for name, view in VERBS.items()),
    re_path(rf"{CASE}/lodged/$", api_cases.CaseLodged.as_view(), name="api-case-lodged"),
    re_path(rf"{CASE}/answers/$", api_cases.CaseAnswers.as_view(), name="api-case-answers"),
    path("events/", Events.as_view(), name="api-events"),
]
