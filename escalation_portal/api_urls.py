"""The REST API with its description: `/api/v1/…`, the OpenAPI document, and pages to read it by."""

from django.urls import include, path, re_path
from django.views.generic import TemplateView
from drf_spectacular.views import SpectacularAPIView

from accounts.api_view import NothingHere

urlpatterns = [
    path("v1/", include("tickets.api_urls")),
    path("v1/", include("sla.api_urls")),
    path("v1/", include("vendors.api_urls")),
    path("v1/", include("tiers.api_urls")),
    path("v1/", include("documents.api_urls")),
    path("v1/", include("reports.api_urls")),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[]), name="api-schema"),
    path("docs/", TemplateView.as_view(template_name="api/docs.html"), name="api-docs"),
    re_path(r"^", NothingHere.as_view()),
]
