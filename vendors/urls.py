"""Pages about vendors."""

from django.urls import path

from vendors import views

urlpatterns = [
    path("vendors/", views.vendors, name="vendors"),
    path("vendors/<slug:slug>/", views.vendor, name="vendor"),
]
