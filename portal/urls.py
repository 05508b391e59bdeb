"""The client's pages."""

from django.urls import path

from portal import views

urlpatterns = [
    path("portal/", views.start, name="client-pages"),
    path("portal/<slug:slug>/", views.client_page, name="client-page"),
    path("portal/<slug:slug>/page.pdf", views.client_page_pdf, name="client-page-pdf"),
    path("share/<str:token>/", views.shared_page, name="shared-page"),
    path("portal/<slug:slug>/tickets/<str:key>/", views.client_ticket, name="client-ticket"),
    path("portal/<slug:slug>/tickets/<str:key>/files/<int:pk>/", views.client_file, name="client-file"),
]
