"""How well promises to clients were kept: verdicts of clocks that ended in a span of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from accounts.models import User
from clients.models import Client
from tickets.models import Clock

PROMISES = ("ACKNOWLEDGE", "RESOLVE")


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

    A promise is missed when its time runs out, whether or not the clock was stopped since. A clock that ended without
    a verdict (ENDED, SUPERSEDED) was no promise any more and is left out.
    """
    ended = Clock.objects.alias(decided_at=Coalesce("breached_at", "stopped_at")).filter(
        metric__in=PROMISES,
        state__in=("MET", "BREACHED"),
        decided_at__gte=since,
        decided_at__lt=until,
        ticket__client__in=Client.objects.visible_to(reader),
    )
    counted = ended.values("ticket__client__name", "metric").annotate(
        promised=Count("pk"), kept=Count("pk", filter=Q(state="MET"))
    )
    rows = [Kept(r["ticket__client__name"], r["metric"], r["promised"], r["kept"]) for r in counted]
    return sorted(rows, key=lambda row: (row.client, row.metric))


def total(rows: Iterable[Kept], metric: str) -> Kept:
    """All clients together, for one metric."""
    of_metric = [row for row in rows if row.metric == metric]
    return Kept("All clients", metric, sum(r.promised for r in of_metric), sum(r.kept for r in of_metric))
