"""How well promises to clients were kept: what became of each promise that was decided in a span of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, When

from accounts.models import User
from clients.models import Client
from tickets.facts import ACKNOWLEDGE, RESOLVE, RESPOND, UPDATE
from tickets.models import Clock

PROMISES = (ACKNOWLEDGE, RESPOND, UPDATE, RESOLVE)


@dataclass(frozen=True, slots=True)
class Kept:
    """Of so many promises of one kind to one client, so many were kept. `percent` is None where there were none."""

    client: str
    metric: str
    promised: int
    kept: int

    @property
    def percent(self) -> float | None:
        return round(100 * self.kept / self.promised, 1) if self.promised else None


def compliance(*, reader: User, since: datetime, until: datetime) -> list[Kept]:
    """Promises to the clients that `reader` may see that were kept or missed between the moments, in one query.

    A ticket's promise is one, however often its terms changed and its clock went on as another row: it is missed when
    any of them ran out, at the first such moment, and kept when the last one was met. Each public update is a promise
    of its own. One whose last clock ended without a verdict was no promise any more and is left out.
    """
    seen = Clock.objects.filter(metric__in=PROMISES, ticket__client__in=Client.objects.visible_to(reader))
    decided = _decided(seen, since).filter(decided_at__gte=since, decided_at__lt=until)
    counted = decided.values("ticket__client__name", "metric").annotate(
        promised=Count("pk"), kept=Count("pk", filter=Q(missed_at__isnull=True))
    )
    rows = [Kept(r["ticket__client__name"], r["metric"], r["promised"], r["kept"]) for r in counted]
    return sorted(rows, key=lambda row: (row.client, PROMISES.index(row.metric)))


def _decided(clocks: QuerySet[Clock], since: datetime) -> QuerySet[Clock]:
    """One row for each promise that can have been decided since: its last clock, with when it was missed or met."""
    going = Q(stopped_at__isnull=True) | Q(stopped_at__gte=since)
    missed_at = _of_promise().order_by().values("ticket").annotate(at=Min("breached_at")).values("at")
    return (
        clocks.filter(going)
        .filter(~Exists(_of_promise().filter(pk__gt=OuterRef("pk"))))
        .annotate(missed_at=Subquery(missed_at))
        .annotate(
            decided_at=Case(When(missed_at__isnull=False, then=F("missed_at")), When(state="MET", then=F("stopped_at")))
        )
    )


def _of_promise() -> QuerySet[Clock]:
    """The clocks of the same promise as the row of the query around it."""
    alike = Clock.objects.filter(ticket=OuterRef("ticket"), metric=OuterRef("metric"))
    return alike.filter(~Q(metric=UPDATE) | Q(subject=OuterRef("subject")))


def total(rows: Iterable[Kept], metric: str) -> Kept:
    """All clients together, for one metric."""
    of_metric = [row for row in rows if row.metric == metric]
    return Kept("All clients", metric, sum(r.promised for r in of_metric), sum(r.kept for r in of_metric))
