"""The REST API's URLs of policies, tiers and teams, below /api/v1/."""

from django.urls import path

from tiers import api

urlpatterns = [
    path("policies/", api.Policies.as_view(), name="api-policies"),
    path("policies/<slug:slug>/", api.PolicyView.as_view(), name="api-policy"),
    path("policies/<slug:slug>/versions/", api.PolicyVersions.as_view(), name="api-policy-versions"),
    path("policies/<slug:slug>/lint/", api.PolicyLint.as_view(), name="api-policy-lint"),
    path("tiers/", api.Tiers.as_view(), name="api-tiers"),
    path("teams/", api.Teams.as_view(), name="api-teams"),
]
