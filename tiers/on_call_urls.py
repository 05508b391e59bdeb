"""Teams, who is on call, and calendars of it."""

from django.urls import path

from tiers import on_call_edit_page, on_call_feed_page, on_call_page

urlpatterns = [
    path("teams/", on_call_page.teams, name="teams"),
    path("teams/<slug:slug>/", on_call_page.team, name="team"),
    path("teams/<slug:slug>/edit/", on_call_edit_page.edit, name="edit-team"),
    path("teams/<slug:slug>/overrides/", on_call_page.take, name="take-over"),
    path("teams/<slug:slug>/overrides/<int:pk>/end/", on_call_page.give_back, name="end-override"),
    path("feeds/", on_call_feed_page.make, name="make-feed"),
    path("feeds/<int:pk>/revocation/", on_call_feed_page.revoke, name="revoke-feed"),
    # Whatever stands there, so that no address is answered, or logged, in another way than the right ones are.
    path("feeds/on-call/<path:secret>", on_call_feed_page.serve, name="on-call-feed"),
]
