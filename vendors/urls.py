"""Pages about vendors, and about a client with its accounts at them."""

from django.urls import path

from vendors import client_page, confirm_page, directory_page, verification_page, views

urlpatterns = [
    path("vendors/", directory_page.vendors, name="vendors"),
    path("vendors/verification/", verification_page.due, name="verification"),
    path("vendors/verification/confirmations/", verification_page.confirmations, name="confirm-contacts"),
    path("vendors/verification/<int:pk>/", verification_page.contact_point, name="contact-point"),
    path("vendors/verification/<int:pk>/correction/", verification_page.correction, name="correct-contact"),
    path("vendors/verification/<int:pk>/fault/", verification_page.fault, name="fault-of-contact"),
    path("confirmations/<str:token>/", confirm_page.confirm_contact, name="confirm-contact"),
    path("vendors/<slug:slug>/", views.vendor, name="vendor"),
    path("clients/<slug:slug>/", client_page.client, name="client"),
]
