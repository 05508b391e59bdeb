"""The addresses of side conversations."""

from django.urls import path

from tickets.side import pages

urlpatterns = [
    path("tickets/<str:key>/side/new/", pages.begin, name="side-new"),
    path("tickets/<str:key>/side/<int:pk>/", pages.conversation, name="side-conversation"),
    path("tickets/<str:key>/side/<int:pk>/closing/", pages.closing, name="side-closing"),
    path("tickets/<str:key>/side/<int:pk>/reopening/", pages.reopening, name="side-reopening"),
    path("tickets/<str:key>/side/<int:pk>/messages/<int:seq>/sending/", pages.sending, name="side-sending"),
]
