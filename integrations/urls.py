"""The URLs at which outside systems knock."""

from django.urls import path

from integrations.hooks import Hook

urlpatterns = [path("hooks/<str:system>/<str:integration_id>/", Hook.as_view(), name="hook")]
