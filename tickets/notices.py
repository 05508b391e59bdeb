"""What the people of a step are told: one mail per ticket, step and round, with the why and what is next."""

from datetime import datetime
from typing import Any

from django.conf import settings

from tickets.facts import MANAGER_RESPOND, OLA_ACKNOWLEDGE, OLA_RESOLVE, RESOLVE, RESPOND, UPDATE, VENDORS
from tickets.moves import event, mail
from tickets.sentences import internal
from tickets.work import RunningClock, Work
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


# Whose lateness the managers hear of at once; the others are for those who have the ticket.
FOR_MANAGERS = frozenset({RESPOND, RESOLVE, MANAGER_RESPOND}) | VENDORS


def tell_breach(work: Work, clock: RunningClock, why: dict[str, Any], *, now: datetime) -> None:
    """A promise was missed: the timeline says so, and who must care is told."""
    text, occasion = internal(why), f"breach:{clock.metric}:{clock.subject}:{clock.round}:{clock.revision}"
    event(work, "BREACHED", text, now=now, why=why)
    if clock.metric in FOR_MANAGERS:
        tell_managers(work, because=text, now=now, occasion=occasion)
    elif clock.metric == UPDATE:
        home = work.ladder.steps[work.ladder.home(work.step)]
        tell_step(work, home, because=text, now=now, occasion=f":{occasion}")


def tell_manager_on_call(work: Work, *, because: str, now: datetime) -> None:
    """The manager on call is told first; where nobody is, all of them."""
    people = work.roster.managers_on_call(now) or work.roster.managers or work.roster.teams[work.team_id].members
    subject = f"Manager called: {headline(work)}"
    mail(work, f"called:{work.manager_calls}", to=people, subject=subject, lines=body(work, because), now=now)


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
