"""The pages by which managers keep the directory; they are tried before that of a vendor called like one of them."""

from django.urls import path

from vendors import account_pages, history_page, removal_page, vendor_editor

SERVICE = "vendors/<slug:slug>/services/<slug:service>/"
urlpatterns = [
    path("vendors/new/", vendor_editor.new_vendor, name="vendor-new"),
    path("vendors/<slug:slug>/edit/", vendor_editor.edit_vendor, name="vendor-edit"),
    path("vendors/<slug:slug>/history/", history_page.history, name="vendor-history"),
    path("vendors/<slug:slug>/history/<int:pk>/", history_page.as_it_stood, name="vendor-edit-shown"),
    path("vendors/<slug:slug>/removal/", removal_page.removal, name="vendor-removal"),
    path("vendors/<slug:slug>/comeback/", removal_page.comeback, name="vendor-comeback"),
    path("vendors/<slug:slug>/services/new/", vendor_editor.new_service, name="service-new"),
    path(f"{SERVICE}removal/", removal_page.removal, name="service-removal"),
    path(f"{SERVICE}comeback/", removal_page.comeback, name="service-comeback"),
    path(f"{SERVICE}confirmation/", removal_page.confirmation, name="service-confirmation"),
    path(f"{SERVICE}accounts/new/", account_pages.new_account, name="account-new"),
    path(f"{SERVICE}<slug:part>/", vendor_editor.edit_part, name="service-part"),
    path("vendors/<slug:slug>/accounts/<int:pk>/", account_pages.edit_account, name="account-edit"),
    path("vendors/<slug:slug>/accounts/<int:pk>/removal/", account_pages.account_removal, name="account-removal"),
]
