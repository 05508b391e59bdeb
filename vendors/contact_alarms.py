"""Alarms of contact points that do not hold: open while their service is offered, and for that long alone."""

from collections.abc import Collection
from datetime import datetime

from outbox.alarms import clear_alarm, raise_alarm
from vendors.models import ContactPoint, Service


def settle_alarms(services: Collection[Service], *, now: datetime) -> None:
    """Close those of services that were retired, and open them again for what came back and still does not hold."""
    offered = set(Service.objects.offered().filter(pk__in=[row.pk for row in services]).values_list("pk", flat=True))
    for point in _bad(services):
        if point.service_id in offered:
            raise_alarm(point.alarm_key, f"{point.service}: {point.value} does not hold. {point.bad_because}", now=now)
        else:
            clear_alarm(point.alarm_key, now=now)


def close_alarms(services: Collection[Service], *, now: datetime) -> None:
    """Nobody is to look any more at contact points that are about to be deleted."""
    for point in _bad(services):
        clear_alarm(point.alarm_key, now=now)


def _bad(services: Collection[Service]) -> Collection[ContactPoint]:
    return ContactPoint.objects.filter(service__in=services, bad_since__isnull=False).select_related("service")
