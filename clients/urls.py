"""Pages about clients."""

from django.urls import path

from clients import views

urlpatterns = [path("clients/", views.clients, name="clients")]
