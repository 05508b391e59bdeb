"""Who is on call as a calendar to subscribe to, at an address that is a secret: made, replaced, revoked, served."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from icalendar import Calendar, Event

from accounts.keys import digest
from accounts.models import User
from accounts.roles import STAFF
from tiers.models import Feed, Team
from tiers.on_call import Shift
from tiers.on_call_schedule import Schedule, schedules

AHEAD, BACK = timedelta(days=60), timedelta(days=7)
# Looked at on either side, so that a turn that is only partly shown is not cut there.
MARGIN = timedelta(days=40)


@transaction.atomic
def make_feed(*, user: User, team: Team | None, now: datetime) -> str:
    """Make an address for `user`, of own shifts or of all of a team's; out comes its secret, seen this once only.

    One that was there before is replaced. Raises PermissionDenied for whoever does not work here.
    """
    if not user.roles & STAFF:
        raise PermissionDenied
    User.objects.select_for_update().get(pk=user.pk)
    Feed.objects.filter(user=user, team=team, revoked_at__isnull=True).update(revoked_at=now)
    secret = secrets.token_urlsafe(32)
    Feed.objects.create(user=user, team=team, digest=digest(secret), made_at=now)
    return secret


def revoke_feed(*, feed: Feed, now: datetime) -> None:
    """From now on the address leads nowhere; nothing happens to one that did so before."""
    Feed.objects.filter(pk=feed.pk, revoked_at__isnull=True).update(revoked_at=now)


def live_feed(secret: str) -> Feed | None:
    """The feed at this address while it is not revoked and its person still works here."""
    rows = Feed.objects.filter(digest=digest(secret), revoked_at__isnull=True, user__is_active=True)
    feed = rows.select_related("user", "team").first()
    return feed if feed and feed.user.roles & STAFF else None


def content_of(feed: Feed, *, now: datetime) -> bytes:
    """The calendar: the last 7 days and the coming 60, the same for the whole of a day while nothing changes."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    begins, ends = today - BACK, today + AHEAD + timedelta(days=1)
    teams = Team.objects.filter(pk=feed.team_id) if feed.team_id else Team.objects.filter(members__user=feed.user)
    found = schedules(teams.order_by("name"), since=begins - MARGIN)
    calendar = _calendar(f"On call: {feed.team or feed.user}")
    for schedule in found:
        own = [s for s in schedule.shifts(begins - MARGIN, ends + MARGIN) if feed.team_id or s.who == feed.user.email]
        _add(calendar, schedule, [s for s in own if s.begins_at < ends and s.ends_at > begins], feed)
    return bytes(calendar.to_ical())


def last_change(feed: Feed, content: bytes, *, now: datetime) -> datetime:
    """When this content was first seen at this address, in whole seconds; remembered when it is new."""
    seen = sha256(content).hexdigest()
    if feed.content_digest != seen or feed.changed_at is None:
        feed.content_digest, feed.changed_at = seen, now.replace(microsecond=0)
        Feed.objects.filter(pk=feed.pk).update(content_digest=seen, changed_at=feed.changed_at)
    return feed.changed_at


def _calendar(title: str) -> Calendar:
    calendar = Calendar()
    for name, value in (
        ("prodid", "-//Escalation Portal//On call//EN"), ("version", "2.0"), ("method", "PUBLISH"),
        ("x-wr-calname", title), ("name", title), ("refresh-interval", timedelta(hours=1)),
    ):  # fmt: skip
        parameters = {"VALUE": "DURATION"} if name == "refresh-interval" else None
        calendar.add(name, value, parameters=parameters)
    return calendar


def _add(calendar: Calendar, schedule: Schedule, shifts: Iterable[Shift], feed: Feed) -> None:
    names = schedule.names
    for shift in shifts:
        event = Event()
        event.add("uid", _uid(schedule.team, shift))
        event.add("dtstamp", feed.made_at)
        event.add("dtstart", shift.begins_at)
        event.add("dtend", shift.ends_at)
        event.add("summary", _summary(schedule.team, shift, names, feed))
        event.add(
            "description", f"Because of: {shift.because}" if shift.who else "No layer of the rotation has anybody."
        )
        event.add("url", f"{settings.PUBLIC_URL}{reverse('team', args=[schedule.team.slug])}")
        event.add("transp", "TRANSPARENT")
        calendar.add_component(event)


def _summary(team: Team, shift: Shift, names: dict[str, str], feed: Feed) -> str:
    if not shift.who:
        return f"Nobody is on call for {team}"
    return f"{names.get(shift.who, shift.who)} is on call for {team}" if feed.team_id else f"On call for {team}"


def _uid(team: Team, shift: Shift) -> str:
    """The same for the same turn, however often it is fetched."""
    named = f"{team.slug}:{shift.who}:{shift.begins_at.isoformat()}"
    return f"{sha256(named.encode()).hexdigest()[:32]}@on-call"
