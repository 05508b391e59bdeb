"""Pages about clients, the keys that see them, and the way in for people."""

from django.urls import path

from accounts import invitation_page
from clients import keys_page, views

urlpatterns = [
    path("clients/", views.clients, name="clients"),
    path("keys/", keys_page.keys, name="keys"),
    path("keys/new/", keys_page.new, name="new-key"),
    path("keys/<int:pk>/rotation/", keys_page.rotation, name="key-rotation"),
    path("keys/<int:pk>/revocation/", keys_page.revocation, name="key-revocation"),
    path("invitations/<str:token>/", invitation_page.accept, name="invitation"),
]
