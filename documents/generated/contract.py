"""What was agreed with a client, and which commitments of vendors bind it: for the client to read. Pure.

Only what a client may know is in its facts: no name of ours, no promise between our teams, no reason.
"""

from documents.generated.facts import (
    PROMISES,
    RESOLVE,
    RESPOND,
    UPDATE,
    Agreed,
    ContractFacts,
    Level,
    Outside,
    Promised,
)
from documents.generated.ladders import day_of, waits
from documents.generated.marks import NOTHING, blocks, facts, items, plain, section, table, whole
from documents.guide.plain_words import MEANING, URGENCY, counted, how_urgent, sentence

THEIRS = {RESPOND: "First answer within", UPDATE: "An update at least every", RESOLVE: "Solved within"}
NOT_PROMISED = "not promised"
NOT_COUNTED = (
    "Time in which we wait for an answer from you is not counted towards solving it, nor towards the next update.",
    "Time outside the hours named with a promise is not counted.",
)
LEGEND = {
    NOT_PROMISED: f"“{NOT_PROMISED}” means that we have agreed that there is no such time.",
    NOTHING: "A dash means that nothing was agreed about it.",
}


def contract(known: ContractFacts) -> str:
    """The whole document."""
    return whole(
        f"What we promise {plain(known.client)}, on which hours, and what others promise us for it.",
        *(_agreed(terms) for terms in known.agreed),
        section("What is not counted", items([*NOT_COUNTED, *_vendors_counted(known)])),
        section("What changes, and when", _follows(known)),
        section("What vendors have promised", *_outside_of(known)),
    )


def _agreed(terms: Agreed) -> str:
    return section(
        plain(terms.about) or "What we promise",
        plain(terms.words),
        _holds(terms.promised),
        _targets(terms.promised),
    )


def _holds(promised: Promised) -> str:
    if promised.lapsed:
        return _lapsed(promised)
    said = (("In force since", day_of(promised.begins)), ("In force until the end of", day_of(promised.ends)))
    return facts(said)


def _lapsed(promised: Promised) -> str:
    """Why nothing is promised, without the name that the agreement has among us."""
    if promised.ends and "ended" in promised.lapsed:
        return f"Nothing is promised at present: what was agreed ended on {day_of(promised.ends)}."
    return f"Nothing is promised at present: what was agreed begins on {day_of(promised.begins)}."


def _targets(promised: Promised) -> str:
    metrics = [metric for metric in PROMISES if any(metric in level.targets for level in promised.levels)]
    rows = [[_urgency(level), *(_time(level, metric) for metric in metrics)] for level in promised.levels]
    if not metrics:
        return "" if promised.lapsed else "No times were agreed."
    legend = " ".join(words for sign, words in LEGEND.items() if any(sign in row for row in rows))
    when = counted({level.name: level.hours for level in promised.levels})
    return blocks(table(("When it is", *(PROMISES[metric] for metric in metrics)), rows), f"Counted {when}.", legend)


def _urgency(level: Level) -> str:
    return f"**{sentence(URGENCY[level.name])}**: {MEANING[level.name]}"


def _time(level: Level, metric: str) -> str:
    if metric in level.targets and level.targets[metric] is None:
        return NOT_PROMISED
    return waits(level.targets.get(metric))


def _follows(known: ContractFacts) -> str:
    if known.follows is None:
        return ""
    since = f"From {day_of(known.follows.begins)} on other terms hold"
    until = f", until the end of {day_of(known.follows.ends)}" if known.follows.ends else ""
    return blocks(f"{since}{until}.", _targets(known.follows))


# What others promise


def _vendors_counted(known: ContractFacts) -> list[str]:
    if not known.outside:
        return []
    return [
        "What a vendor needs for its part is told below for each service, and whether our time to solve stands still "
        "meanwhile."
    ]


def _outside_of(known: ContractFacts) -> list[str]:
    if not known.outside:
        return ["None of what we look after for you is run by a vendor that we know of."]
    return [
        "Where a fault lies in a service that somebody else runs, only their engineers can clear it: there our part "
        "ends and theirs begins. We stay in charge, we press them, and we tell you what they answer.",
        *map(_outside, known.outside),
    ]


def _outside(row: Outside) -> str:
    by = f" by {plain(row.vendor)}" if row.vendor != row.service else ""
    return section(f"{plain(row.service)}{by}", _theirs(row), _meanwhile(row), level=2)


def _theirs(row: Outside) -> str:
    metrics = [metric for metric in THEIRS if any(level.targets.get(metric) for level in row.levels.values())]
    rows = [
        [sentence(URGENCY[priority]), *(_time(level, metric) for metric in metrics)]
        for priority, level in row.levels.items()
    ]
    if not metrics:
        return f"{plain(row.vendor)} has promised no times."
    when = counted({priority: level.hours for priority, level in row.levels.items()})
    return blocks(table(("When it is", *(THEIRS[metric] for metric in metrics)), rows), f"Counted {when}.")


def _meanwhile(row: Outside) -> str:
    """Whether our promise stands still while the vendor has it."""
    if not row.counts:
        return ""
    goes_on = [priority for priority, ours in row.counts.items() if ours]
    if not goes_on:
        return "While they work on it, our time to solve stands still."
    if len(goes_on) == len(row.counts):
        return "While they work on it, our time to solve goes on: we answer for their time as for our own."
    others = [priority for priority in row.counts if priority not in goes_on]
    return (
        f"While they work on it, our time to solve goes on when it is {how_urgent(goes_on)}, and stands still when it "
        f"is {how_urgent(others)}."
    )
