"""The REST API's URLs of the vendor directory, below /api/v1/."""

from django.urls import path

from vendors import api

urlpatterns = [
    path("vendors/", api.Vendors.as_view(), name="api-vendors"),
    path("vendors/<slug:slug>/", api.OneVendor.as_view(), name="api-vendor"),
    path("services/", api.Services.as_view(), name="api-services"),
]
