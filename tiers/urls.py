"""Pages about policies, and what they mean for the promises to a client."""

from django.urls import path

from tiers import promises_page, views

urlpatterns = [
    path("policies/", views.policies, name="policies"),
    path("policies/<slug:slug>/", views.policy, name="policy"),
    path("clients/<slug:slug>/promises/", promises_page.promises, name="promises"),
]
