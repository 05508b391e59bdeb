"""The share links of a client's page."""

from django.urls import path

from clients import share_link_page

urlpatterns = [
    path("clients/<slug:slug>/share-links/", share_link_page.share_links, name="share-links"),
    path("clients/<slug:slug>/share-links/<int:pk>/revocation/", share_link_page.revocation, name="revoke-share-link"),
]
