"""Which teams' technicians see a client: all, or only those of some teams, whose groups follow who is in the team."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts import roles
from accounts.access_log import What, record
from accounts.models import User
from clients.access import TEAM_PREFIX, keep_to, teams_kept_to
from clients.access_editing import NotGranted, may_grant
from clients.models import Client, ClientGroupObjectPermission
from outbox.alarms import clear_alarm, raise_alarm
from outbox.models import Alarm
from tiers.models import Member, PolicyVersion, Team, Tier
from tiers.policies import NoPolicy, live_policies, live_policy

ALL = "all technicians"
OVER = "Over: "
Membership = User.groups.through


@transaction.atomic
def keep_to_teams(*, client: Client, teams: Collection[Team], by: User, now: datetime) -> None:
    """Let only the technicians of these teams see the client; of all teams, when none is named.

    Raises PermissionDenied, NotGranted when that is so already.
    """
    if not may_grant(by, client):
        raise PermissionDenied("Only managers decide which teams see a client.")
    Client.objects.select_for_update().get(pk=client.pk)
    if not settle_teams(client, teams, by=by, now=now):
        raise NotGranted("That is so already.", "teams")


def settle_teams(client: Client, teams: Collection[Team], *, by: User | None, now: datetime) -> bool:
    """Bring the grants to this, whoever asks; whether anything changed."""
    before, after = names(kept_to(client)), names(teams)
    if before == after:
        return False
    keep_to(client, [group_of(team) for team in teams])
    follow_teams()
    record(What.TEAMS, about=client.slug, before=before, after=after, by=by, now=now)
    note_unseeing(now=now)
    return True


def kept_to(client: Client) -> list[Team]:
    """The teams whose technicians alone see the client; none when all technicians do."""
    slugs = [group.name.removeprefix(TEAM_PREFIX) for group in teams_kept_to(client)]
    return list(Team.objects.filter(slug__in=slugs).order_by("name"))


def names(teams: Iterable[Team]) -> str:
    """Teams in words, in order."""
    return ", ".join(sorted(team.name for team in teams)) or ALL


def group_of(team: Team) -> Group:
    """The group that stands for the technicians of this team."""
    return Group.objects.get_or_create(name=f"{TEAM_PREFIX}{team.slug}")[0]


def follow_teams() -> int:
    """Let the groups of teams hold exactly the technicians who are in the team; how many came or went.

    Asked after every change of ours, and again and again by beat, for changes that nobody told of.
    """
    groups = {group.name: group.pk for group in Group.objects.filter(name__startswith=TEAM_PREFIX)}
    if not groups:
        return 0
    members = Member.objects.filter(user__groups__name=roles.TECHNICIAN).values_list("team__slug", "user_id")
    wanted = {(groups[name], user) for slug, user in members if (name := f"{TEAM_PREFIX}{slug}") in groups}
    rows = {(row.group_id, row.user_id): row.pk for row in Membership.objects.filter(group_id__in=groups.values())}
    surplus = [pk for key, pk in rows.items() if key not in wanted]
    missing = [Membership(group_id=group, user_id=user) for group, user in wanted - rows.keys()]
    Membership.objects.filter(pk__in=surplus).delete()
    Membership.objects.bulk_create(missing, ignore_conflicts=True)
    return len(surplus) + len(missing)


def unseeing(client: Client) -> list[Tier]:
    """The tiers to which the client's policy sends its tickets, in whose teams nobody may work them."""
    return _unseeing([client])[client.pk]


def _unseeing(clients: Collection[Client]) -> dict[int, list[Tier]]:
    """Those tiers for each of these clients by its id, in as many queries whichever and however many they are."""
    if not clients:
        return {}
    versions, teams = live_policies(), _working_teams(clients)
    tiers = list(Tier.objects.select_related("team").order_by("level"))
    return {
        client.pk: [
            tier for tier in tiers if tier.team_id not in teams[client.pk] and tier.name in _climbed(client, versions)
        ]
        for client in clients
    }


def _working_teams(clients: Collection[Client]) -> dict[int, set[int]]:
    """For each client, by ids, the teams in which somebody active may work its tickets."""
    found: dict[int, set[int]] = {client.pk: set() for client in clients}
    grants = ClientGroupObjectPermission.objects.filter(content_object__in=clients, permission__codename="work_client")
    groups = dict.fromkeys(found, frozenset[int]())
    for client, group in grants.values_list("content_object_id", "group_id"):
        groups[client] |= {group}
    members = Member.objects.filter(user__is_active=True, user__groups__in=frozenset().union(*groups.values()))
    teams_of: dict[int, set[int]] = {}
    for group, team in members.values_list("user__groups", "team_id"):
        teams_of.setdefault(group, set()).add(team)
    return {client: set().union(*(teams_of.get(group, ()) for group in own)) for client, own in groups.items()}


def _climbed(client: Client, versions: Sequence[PolicyVersion]) -> set[str]:
    """The tiers that any ladder of the client's policy names; none where no policy covers it."""
    try:
        return _tiers_in(live_policy(client.name, versions).document)
    except NoPolicy:
        return set()


def in_words(client: Client, tiers: Iterable[Tier]) -> str:
    """What it means that these tiers cannot see the client; "" for none."""
    found = [f"{tier.name} ({tier.team.name})" for tier in tiers]
    if not found:
        return ""
    return (
        f"Tickets of {client} climb to {', '.join(found)}, where nobody may see them. "
        "Let that team see the client, or leave it out of the policy for this client."
    )


def note_unseeing(*, now: datetime) -> None:
    """Raise an alarm for each client whose tickets reach people who may not see them; clear it once that is over.

    One that somebody has cleared by hand stays cleared until it is another trouble.
    """
    everybody = ClientGroupObjectPermission.objects.filter(
        content_object=OuterRef("pk"), group__name=roles.TECHNICIAN, permission__codename="work_client"
    )
    known = {alarm.key: alarm for alarm in Alarm.objects.filter(key__startswith="access:").order_by("pk")}
    clients = list(Client.objects.exclude(Exists(everybody)))
    found = _unseeing(clients)
    words = {_key(client): in_words(client, found[client.pk]) for client in clients}
    for key in {*words, *known}:
        _settle_alarm(key, words.get(key, ""), known.get(key), now=now)


def _settle_alarm(key: str, words: str, last: Alarm | None, *, now: datetime) -> None:
    if words and (last is None or last.text != words[:500]):
        raise_alarm(key, words, now=now)
    elif not words and last and not last.text.startswith(OVER):
        Alarm.objects.filter(pk=last.pk).update(text=f"{OVER}{last.text}"[:500])
        clear_alarm(key, now=now)


def _key(client: Client) -> str:
    return f"access:{client.slug}"


def _tiers_in(document: dict) -> set[str]:
    """The tiers that any ladder of the policy names."""
    return {step["tier"] for steps in (document.get("ladders") or {}).values() for step in steps if step.get("tier")}
