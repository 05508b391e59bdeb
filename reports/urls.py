"""Addresses of reports."""

from django.urls import path

from reports import views

urlpatterns = [path("reports/", views.service_levels, name="reports")]
