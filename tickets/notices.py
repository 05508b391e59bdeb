"""What the people of a step are told: one mail per ticket, step and round, with the why and what is next."""

from datetime import datetime

from django.conf import settings

from tickets.facts import OLA_ACKNOWLEDGE, OLA_RESOLVE
from tickets.moves import mail
from tickets.work import Work
from tiers.ladder import Step


def tell_step(work: Work, step: Step, *, because: str, now: datetime, occasion: str = "") -> tuple[str, ...]:
    """Notify the step's people; returns their addresses, which the timeline names."""
    team = work.roster.teams[work.team_id]
    people = work.roster.people(step.notify, team=team, assignee=work.assignee, now=now)
    people = people or team.members
    suffix = f"step:{work.step}:round:{work.round}{occasion}"
    mail(work, suffix, to=people, subject=headline(work), lines=body(work, because), now=now)
    return people


def tell_managers(work: Work, *, because: str, now: datetime, occasion: str) -> None:
    """Notify the managers; when there are none, the team itself."""
    people = work.roster.managers or work.roster.teams[work.team_id].members
    suffix = f"managers:{occasion}:round:{work.round}"
    mail(work, suffix, to=people, subject=f"Manager needed: {headline(work)}", lines=body(work, because), now=now)


def headline(work: Work) -> str:
    return f"{work.priority} {work.client}: {work.title}"


def body(work: Work, because: str) -> list[str]:
    """Plain lines: why this came to you, until when, where to act."""
    lines = [because, ""]
    for metric, words in ((OLA_ACKNOWLEDGE, "Acknowledge by"), (OLA_RESOLVE, "Resolve or hand over by")):
        clock = work.clock(metric, f"step:{work.step}")
        if clock and clock.due_at:
            lines.append(f"{words} {clock.due_at.isoformat(' ', 'seconds')[:19]} UTC ({clock.calendar.name}).")
    return [*lines, "", f"{settings.PUBLIC_URL}/tickets/{work.key}/"]
