"""The REST API's URLs of reports, below /api/v1/."""

from django.urls import path

from reports import api

urlpatterns = [path("reports/vendors/", api.VendorScorecards.as_view(), name="api-vendor-scorecards")]
