"""Addresses of reports."""

from django.urls import path

from reports import replay_page, views

urlpatterns = [
    path("reports/", views.service_levels, name="reports"),
    path("policies/<slug:slug>/draft/replay/", replay_page.policy_replay, name="policy-replay"),
]
