"""The desk's addresses."""

from django.urls import path

from tickets.acting import verb
from tickets.bulk_page import bulk
from tickets.calls_page import answer, calls_list
from tickets.counts_page import view_counts
from tickets.desk_profile_page import desk_profile
from tickets.file_pages import file, replies
from tickets.left import left
from tickets.linked_pages import link_removal, links, split_page
from tickets.notified_page import notification, notifications, read_notifications
from tickets.policy_trial import policy_trial
from tickets.queue_page import changes, following, tickets
from tickets.radar.page import place as place_on_radar
from tickets.radar.page import radar
from tickets.reply_template_pages import new_template, template, template_removal, templates
from tickets.saved_views_pages import new_view, view, view_pin, view_removal, view_unpin, views
from tickets.shift.hand_over_page import hand_over, hand_overs, reading
from tickets.shift.page import shift
from tickets.snooze_page import snooze_ticket, wake_ticket
from tickets.ticket_views import at_ticket, draft, ticket
from tickets.undo_page import undo_acts
from tickets.verbs import VERBS
from tickets.views import new

urlpatterns = [
    path("notifications/", notifications, name="notifications"),
    path("notifications/reading/", read_notifications, name="read-notifications"),
    path("notifications/<int:pk>/", notification, name="notification"),
    path("account/desk/", desk_profile, name="desk-profile"),
    path("radar/", radar, name="radar"),
    path("shift/", shift, name="shift"),
    path("shift/hand-over/", hand_over, name="hand-over"),
    path("shift/hand-over/<int:pk>/reading/", reading, name="read-hand-over"),
    path("shift/hand-overs/<slug:slug>/", hand_overs, name="hand-overs"),
    path("tickets/", tickets, name="queue"),
    path("tickets/changes/", changes, name="queue-changes"),
    path("tickets/new/", new, name="new-ticket"),
    path("tickets/next/", following, name="next-ticket"),
    path("tickets/bulk/", bulk, name="bulk"),
    path("tickets/left/", left, name="left-rows"),
    path("tickets/views/", views, name="saved-views"),
    path("tickets/views/counts/", view_counts, name="view-counts"),
    path("tickets/views/new/", new_view, name="new-saved-view"),
    path("tickets/views/<int:pk>/", view, name="saved-view"),
    path("tickets/views/<int:pk>/removal/", view_removal, name="saved-view-removal"),
    path("tickets/views/<int:pk>/pin/", view_pin, name="pin-saved-view"),
    path("tickets/views/<int:pk>/unpin/", view_unpin, name="unpin-saved-view"),
    path("tickets/undo/", undo_acts, name="undo"),
    path("calls/", calls_list, name="calls"),
    path("calls/<str:key>/answer/", answer, name="call-answer"),
    path("tickets/<str:key>/", ticket, name="ticket"),
    path("tickets/<str:key>/presence/", at_ticket, name="presence"),
    path("tickets/<str:key>/draft/", draft, name="draft"),
    path("tickets/<str:key>/snooze/", snooze_ticket, name="snooze"),
    path("tickets/<str:key>/radar/", place_on_radar, name="place-on-radar"),
    path("tickets/<str:key>/wake/", wake_ticket, name="wake"),
    path("policies/<slug:slug>/draft/trial/<str:key>/", policy_trial, name="policy-trial-ticket"),
    path("tickets/<str:key>/replies/", replies, name="replies"),
    path("tickets/<str:key>/files/<int:pk>/", file, name="ticket-file"),
    path("tickets/<str:key>/links/", links, name="links"),
    path("tickets/<str:key>/links/<int:pk>/removal/", link_removal, name="link-removal"),
    path("reply-templates/", templates, name="reply-templates"),
    path("reply-templates/new/", new_template, name="new-reply-template"),
    path("reply-templates/<int:pk>/", template, name="reply-template"),
    path("reply-templates/<int:pk>/removal/", template_removal, name="reply-template-removal"),
    path("tickets/<str:key>/split/", split_page, name="split"),
    *(path(f"tickets/<str:key>/{noun}/", verb, {"noun": noun}, name=noun) for noun in VERBS if noun != "replies"),
]
