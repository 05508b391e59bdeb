"""The incident response playbook and its checklist, with the escalation path of a critical ticket in it. Pure."""

from collections.abc import Sequence

from documents.generated.facts import EXCEPTIONS, PROMISES, Cadence, Contact, Level, PolicyFacts, Service
from documents.generated.kept import NOT_SHOWN, all_of, with_kept
from documents.generated.ladders import Rung, ladder_table, rungs, waits
from documents.generated.marks import facts, items, paragraphs, plain, section, table, tasks, whole
from documents.generated.on_call_words import on_call_words
from documents.generated.policy import Row, exception_words, version_facts
from documents.guide.plain_words import hours, listed
from sla.durations import words as duration_words
from tiers import policy_words

REVIEW_QUESTIONS = (
    "What happened, from the first sign to the end, by the ticket's timeline?",
    "Which time was missed, at which step, and in whose hands was the ticket then?",
    "Could it have been faster, had the right person or vendor been called sooner?",
    "Were the data that the vendor needed at hand? What was asked for that nobody knew?",
    "Did the client know at every moment who had it and when it would hear again?",
    "What changes: a ladder, a rule, a client exception, a contact point, an agreement? Who does it, until when?",
)


def playbook(known: PolicyFacts) -> str:
    """The whole document; it is about the most urgent priority for which there is a ladder."""
    if not known.priorities:
        return whole("There is no ladder yet, so nobody would know who acts next. Publish a policy that has one.")
    priority = known.priorities[0]
    path = rungs(known.document["ladders"][priority], priority, known)
    return whole(
        f"What to do when something critical has failed: a ticket of {priority}.",
        facts(version_facts(known.version)),
        section("Checklist", *_checklist(priority, path, known)),
        section("The escalation path", *_path(priority, path, known)),
        section("Who does what", *_roles(known)),
        section("For whom it goes another way", *_exceptions(priority, known)),
        section("What was promised to whom", *_cadences(priority, known)),
        section("Vendors, and what they need to know", *_vendors(priority, known)),
        section("Afterwards", "The review of what happened asks:", items(REVIEW_QUESTIONS)),
    )


# The checklist


def _checklist(priority: str, path: Sequence[Rung], known: PolicyFacts) -> list[str]:
    return [
        section("Take it", tasks(_take(priority, path)), level=2),
        section("Find out", tasks(_FIND_OUT), level=2),
        section("Escalate, and say why", tasks(_escalate(path)), level=2),
        section("Engage the vendor", tasks(_ENGAGE) if known.services else "", level=2),
        section("Keep the client informed", tasks(_INFORM), level=2),
        section("End it", tasks(_END), level=2),
    ]


def _take(priority: str, path: Sequence[Rung]) -> list[str]:
    first = next((rung for rung in path if not rung.step.vendor), path[0])
    within = "" if first.acknowledge is None else f" within {duration_words(first.acknowledge)}"
    return [
        f"{plain(first.who)}: acknowledge the ticket{within}. Opening or reading it is no acknowledgement.",
        f"Confirm that it is {priority}: what stands still, for how many people, since when.",
        "Look for other tickets of the same trouble and merge them into one.",
        "Write the first public reply: what you know, what happens now, when you write again.",
    ]


_FIND_OUT = (
    "Write down what changed last, and what was tried with what result, as work notes with their times.",
    "Keep what proves the cause (logs, error codes, screenshots) before anything is restarted or restored.",
    "If it may be an attack: separate what is affected from the network, do not switch it off, call a manager.",
    "Look whether the vendor of the service reports a disturbance of its own.",
)
_ENGAGE = (
    "See below whether its condition holds; if it does, do not wait for the ladder.",
    "Answer the questions on the ticket: the case is sent once all required data are known.",
    "Call the hotline as well where the vendor's sheet says so, and write the case's number on the ticket.",
    "Answer the vendor's questions at once: while it waits for us the ball is ours and so is the time.",
)
_INFORM = (
    "Say in plain words who has it, since when, and when the client hears from us again.",
    "Write before the promised update is due, also when there is nothing new.",
    "Where no update is promised, agree on a time with the client and write it on the ticket.",
    "Say when a vendor has it, and what the vendor promised.",
)
_END = (
    "Let the client confirm that it works again.",
    "Resolve the ticket with a summary that the client can read: what it was, what was done, what remains.",
    "Close the vendor's case, with thanks and what cleared it.",
    "Hold the review (last part), and note what changes.",
)


def _escalate(path: Sequence[Rung]) -> list[str]:
    waited = _waited(path)
    return [
        *(_arrival(rung, waited[rung.number]) for rung in path[1:]),
        "Going on sooner is right when the next step will be needed anyway: escalate by hand and write why.",
        "Call a manager when decisions, people or money are needed that you do not have.",
    ]


def _arrival(rung: Rung, waited: tuple[int | None, int | None]) -> str:
    unseen, unsolved = waited
    if unseen is None or unsolved is None:
        return f"{plain(rung.who)}: it comes here when the step before it passes it on."
    soon = f"after {duration_words(unseen)} if nobody acknowledges"
    return f"{plain(rung.who)}: it comes here {soon}, after {duration_words(unsolved)} if it is not solved."


def _waited(path: Sequence[Rung]) -> dict[int, tuple[int | None, int | None]]:
    """How much time has passed before each step, by its number: where nobody acknowledges, and where all hand over.

    None after a step for which nobody wrote a wait down.
    """
    unseen: int | None = 0
    unsolved: int | None = 0
    found = {}
    for rung in path:
        found[rung.number] = unseen, unsolved
        shortest = min((wait for wait in (rung.acknowledge, rung.hand_over) if wait is not None), default=None)
        unseen = _sum(unseen, shortest)
        unsolved = _sum(unsolved, rung.hand_over)
    return found


def _sum(waited: int | None, more: int | None) -> int | None:
    return None if waited is None or more is None else waited + more


# The parts behind it


def _path(priority: str, path: Sequence[Rung], known: PolicyFacts) -> list[str]:
    same = {rung.counted_on for rung in path if not rung.step.vendor}
    hint = "" if len(same) < 2 else "Each wait counts on the hours of its own step: over night it may last longer."
    return [ladder_table(known.document["ladders"][priority], priority, known), hint]


def _roles(known: PolicyFacts) -> list[str]:
    rows = [(plain(tier.name), plain(tier.team.name), plain(tier.team.email)) for tier in known.tiers]
    managers = [team for team in known.called if team.managers]
    answer = "A manager who is called has one hour to act, day and night; then all managers are told."
    return [
        "Whoever acknowledges leads the response until the ticket is handed over; the next step leads it then.",
        table(("Tier", "Team", "Reached by"), rows),
        *(section(f"{plain(tier.name)} is for", paragraphs(tier.responsibilities), level=2) for tier in known.tiers),
        *(
            section(f"On call: {plain(team.name)}", on_call_words(team), level=2)
            for team in known.called
            if not team.managers
        ),
        section("Managers", answer, *(f"{plain(t.name)}: {on_call_words(t)}" for t in managers), level=2),
    ]


def _exceptions(priority: str, known: PolicyFacts) -> list[str]:
    rows = [row for row in known.document.get("exceptions") or () if row.get("priority") in (None, priority)]
    said = (f"{plain(policy_words.exception_when(row))}: {plain(exception_words(row, known))}." for row in rows)
    own = (_own_ladder(row, priority, known) for row in rows)
    hidden = NOT_SHOWN if EXCEPTIONS in known.left_out else ""
    return [items(said) or (not hidden and "For nobody: every client climbs the path above.") or "", hidden, *own]


def _own_ladder(row: Row, priority: str, known: PolicyFacts) -> str:
    picture = ladder_table(row.get("steps") or (), priority, known, calendar=row.get("calendar") or "")
    return section(f"The path of {plain(policy_words.exception_when(row))}", picture, level=2)


def _cadences(priority: str, known: PolicyFacts) -> list[str]:
    rows = (_cadence(cadence) for cadence in known.cadences)
    unsaid = "A dash means that nothing was agreed about it; *declined*, that it was agreed that there is none."
    found = table(("Clients", *PROMISES.values(), "Counted"), rows)
    return [f"For {priority}:", found, unsaid] if found else ["No client is under this policy yet."]


def _cadence(cadence: Cadence) -> list[str]:
    times = [_time(cadence.promised, metric) for metric in PROMISES]
    counted = hours(cadence.promised.hours) if cadence.promised else ""
    return [listed(with_kept(cadence.clients, cadence.kept)), *times, plain(counted)]


def _time(promised: Level | None, metric: str) -> str:
    if promised is None or metric not in promised.targets:
        return waits(None)
    seconds = promised.targets[metric]
    return "*declined*" if seconds is None else duration_words(seconds)


def _vendors(priority: str, known: PolicyFacts) -> list[str]:
    return [_service(service, priority) for service in known.services] or ["No service is in the directory."]


def _service(service: Service, priority: str) -> str:
    severity = service.severity(priority)
    return section(
        f"{plain(service.name)} ({plain(service.vendor)})",
        facts([
            ("Severity", f"{plain(severity)} for our {priority}" if service.severity_of else ""),
            ("Support plan", plain(service.plan)),
            ("Clients", all_of(service.clients, service.kept)),
        ]),
        table(
            ("Reach it by", "Where", "Hours"),
            ((plain(c.kind.capitalize()), _reached_at(c), plain(c.hours)) for c in service.contacts),
        ) or "No way to reach its support is written down.",
        section("Engage it when", items(_conditions(service)), level=3),
        section("Have at hand", tasks(_data(service)), level=3),
        level=2,
    )  # fmt: skip


def _reached_at(point: Contact) -> str:
    return f"{plain(point.value)} (**does not hold**)" if point.bad else plain(point.value)


def _conditions(service: Service) -> list[str]:
    return [plain(condition.words) for condition in service.conditions] or [
        "Its step is reached; it sets no condition."
    ]


def _data(service: Service) -> list[str]:
    return [f"{plain(datum.label)} ({plain(datum.origin)}{_secret(datum.secret)})" for datum in service.required]


def _secret(is_secret: bool) -> str:
    return "; secret, it is filled in when the case is sent" if is_secret else ""
