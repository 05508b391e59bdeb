"""The page on which somebody chooses how the desk behaves: keys, and how mail about tickets comes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import for_roles
from accounts.roles import STAFF
from sla.agreements import latest
from sla.calendar_document import calendar_of
from sla.models import Calendar, CalendarVersion
from tickets.desk_profile import choose, profile_of
from tickets.digest_times import DAILY_AT, Choice
from tickets.models import DeskProfile
from tiers.rotation_words import hours_words

Mail = DeskProfile.Mail


class DeskForm(forms.Form):
    """What a person decides about its desk."""

    single_keys = forms.BooleanField(
        required=False, label="One key per decision",
        help_text="a acknowledges, e escalates, and so on, while the queue or a ticket has the focus.",
    )  # fmt: skip
    mail = forms.ChoiceField(
        label="When it comes", choices=Mail.choices, widget=forms.RadioSelect,
        help_text="What you are told stands under Notifications in any case. A digest leaves out what you have read.",
    )  # fmt: skip
    digest_at = forms.TimeField(
        required=False, label="Time of the daily mail", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write a time of day, such as 08:00."},
    )  # fmt: skip
    mail_hours = forms.ChoiceField(
        required=False, label="Mail only within",
        help_text="Outside these hours it is quiet: mail waits until they begin.",
    )  # fmt: skip

    def __init__(self, *args: Any, profile: DeskProfile, versions: list[CalendarVersion], **kwargs: Any) -> None:
        own = {
            "single_keys": profile.single_keys, "mail": profile.mail, "digest_at": profile.digest_at or DAILY_AT,
            "mail_hours": profile.mail_hours.slug if profile.mail_hours else "",
        }  # fmt: skip
        super().__init__(*args, initial=own, **kwargs)
        self.fields["digest_at"].help_text = f"For once a day; on your own clock, {profile.user.timezone}."
        self.calendars: dict[str, Calendar] = {version.of.slug: version.of for version in versions}
        named = [(version.of.slug, f"{version.of.name}: {_words(version)}") for version in versions]
        self.fields["mail_hours"].choices = [("", "Any hours"), *named]

    def clean_mail_hours(self) -> Calendar | None:
        return self.calendars.get(self.cleaned_data["mail_hours"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("mail") == Mail.DAILY and not given.get("digest_at") and "digest_at" not in self.errors:
            self.add_error("digest_at", "Say at what time the daily mail is to come, such as 08:00.")
        return given


@for_roles(STAFF)
@never_cache
@require_http_methods(["GET", "POST"])
def desk_profile(request: HttpRequest) -> HttpResponse:
    """Keys and mail, for oneself alone."""
    profile, versions = profile_of(request.user), sorted(latest(CalendarVersion), key=lambda one: one.of.name.lower())
    form = DeskForm(request.POST or None, profile=profile, versions=versions)
    if form.is_valid():
        choose(request.user, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("desk-profile")
    shown = {"form": form, "now": database_now(), "quiet": _quiet(request.user, profile, versions)}
    return render(request, "tickets/desk_profile.html", shown, status=422 if form.is_bound else 200)


def _quiet(user: User, profile: DeskProfile, versions: list[CalendarVersion]) -> dict[str, Any]:
    """The chosen hours in words, and until when it is quiet now; nothing where no hours were chosen."""
    version = next((one for one in versions if one.of_id == profile.mail_hours_id), None)
    if version is None:
        return {}
    now = database_now()
    hours = calendar_of(version.document, name=version.of.name, since=version.published_at)
    choice = Choice(timezone=user.timezone, hours=hours)
    return {
        "words": f"{version.of.name}: {_words(version)}",
        "until": choice.leaves_at(now) if choice.is_quiet(now) else None,
    }


def _words(version: CalendarVersion) -> str:
    """ "Mon-Fri 09:00-17:30, less holidays (Europe/London)"."""
    document = version.document
    if document.get("always"):
        return "always"
    hours = hours_words(document["hours"]).replace("\n", "; ")
    off = ", less days off" if document.get("holidays") or document.get("closures") else ""
    return f"{hours}{off} ({document['timezone']})"
