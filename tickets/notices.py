"""What colleagues are told of a ticket, and whom it must reach: with the why, and what is next.

A step's people, and managers who are needed because nobody else would act, must hear of it: somebody is told at once.
Who is on call for the team, or called as a manager, is told at once in any case.
"""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from tickets.facts import MANAGER_RESPOND, OLA_ACKNOWLEDGE, OLA_RESOLVE, RESOLVE, RESPOND, UPDATE, VENDORS
from tickets.moves import event
from tickets.sentences import internal
from tickets.status import NEW
from tickets.telling import has_left, tell, was_told
from tickets.work import RunningClock, Work
from tiers.ladder import Step
from tiers.roster import TeamInfo


def tell_step(work: Work, step: Step, *, because: str, now: datetime, occasion: str = "") -> tuple[str, ...]:
    """Notify the step's people; returns their addresses, which the timeline names."""
    team = work.roster.teams[work.team_id]
    people = work.roster.people(step.notify, team=team, assignee=work.assignee, now=now)
    return tell(
        work, f"step:{work.step}:round:{work.round}{occasion}", people=people or team.members, subject=headline(work),
        lines=body(work, because), now=now, rung=_on_duty(step, team, now), heard=True,
    )  # fmt: skip


def _on_duty(step: Step, team: TeamInfo, now: datetime) -> tuple[str, ...]:
    """Who hears of it since it is on call: the step says so, or the team takes turns."""
    return (team.on_call(now),) if "on_call" in step.notify or team.rotation else ()


def tell_managers(
    work: Work, *, because: str, now: datetime, occasion: str, heard: bool = True, called: bool = False
) -> None:  # fmt: skip
    """Notify the managers; when there are none, the team itself. Those who were `called` hear of it at once."""
    people = work.roster.managers or work.roster.teams[work.team_id].members
    tell(
        work, f"managers:{occasion}:round:{work.round}", people=people, subject=f"Manager needed: {headline(work)}",
        lines=body(work, because), now=now, rung=people if called else (), heard=heard,
    )  # fmt: skip


# Whose lateness the managers hear of at once; the others are for those who have the ticket.
FOR_MANAGERS = frozenset({RESPOND, RESOLVE, MANAGER_RESPOND}) | VENDORS


def tell_breach(work: Work, clock: RunningClock, why: dict[str, Any], *, now: datetime) -> None:
    """A promise was missed: the timeline says so, and who must care is told."""
    text, occasion = internal(why), f"breach:{clock.metric}:{clock.subject}:{clock.round}:{clock.revision}"
    event(work, "BREACHED", text, now=now, why=why)
    if clock.metric in FOR_MANAGERS:
        tell_late(work, clock, because=text, now=now, occasion=occasion)
    elif clock.metric == UPDATE:
        home = work.ladder.steps[work.ladder.home(work.step)]
        tell_step(work, home, because=text, now=now, occasion=f":{occasion}")


def tell_late(work: Work, clock: RunningClock, *, because: str, now: datetime, occasion: str) -> None:
    """The managers learn that a promise is missed, each as it chose; of a call to them that nobody answers, at once."""
    called = clock.metric == MANAGER_RESPOND
    tell_managers(work, because=because, now=now, occasion=occasion, heard=called, called=called)


def tell_manager_on_call(work: Work, *, because: str, now: datetime) -> None:
    """The manager on call is told first; where nobody is, all of them."""
    people = work.roster.managers_on_call(now) or work.roster.managers or work.roster.teams[work.team_id].members
    subject = f"Manager called: {headline(work)}"
    tell(
        work, f"called:{work.manager_calls}", people=people, subject=subject, lines=body(work, because), now=now,
        rung=people,
    )  # fmt: skip


def tell_assigned(work: Work, person: User, *, by: User, now: datetime) -> None:
    """Who was given the ticket learns of it, unless it took it."""
    if person != by:
        lines = body(work, f"{by} assigned this ticket to you.")
        suffix = f"assigned:{work.event_count}"
        tell(work, suffix, people=(person.email,), subject=headline(work), lines=lines, now=now)


def tell_assignee(work: Work, because: str, *, by: User | None, now: datetime, occasion: str) -> None:
    """Whoever works on the ticket learns what somebody else wrote or did on it; `because` is a whole sentence."""
    if work.assignee and work.assignee_id != (by.pk if by else None):
        suffix = f"assignee:{occasion}:{work.event_count}"
        lines = body(work, because)
        tell(work, suffix, people=(work.assignee,), subject=headline(work), lines=lines, now=now, by=by)


def tell_who_has_it(work: Work, because: str, *, by: User | None, now: datetime, occasion: str) -> None:
    """The assignee, or else the step that the ticket is with on our side, learns of a word from outside."""
    if work.status == NEW or not work.assignee:
        step = work.ladder.steps[work.ladder.home(work.step)]
        tell_step(work, step, because=because, now=now, occasion=f":{occasion}:{work.event_count}")
    else:
        tell_assignee(work, because, by=by, now=now, occasion=occasion)


def tell_taken_away(work: Work, had: str, because: str, *, by: User | None, now: datetime) -> None:
    """Who had the ticket until now, at the address `had`, learns why it has it no more; nobody needs to act on it.

    Who is told of the same act already, as one of the people who have the ticket next, is not told twice.
    """
    if not had or had in (work.assignee, by.email if by else ""):
        return
    if not was_told(work, had) and not has_left(work, had):
        suffix, lines = f"taken-away:{work.event_count}", [because, "", _link(work)]
        tell(work, suffix, people=(had,), subject=f"No longer yours: {headline(work)}", lines=lines, now=now)


def headline(work: Work) -> str:
    return f"{work.priority} {work.client}: {work.title}"


def body(work: Work, because: str) -> list[str]:
    """Plain lines: why this came to you, until when, where to act."""
    lines = [because, ""]
    for metric, words in ((OLA_ACKNOWLEDGE, "Acknowledge by"), (OLA_RESOLVE, "Resolve or hand over by")):
        clock = work.clock(metric, f"step:{work.step}")
        if clock and clock.due_at:
            lines.append(f"{words} {clock.due_at.isoformat(' ', 'seconds')[:19]} UTC ({clock.calendar.name}).")
    return [*lines, "", _link(work)]


def _link(work: Work) -> str:
    return f"{settings.PUBLIC_URL}/tickets/{work.key}/"
