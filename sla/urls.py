"""Pages about calendars and agreements."""

from django.urls import path

from sla import agreement_editor, agreement_page, calendar_editor, calendar_page

urlpatterns = [
    path("calendars/", calendar_page.calendars, name="calendars"),
    path("calendars/new/", calendar_editor.new, name="new-calendar"),
    path("calendars/<slug:slug>/", calendar_page.calendar, name="calendar"),
    path("calendars/<slug:slug>/edit/", calendar_editor.edit, name="edit-calendar"),
    path("agreements/", agreement_page.agreements, name="agreements"),
    path("agreements/new/", agreement_editor.new, name="new-agreement"),
    path("agreements/<slug:slug>/", agreement_page.agreement, name="agreement"),
    path("agreements/<slug:slug>/edit/", agreement_editor.edit, name="edit-agreement"),
]
