"""The URLs at which outside systems knock, and where mails wait that came in."""

from django.urls import path

from integrations.hooks import Hook
from integrations.mail.looking_page import looked, mail, mails, put_to_case
from integrations.vendor_hook.source import SYSTEM as VENDOR
from integrations.vendor_hook.taking import VendorHook

urlpatterns = [
    path("hooks/vendor/<str:integration_id>/", VendorHook.as_view(), {"system": VENDOR}, name="vendor-hook"),
    path("hooks/<str:system>/<str:integration_id>/", Hook.as_view(), name="hook"),
    path("calls/mails/", mails, name="mails-to-look-at"),
    path("calls/mails/<int:pk>/", mail, name="mail-to-look-at"),
    path("calls/mails/<int:pk>/looked-at/", looked, name="mail-looked-at"),
    path("calls/mails/<int:pk>/case/", put_to_case, name="mail-put-to-case"),
]
