"""Teams with who has their duty, now, next and before: read in a fixed number of queries, however many teams."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from tiers import on_call as duty
from tiers.models import Member, Override, Team


@dataclass(frozen=True, slots=True)
class Schedule:
    """One team, its active people in order, and the overrides that end after a moment, the latest made last."""

    team: Team
    people: tuple[User, ...]
    overrides: tuple[Override, ...]

    @property
    def rotation(self) -> Mapping[str, Any]:
        return self.team.rotation

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the rotation is written."""
        return ZoneInfo(duty.zone_of(self.rotation))

    @property
    def names(self) -> dict[str, str]:
        """What the people are called, by address."""
        return {user.email: str(user) for user in self.people}

    def shifts(self, begins: datetime, ends: datetime) -> list[duty.Shift]:
        """Who is on call from `begins` up to `ends`."""
        members, taken = [user.email for user in self.people], holding(self.overrides)
        return duty.shifts(self.rotation, members, taken, begins=begins, ends=ends)


def holding(rows: Iterable[Override]) -> list[duty.Override]:
    """What holds of these overrides: one that was taken back, until then."""
    spans = [(row, min(row.ends_at, row.removed_at or row.ends_at)) for row in rows]
    return [duty.Override(row.user.email, row.begins_at, end, row.why) for row, end in spans if row.begins_at < end]


def schedules(teams: QuerySet[Team], *, since: datetime) -> list[Schedule]:
    """The schedules of these teams, with the overrides that have not ended by `since`. Three queries."""
    active = Member.objects.filter(user__is_active=True).select_related("user").order_by("place", "id")
    taken = Override.objects.filter(ends_at__gt=since).select_related("user", "made_by").order_by("id")
    rows = teams.prefetch_related(
        Prefetch("members", active, to_attr="active"), Prefetch("overrides", taken, to_attr="taken")
    )
    return [Schedule(row, tuple(member.user for member in row.active), tuple(row.taken)) for row in rows]


def present_and_next(shifts: Sequence[duty.Shift]) -> tuple[duty.Shift, duty.Shift | None]:
    """Who has it at the beginning of these shifts, until somebody else does, and that one's first shift."""
    here = shifts[0]
    following = next((shift for shift in shifts if shift.who != here.who), None)
    until = following.begins_at if following else shifts[-1].ends_at
    return duty.Shift(here.who, here.begins_at, until, here.because), following
