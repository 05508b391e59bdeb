"""The desk's addresses."""

from django.urls import path

from tickets.acting import verb
from tickets.policy_trial import policy_trial
from tickets.undo_page import undo_acts
from tickets.verbs import VERBS
from tickets.views import changes, new, ticket, tickets

urlpatterns = [
    path("tickets/", tickets, name="queue"),
    path("tickets/changes/", changes, name="queue-changes"),
    path("tickets/new/", new, name="new-ticket"),
    path("tickets/undo/", undo_acts, name="undo"),
    path("tickets/<str:key>/", ticket, name="ticket"),
    path("policies/<slug:slug>/draft/trial/<str:key>/", policy_trial, name="policy-trial-ticket"),
    *(path(f"tickets/<str:key>/{noun}/", verb, {"noun": noun}, name=noun) for noun in VERBS),
]
