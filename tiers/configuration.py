"""Teams with their people, and tiers, as configuration. A policy's form is in policy_form."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from accounts.access_log import What, record
from accounts.configuration import Change, Entry, Run, refuse_twins
from accounts.models import User
from accounts.people import administrators, person, set_staff_role, staff_role
from accounts.schema import Email, Language, Name, OptionalEmail, Row, Text, Zone
from sla.configuration import find_agreement
from sla.models import Agreement
from tiers.models import Member, Team, Tier
from tiers.rotation_form import RotationRow, orders
from tiers.team_access import follow_teams


class MemberRow(Row):
    """A person in a team; who is not known yet gets an account that cannot sign in until it is invited."""

    email: Email
    name: Name = None
    timezone: Zone = None
    role: Literal["technician", "manager", "account manager", "administrator"] = None


class TeamRow(Row):
    """People who share a queue; the list of members is complete when it is given."""

    name: Name
    email: OptionalEmail = None
    managers: Annotated[bool, Field(description="Answers hierarchical escalations")] = None
    members: list[MemberRow] = None
    rotation: RotationRow | None = None


class TierRow(Row):
    """A level of support; its title is what clients read."""

    name: Name
    level: Annotated[int, Field(ge=1, le=99)] = None
    title: Name = None
    title_in: Annotated[
        dict[Language, Name], Field(description="The title in other languages, as it stands after “an” in German")
    ] = None
    team: Name = None
    ola: Name = None
    responsibilities: Text = None


def import_teams(entries: Sequence[Entry[TeamRow]], run: Run) -> None:
    _refuse_two_roles(entries, run)
    had_administrator = administrators().exists()
    for entry in entries:
        with run.importing(entry):
            _import_team(entry, run)
    if had_administrator and not administrators().exists():
        run.refuse(entries[0], "nobody who can sign in would be an administrator any more: leave one", "members")
    follow_teams()


def _refuse_two_roles(entries: Sequence[Entry[TeamRow]], run: Run) -> None:
    """A person has one role, in however many teams."""
    roles: dict[str, str] = {}
    for member in [m for entry in entries for m in entry.inside("members") if m.row.role]:
        role = roles.setdefault(member.row.email, member.row.role)
        if role != member.row.role:
            run.refuse(member, f'{member.row.email} is "{role}" in another team: a person has one role', "role")


def _import_team(entry: Entry[TeamRow], run: Run) -> None:
    row = Team.objects.filter(name=entry.row.name).first() or Team(name=entry.row.name)
    members = entry.inside("members")
    refuse_twins(run, members, key="email")
    values = entry.values("email", "managers")
    if entry.gives("rotation"):
        values["rotation"] = entry.row.rotation.given() if entry.row.rotation else {}
    run.checked()
    change = run.settle(row, values)
    if entry.gives("members"):
        _settle_members(row, [_import_person(member, run) for member in members], change)
    _check_order(entry, row, run)
    run.checked()
    if change.keys and not change.created:
        Team.objects.filter(pk=row.pk).update(edited_by=None, edited_at=run.now)
    run.record(row, change)


def _import_person(entry: Entry[MemberRow], run: Run) -> User:
    user = person(entry.row.email)
    change = run.settle(user, entry.values("name", "timezone"))
    role, before = entry.row.role, staff_role(user)
    if role and change.note("role", before, role):
        set_staff_role(user, role)
        record(What.ROLE, person=user, before=before, after=role, by=None, now=run.now)
    run.record(user, change, name=user.email)
    return user


def _settle_members(team: Team, users: list[User], change: Change) -> None:
    """The team's people are exactly these, in this order."""
    before = list(team.members.values_list("user_id", flat=True))
    if change.note("members", before, [user.pk for user in users]):
        team.members.exclude(user__in=users).delete()
        for place, user in enumerate(users):
            Member.objects.update_or_create(team=team, user=user, defaults={"place": place})


def _check_order(entry: Entry[TeamRow], team: Team, run: Run) -> None:
    """Who is on call is a member of the team."""
    emails = set(team.members.values_list("user__email", flat=True))
    for path, order in orders(entry.row.rotation) if entry.row.rotation else ():
        for index, email in enumerate(order):
            if email not in emails:
                run.refuse(entry, f"{email} is not a member of {team}", "rotation", *path, index)


def import_tiers(entries: Sequence[Entry[TierRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_tier(entry, run)


def _import_tier(entry: Entry[TierRow], run: Run) -> None:
    row = Tier.objects.filter(name=entry.row.name).first() or Tier(name=entry.row.name, title=entry.row.name)
    run.needs(entry, row, "level", "team", "ola")
    values = entry.values("level", "title", "title_in", "responsibilities")
    if entry.gives("team"):
        values["team"] = run.find(Team, entry.row.team, entry, "team")
    if entry.gives("ola"):
        values["ola"] = find_agreement(run, Agreement.Kind.OLA, entry.row.ola, entry, "ola")
    run.checked()
    run.record(row, run.settle(row, values))


def export_teams() -> list[dict[str, Any]]:
    teams = Team.objects.order_by("name").prefetch_related("members__user__groups")
    return [_team_form(team) for team in teams]


def _team_form(team: Team) -> dict[str, Any]:
    form: dict[str, Any] = {"name": team.name}
    if team.email:
        form["email"] = team.email
    if team.managers:
        form["managers"] = True
    form["members"] = [_member_form(member.user) for member in team.members.all()]
    if team.rotation:
        form["rotation"] = team.rotation
    return form


def _member_form(user: User) -> dict[str, Any]:
    form = {"email": user.email, "name": user.name, "timezone": user.timezone, "role": staff_role(user)}
    return {key: value for key, value in form.items() if value}


def export_tiers() -> list[dict[str, Any]]:
    tiers = Tier.objects.order_by("level").select_related("team", "ola")
    return [_tier_form(tier) for tier in tiers]


def _tier_form(tier: Tier) -> dict[str, Any]:
    form = {
        "name": tier.name,
        "level": tier.level,
        "title": tier.title,
        "title_in": tier.title_in,
        "team": tier.team.name,
        "ola": tier.ola.name,
        "responsibilities": tier.responsibilities,
    }
    return {key: value for key, value in form.items() if value}
