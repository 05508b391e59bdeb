"""Who may change who is on call: taking a team's duty for a time, giving it back, editing its people and rotation.

Each verb locks the team's row, or the override's that it ends, checks who, checks what, writes, in one transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from pydantic import ValidationError as BadShape

from accounts.models import User
from accounts.roles import MANAGERS, STAFF
from accounts.schema_problems import refusals
from outbox.models import Message
from tiers.models import Member, Override, Team
from tiers.on_call import next_change
from tiers.roster import roster
from tiers.rotation_form import RotationRow, layers_of, orders
from tiers.team_access import follow_teams

LONGEST = timedelta(days=31)
FURTHEST = timedelta(days=366)
JUST_NOW = timedelta(minutes=5)
MOST_MEMBERS = 200
Problem = tuple[tuple[str | int, ...], str]


class NotDone(Exception):
    """Nothing was written; `problems` say where and why, each with a way out."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(message for _, message in problems))
        self.problems = list(problems)


class EditedMeanwhile(Exception):
    """Somebody edited the team after this edit had begun: `team` as it is now says who and when."""

    def __init__(self, team: Team) -> None:
        super().__init__(f"{team} was edited meanwhile")
        self.team = team


@dataclass(frozen=True, slots=True)
class Staffing:
    """What is edited of a team: its address, who is in it by address and in order, and its rotation."""

    email: str
    members: tuple[str, ...]
    rotation: Mapping[str, Any]


# overrides -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def take_over(
    *, team: Team, who: User, by: User, now: datetime, begins_at: datetime | None = None,
    ends_at: datetime | None = None, why: str = "",
) -> Override:  # fmt: skip
    """`who` has the team's duty from `begins_at` (now) to `ends_at` (when it would next change hands).

    Members take it for themselves, managers give it to any member. Raises PermissionDenied, NotDone.
    """
    Team.objects.select_for_update().get(pk=team.pk)
    _check_may_take(team, who, by)
    begins = now if begins_at is None or now - JUST_NOW <= begins_at <= now else begins_at
    ends = ends_at or _next_hand_over(team, begins, now=now)
    if problems := [*_bad_times(begins, ends, why, now=now)]:
        raise NotDone(problems)
    made = Override.objects.create(
        team=team, user=who, begins_at=begins, ends_at=ends, why=why.strip(), made_by=by, made_at=now
    )
    _tell(made, f"{by} put you on call", by=by, occasion="made", now=now)
    return made


def _check_may_take(team: Team, who: User, by: User) -> None:
    if not may_take(by, team) or (who != by and not by.roles & MANAGERS):
        raise PermissionDenied
    if not _is_active_member(who, team):
        raise NotDone([(("who",), f"{who} is not an active member of {team}: choose somebody of the team.")])


def may_take(user: User, team: Team) -> bool:
    """Whether this person may take the team's duty, or give it to one of its members."""
    return bool(user.roles & MANAGERS) or _is_active_member(user, team)


def _is_active_member(user: User, team: Team) -> bool:
    return Member.objects.filter(team=team, user=user, user__is_active=True).exists()


def _next_hand_over(team: Team, begins: datetime, *, now: datetime) -> datetime | None:
    """When the duty would change hands next after `begins`."""
    known = roster(now=now).teams[team.pk]
    return next_change(known.rotation, known.members, known.overrides, now=begins)


def _bad_times(begins: datetime, ends: datetime | None, why: str, *, now: datetime) -> Iterator[Problem]:
    if begins < now:
        yield ("begins_at",), "That has passed: begin now or later."
    elif begins > now + FURTHEST:
        yield ("begins_at",), "That is more than a year ahead: begin within the next 12 months."
    if ends is None:
        yield ("ends_at",), "Say until when: nobody hands over within a month from then."
    elif ends <= begins:
        yield ("ends_at",), "It ends before it begins: end later than that."
    elif ends - begins > LONGEST:
        yield ("ends_at",), "That is longer than 31 days: end earlier, or change the rotation."
    if len(why.strip()) > Override._meta.get_field("why").max_length:
        yield ("why",), "Write at most 200 characters."


@transaction.atomic
def end_override(*, override: Override, by: User, now: datetime) -> None:
    """Give the duty back from now on, or before it begins. Raises PermissionDenied, NotDone where it is over."""
    row = Override.objects.select_for_update().get(pk=override.pk)
    if not may_end(by, row):
        raise PermissionDenied
    if row.removed_at or row.ends_at <= now:
        raise NotDone([((), "That is over already.")])
    row.removed_at, row.removed_by = now, by
    row.save(update_fields=["removed_at", "removed_by"])
    _tell(row, f"{by} took you off call again", by=by, occasion="ended", now=now)


def may_end(user: User, override: Override) -> bool:
    """Whether this person may give this duty back."""
    return override.user_id == user.pk or bool(user.roles & MANAGERS)


def _tell(row: Override, said: str, *, by: User, occasion: str, now: datetime) -> None:
    """Whoever did not do it hears of it."""
    if row.user == by:
        return
    span = f"from {row.begins_at:%Y-%m-%d %H:%M} to {row.ends_at:%Y-%m-%d %H:%M} UTC"
    text = f"{said} for {row.team}, {span}.{f' {row.why}' if row.why else ''}"
    payload = {"to": [row.user.email], "subject": f"On call for {row.team}: {said}", "text": text}
    Message.objects.create(
        key=f"override:{row.pk}:{occasion}", kind="MAIL", payload=payload, not_before=now, created_at=now
    )  # fmt: skip


# the team ------------------------------------------------------------------------------------------------------------


@transaction.atomic
def edit_team(*, team: Team, staffing: Staffing, base: str, by: User, now: datetime) -> bool:
    """Give the team this address, these people and this rotation; whether that changed anything.

    `base` is the `mark` of what the edit began with. Raises PermissionDenied, EditedMeanwhile, NotDone.
    """
    if not by.roles & MANAGERS:
        raise PermissionDenied
    row = Team.objects.select_for_update().get(pk=team.pk)
    present = staffing_of(row)
    if mark(present) != base:
        raise EditedMeanwhile(row)
    people = _people(staffing.members)
    if problems := [*_bad_staffing(staffing, people)]:
        raise NotDone(problems)
    staffing = _normal(staffing, people)
    if mark(staffing) == mark(present):
        return False
    _settle(row, staffing, people)
    row.email, row.rotation, row.edited_by, row.edited_at = staffing.email, dict(staffing.rotation), by, now
    row.save()
    follow_teams()
    return True


def staffing_of(team: Team) -> Staffing:
    """What of the team can be edited, as it is."""
    members = team.members.order_by("place", "id").values_list("user__email", flat=True)
    return Staffing(team.email, tuple(members), team.rotation)


def mark(staffing: Staffing) -> str:
    """The same for two that say the same, so that it tells whether anybody was quicker."""
    zone, layers = staffing.rotation.get("timezone", ""), [{"days": 7, **row} for row in layers_of(staffing.rotation)]
    written = dumps([staffing.email, staffing.members, zone, layers], sort_keys=True)
    return sha256(written.encode()).hexdigest()


def _people(addresses: Sequence[str]) -> dict[str, User]:
    """By address, lowered, who of them has an account."""
    lowered = [address.lower() for address in addresses]
    found = User.objects.filter(email__in={*lowered, *addresses}).prefetch_related("groups")
    return {user.email.lower(): user for user in found}


def _bad_staffing(staffing: Staffing, people: Mapping[str, User]) -> Iterator[Problem]:
    yield from _bad_address(staffing.email)
    if len(staffing.members) > MOST_MEMBERS:
        yield ("members",), f"Write at most {MOST_MEMBERS} people."
    for index, address in enumerate(staffing.members):
        if reason := _no_member(address, people.get(address.lower())):
            yield ("members", index), reason
        elif address.lower() in (other.lower() for other in staffing.members[:index]):
            yield ("members", index), f"This address stands here twice: {address}. Leave one."
    if staffing.rotation:
        yield from _bad_rotation(staffing)


def _bad_address(email: str) -> Iterator[Problem]:
    try:
        if email:
            validate_email(email)
    except ValidationError:
        yield ("email",), f"“{email}” is not a mail address, such as helpdesk@provider.example."


def _no_member(address: str, user: User | None) -> str:
    """Why this address cannot be a member's; "" where it can. One who is a member and has left may stay."""
    if user is None:
        return f"Nobody with the address {address} has an account here: check it, or invite the person first."
    if not {group.name for group in user.groups.all()} & STAFF:
        return f"{user} does not work here: choose somebody with a role of ours."
    return ""


def _bad_rotation(staffing: Staffing) -> Iterator[Problem]:
    try:
        row = RotationRow.model_validate(dict(staffing.rotation))
    except BadShape as error:
        yield from ((("rotation", *path), words) for path, words in refusals(error, schema=RotationRow))
        return
    known = {address.lower() for address in staffing.members}
    for path, order in orders(row):
        for index, address in enumerate(order):
            if address.lower() not in known:
                yield ("rotation", *path, index), f"Not a member of the team: {address}. Add the person above first."


def _normal(staffing: Staffing, people: Mapping[str, User]) -> Staffing:
    """As it is stored: addresses as their accounts have them, the rotation as its form writes it."""
    rotation = RotationRow.model_validate(dict(staffing.rotation)).given() if staffing.rotation else {}
    members = tuple(people[address.lower()].email for address in staffing.members)
    for row in (rotation, *(rotation.get("layers") or ())):
        if row.get("order"):
            row["order"] = [people[address.lower()].email for address in row["order"]]
    return Staffing(staffing.email, members, rotation)


def _settle(team: Team, staffing: Staffing, people: Mapping[str, User]) -> None:
    """Its people are exactly these, in this order."""
    users = [people[address.lower()] for address in staffing.members]
    team.members.exclude(user__in=users).delete()
    for place, user in enumerate(users):
        Member.objects.update_or_create(team=team, user=user, defaults={"place": place})
