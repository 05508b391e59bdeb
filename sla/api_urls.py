"""The REST API's URLs of calendars and agreements, below /api/v1/."""

from django.urls import path

from sla import api

urlpatterns = [
    path("calendars/", api.Calendars.as_view(), name="api-calendars"),
    path("calendars/<slug:slug>/calculation/", api.CalendarCalculation.as_view(), name="api-calculation"),
    path("agreements/", api.Agreements.as_view(), name="api-agreements"),
]
