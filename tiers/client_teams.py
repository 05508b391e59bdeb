"""The teams to which a client is kept, as configuration: names in the client's row of the file."""

from accounts.configuration import Change, Entry, Run
from clients.configuration import ClientRow
from clients.models import Client
from tiers.models import Team
from tiers.team_access import kept_to, settle_teams


def settle(entry: Entry[ClientRow], client: Client, change: Change, run: Run) -> None:
    """Keep the client to the teams that the row names, to none when it names none."""
    found = [run.find(Team, name, entry, "teams", index) for index, name in enumerate(entry.row.teams)]
    teams = {team.pk: team for team in found if team is not None}.values()
    if change.note("teams", written(client), sorted(team.name for team in teams)):
        settle_teams(client, list(teams), by=None, now=run.now)


def written(client: Client) -> list[str]:
    """The names of those teams, as a file has them."""
    return sorted(team.name for team in kept_to(client))
