"""An alarm for each promise that cannot be kept, and one mail to the managers about those that are new.

The alarm is cleared when the promise can be kept again or is none any more. A client whose promises cannot be checked
has an alarm of its own, and those that it had before stay as they are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from clients.models import Client
from outbox.alarms import beat, clear_alarm, raise_alarm
from outbox.models import Alarm, Heartbeat, Message
from sla.durations import words
from sla.models import AgreementVersion, CalendarVersion
from tiers.models import PolicyVersion
from tiers.promises import Finding, Promise, Survey, survey
from tiers.roster import roster

PREFIX, OVER = "promise:", "Over: "
LONGEST_KEY, LONGEST_TEXT = 200, 500
LIFE = "promise check"
# A version counts from the moment at which its transaction began, which ends later.
LONGEST_TRANSACTION = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One alarm as it should stand: the headline tells it from others, the rest may change from day to day."""

    key: str
    headline: str
    detail: str
    slug: str
    promise: str = ""

    @property
    def text(self) -> str:
        return f"{self.headline} {self.detail}"[:LONGEST_TEXT]


def check_promises(*, now: datetime) -> list[Trouble]:
    """Check every promise to every client; returns what is wrong, all of which has an open alarm now."""
    return _check(now=now, insist=True)


def broken_promises(*, now: datetime) -> dict[str, str]:
    """The promises that cannot be kept as things stand, in words, by the keys of their alarms."""
    return broken_in(survey(Client.objects.all(), now=now))


def broken_in(surveys: Iterable[Survey]) -> dict[str, str]:
    """The same for what a survey found."""
    return {trouble.key: trouble.headline for found in surveys for trouble in _troubles(found) if trouble.promise}


def check_when_changed(*, now: datetime) -> bool:
    """Check when a version was published since the last look, or a new hour has begun; returns whether it was done.

    The hour is for what no version tells of: another agreement of a client, a new service, an agreement's last day.
    An alarm that a manager has cleared by hand is left alone until the next night, unless it has changed.
    """
    last = Heartbeat.objects.filter(name=LIFE).values_list("beaten_at", flat=True).first()
    changed = last is None or _hour(last) < _hour(now) or _published_since(last - LONGEST_TRANSACTION)
    if changed:
        _check(now=now, insist=False)
    beat(LIFE, now=now)
    return changed


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _published_since(at: datetime) -> bool:
    models = (CalendarVersion, AgreementVersion, PolicyVersion)
    return any(model.objects.filter(published_at__gte=at).exists() for model in models)


def _check(*, now: datetime, insist: bool) -> list[Trouble]:
    surveys = survey(Client.objects.all(), now=now)
    troubles = [trouble for found in surveys for trouble in _troubles(found)]
    unsure = tuple(f"{PREFIX}{found.client.slug}:" for found in surveys if found.faults)
    with transaction.atomic():
        known = _latest_alarms()
        untold = {trouble.key for trouble in troubles if not _is_told(trouble, known)}
        for trouble in troubles:
            if insist or trouble.key in untold or known[trouble.key].cleared_at is None:
                raise_alarm(trouble.key, trouble.text, now=now)
        _clear_others(known.values(), {trouble.key for trouble in troubles}, unsure, now=now)
        _mail_managers([trouble for trouble in troubles if trouble.key in untold], now=now)
    return troubles


# What is wrong


def _troubles(found: Survey) -> Iterator[Trouble]:
    client = found.client
    if found.faults:
        headline = f"{client.name}: promises cannot be checked."
        yield Trouble(f"{PREFIX}{client.slug}", headline, " ".join(found.faults), client.slug)
    for finding in found.findings:
        if not finding.alignment.attainable:
            detail = f"At worst, {_worst_way(finding)}"
            yield Trouble(
                _key(client.slug, finding.promise), _headline(finding), detail, client.slug, finding.promise.key
            )


def _key(slug: str, promise: Promise) -> str:
    """Kept short enough: a key that is too long ends in a digest of the whole."""
    key = f"{PREFIX}{slug}:{promise.key}"
    return key if len(key) <= LONGEST_KEY else f"{key[: LONGEST_KEY - 17]}:{sha256(key.encode()).hexdigest()[:16]}"


def _headline(finding: Finding) -> str:
    promise = finding.promise
    about = f"{promise.client}, {promise.priority}{promise.service and f', {promise.service}'}"
    promised = f"{promise.metric.lower()} within {words(promise.target.seconds)} ({promise.target.calendar.name})"
    return f"{about}: {promised} cannot be kept, it is missed by {words(-finding.alignment.slack_seconds)}."


def _worst_way(finding: Finding) -> str:
    """Opened when, who may take how long, and when that ends."""
    stays = finding.walk
    ways = ", ".join(f"{stay.leg.who} {words(stay.leg.seconds)}" for stay in stays)
    return f"opened {_utc(stays[0].began_at)}: {ways}, each of its own hours, until {_utc(stays[-1].ended_at)}."


def _utc(at: datetime) -> str:
    return f"{at:%a} {at.day} {at:%b %Y %H:%M} UTC"


# What was known, and what is told


def _latest_alarms() -> dict[str, Alarm]:
    """The latest alarm of each key, open or cleared."""
    alarms = Alarm.objects.filter(key__startswith=PREFIX).order_by("key", "-pk").distinct("key")
    return {alarm.key: alarm for alarm in alarms}


def _is_told(trouble: Trouble, known: Mapping[str, Alarm]) -> bool:
    """Whether somebody was told: it is open, or was cleared by hand and is the same still."""
    alarm = known.get(trouble.key)
    return alarm is not None and (alarm.cleared_at is None or alarm.text.startswith(trouble.headline))


def _clear_others(alarms: Iterable[Alarm], keys: Collection[str], unsure: tuple[str, ...], *, now: datetime) -> None:
    """What is over is cleared, and says so, which tells it from what somebody has cleared by hand."""
    for alarm in alarms:
        if alarm.key in keys or alarm.key.startswith(unsure) or alarm.text.startswith(OVER):
            continue
        Alarm.objects.filter(pk=alarm.pk).update(text=f"{OVER}{alarm.text}"[:LONGEST_TEXT])
        clear_alarm(alarm.key, now=now)


def _mail_managers(troubles: Collection[Trouble], *, now: datetime) -> None:
    """One mail about those whose alarm was raised at this very moment: whoever raises it at once with us tells it."""
    raised = dict(
        Alarm.objects.filter(key__in=[trouble.key for trouble in troubles], raised_at=now).values_list("key", "pk")
    )
    new = [trouble for trouble in troubles if trouble.key in raised]
    managers = roster(now=now).managers if new else ()
    if managers:
        payload = {"to": list(managers), "subject": _subject(new), "text": "\n\n".join(map(_paragraph, new))}
        key = f"promises:{min(raised.values())}"
        Message.objects.create(key=key, kind="MAIL", payload=payload, not_before=now, created_at=now)


def _subject(new: Collection[Trouble]) -> str:
    clients = {trouble.slug for trouble in new}
    if len(new) == 1:
        return next(iter(new)).headline
    return f"{len(new)} alarms about promises to {len(clients)} client{'s' if len(clients) > 1 else ''}"


def _paragraph(trouble: Trouble) -> str:
    page = f"{settings.PUBLIC_URL}{reverse('promises', args=[trouble.slug])}"
    return f"{trouble.text}\n{page}{_asking(trouble)}"


def _asking(trouble: Trouble) -> str:
    return f"?{urlencode({'way': trouble.promise})}" if trouble.promise else ""
