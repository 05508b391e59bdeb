"""Pages about vendors, and about a client with its accounts at them."""

from django.urls import path

from vendors import client_page, views

urlpatterns = [
    path("vendors/", views.vendors, name="vendors"),
    path("vendors/<slug:slug>/", views.vendor, name="vendor"),
    path("clients/<slug:slug>/", client_page.client, name="client"),
]
