"""Pages about policies, and what they mean for the promises to a client."""

from django.urls import path

from tiers import editor, editor_drafts, editor_review, editor_trial, promises_page, views

urlpatterns = [
    path("policies/", views.policies, name="policies"),
    path("policies/new/", editor_drafts.new, name="new-policy"),
    path("policies/<slug:slug>/", views.policy, name="policy"),
    path("policies/<slug:slug>/draft/", editor.draft, name="policy-draft"),
    path("policies/<slug:slug>/draft/trial/", editor_trial.trial, name="policy-trial"),
    path("policies/<slug:slug>/draft/review/", editor_review.review, name="policy-review"),
    path("policies/<slug:slug>/draft/discard/", editor_drafts.discard, name="policy-discard"),
    path("policies/<slug:slug>/restoration/", editor_drafts.restore, name="policy-restoration"),
    path("clients/<slug:slug>/promises/", promises_page.promises, name="promises"),
]
