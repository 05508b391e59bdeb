"""What people chose for the desk: how mail reaches them, and whether single keys act in the queue."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.db.models import Exists, OuterRef

from accounts.models import User
from accounts.roles import STAFF
from accounts.zones import is_zone
from sla.agreements import CalendarRef
from sla.models import Calendar
from tickets.digest_times import DAILY_AT, Choice
from tickets.models import DeskProfile, Notification
from tiers.models import Team

CHOSEN = ("desk__mail", "desk__digest_at", "desk__mail_hours__name", "timezone")
KNOWN = ("email", "pk", "is_active", *CHOSEN)


@dataclass(frozen=True, slots=True)
class Listener:
    """A colleague who is told in the page, and by mail as it chose; one who `has_left` is told nothing."""

    user_id: int
    email: str
    choice: Choice
    has_left: bool = False


Listeners = Mapping[str, Listener]
"""Colleagues by their address in small letters."""


def listeners(calendars: Mapping[str, CalendarRef]) -> Listeners:
    """Every colleague by address, and everybody who has left, in one query; `calendars` are the live ones by name.

    Programs and people of clients are none: they have no desk to be told at. Where a team's mailbox was the address of
    somebody who has left, it is the team's.
    """
    people = User.objects.filter(kind=User.Kind.PERSON).order_by()
    staff = people.filter(is_active=True, groups__name__in=STAFF)
    mailbox = Team.objects.filter(email__iexact=OuterRef("email"))
    gone = people.filter(~Exists(mailbox), is_active=False)
    rows = staff.values_list(*KNOWN).union(gone.values_list(*KNOWN))
    return {
        email.lower(): Listener(pk, email, choice(calendars, *chosen), has_left=not is_active)
        for email, pk, is_active, *chosen in rows
    }


def choice(
    calendars: Mapping[str, CalendarRef], mail: str | None, digest_at: time | None, hours: str | None, timezone: str
) -> Choice:
    """What a person chose, or would have chosen by choosing nothing."""
    found = calendars.get(hours) if hours else None
    zone = timezone if is_zone(timezone) else "UTC"
    return Choice(mail or DeskProfile.Mail.AT_ONCE, zone, digest_at or DAILY_AT, found.calendar if found else None)


def profile_of(user: User) -> DeskProfile:
    """The person's choices; the defaults, not written yet, where there are none."""
    known = DeskProfile.objects.select_related("mail_hours").filter(user=user).first()
    return known or DeskProfile(user=user)


def keys_on(user: User) -> bool:
    """Whether single keys act on the desk's pages; they do unless they were switched off. One query."""
    return not DeskProfile.objects.filter(user=user, single_keys=False).exists()


def choose(
    user: User, *, single_keys: bool, mail: str, digest_at: time | None = None, mail_hours: Calendar | None = None
) -> None:
    """Keep what the person chose. What waits for a digest then follows the new choice; by "never", nothing waits."""
    chosen: dict[str, Any] = {
        "single_keys": single_keys, "mail": mail, "digest_at": digest_at, "mail_hours": mail_hours,
    }  # fmt: skip
    DeskProfile.objects.update_or_create(user=user, defaults=chosen)
    if mail == DeskProfile.Mail.NEVER:
        Notification.objects.filter(user=user, to_mail=True).update(to_mail=False)
