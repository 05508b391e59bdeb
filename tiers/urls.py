"""Pages about policies."""

from django.urls import path

from tiers import views

urlpatterns = [
    path("policies/", views.policies, name="policies"),
    path("policies/<slug:slug>/", views.policy, name="policy"),
]
