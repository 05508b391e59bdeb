"""The REST API's URLs of documents, below /api/v1/."""

from django.urls import path

from documents import api

urlpatterns = [
    path("documents/", api.Documents.as_view(), name="api-documents"),
    path("documents/<slug:slug>/", api.OneDocument.as_view(), name="api-document"),
]
