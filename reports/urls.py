"""Addresses of reports."""

from django.urls import path

from reports import replay_page, scorecard_files, scorecard_page, views

urlpatterns = [
    path("reports/", views.service_levels, name="reports"),
    path("reports/vendors/", scorecard_page.scorecards, name="vendor-scorecards"),
    path("reports/vendors/scorecards.csv", scorecard_files.scorecards_csv, name="vendor-scorecards-csv"),
    path("reports/vendors/<slug:slug>/", scorecard_page.scorecard, name="vendor-scorecard"),
    path("reports/vendors/<slug:slug>/scorecard.csv", scorecard_files.scorecard_csv, name="vendor-scorecard-csv"),
    path("reports/vendors/<slug:slug>/scorecard.pdf", scorecard_files.scorecard_pdf, name="vendor-scorecard-pdf"),
    path("policies/<slug:slug>/draft/replay/", replay_page.policy_replay, name="policy-replay"),
]
