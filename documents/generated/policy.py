"""The internal policy document: who acts, in which order, after how long, for whom otherwise, and why. Pure."""

from collections.abc import Mapping
from typing import Any

from documents.generated.facts import (
    ACKNOWLEDGE,
    EXCEPTIONS,
    RESOLVE,
    RULES,
    PolicyFacts,
    Promised,
    Published,
    Service,
    Team,
    Tier,
)
from documents.generated.kept import NOT_SHOWN, RULES_NOT_SHOWN, with_kept
from documents.generated.ladders import alike, ladder_table, waits
from documents.generated.marks import blocks, facts, items, numbered, paragraphs, plain, section, table, whole
from documents.generated.on_call_words import on_call_words
from documents.guide.plain_words import hours, listed, sentence
from tiers import policy_words

Row = Mapping[str, Any]
HOW_IT_MOVES = (
    "What is not acknowledged or not solved in its time goes on to the next step by itself. A step that nobody can "
    "take is skipped at once, with the reason in the ticket's timeline and an alarm. Where no step is left, the "
    "managers are told."
)
WHY_AND_MANAGERS = (
    "Escalating a ticket by hand always says why: what was tried, what it needs, and by when it hurts.",
    "An account manager, or anybody at the desk, can call a manager; the ticket stays where it is. "
    "The manager has one hour to act on it, day and night; then all managers are told.",
    "A ticket that is sent back to a lower tier names the step and says why. The third time, a manager hears of it.",
    "Questions to another team, to Product, Development or Support Leadership, leave the ticket where it is.",
)
WHO_IS_WHERE = "People are looked up when a step is reached, so this names none; the page of teams shows them."
HOW_VENDORS_ARE_ENGAGED = (
    "A vendor is engaged when the ladder reaches its step, when a client exception goes straight to it, or by hand "
    "with a why. Its case is sent once all required data are known; until then what is missing is a question on the "
    "ticket. From the moment at which the case was sent the vendor has the ball, and its own commitment is measured. "
    "An answer by a person at the vendor brings the ball back to us."
)
HOW_CLIENTS_ARE_TOLD = (
    "The client is told when a ticket has arrived, when a vendor has it, when there is an answer or a question, and "
    "when it is resolved. Work notes are never read by it; public replies always are.",
    "Where the agreement promises updates, each public reply starts the time to the next one, also when there is "
    "nothing new to say.",
    "What this policy means for one client stands on that client's page and in its guide, without our internal words.",
)
HOW_IT_STAYS_TRUE = (
    "Promises to clients are held against these ladders whenever one of them changes; one that cannot be kept has an "
    "alarm and a page that shows its worst way hour by hour.",
    "Contact points and procedures of vendors are verified by their owners; the vendor's sheet says when.",
    "After a major incident a review asks what could have been faster, had the right person or vendor been called "
    "sooner, and changes this policy where it could.",
)


def policy(known: PolicyFacts) -> str:
    """The whole document."""
    return whole(
        _head(known),
        section("Tiers, and what each is for", *(_tier(tier, known) for tier in known.tiers)),
        section("The ladder of each priority", HOW_IT_MOVES, *_ladders(known)),
        section("What is different for single clients", *_exceptions(known)),
        section("Where a ticket begins", *_routing(known)),
        section("Who is on call", WHO_IS_WHERE, *(_team(team) for team in known.called)),
        section("When a vendor is engaged", HOW_VENDORS_ARE_ENGAGED, _vendors(known)),
        section("Managers, and why", items(WHY_AND_MANAGERS)),
        section("What clients are told", items(HOW_CLIENTS_ARE_TOLD)),
        section("How this stays true", items(HOW_IT_STAYS_TRUE)),
        section("The hours behind the names", _calendars(known)),
    )


def version_facts(version: Published) -> list[tuple[str, str]]:
    """Which version it is, since when, by whom and why."""
    return [
        ("Version", plain(f"{version.policy} v{version.number}")),
        ("Valid since", f"{version.at:%A} {version.at.day} {version.at:%B %Y, %H:%M} UTC"),
        ("Published by", plain(version.author) or "an import"),
        ("Why", plain(version.note)),
    ]


def exception_words(row: Row, known: PolicyFacts) -> str:
    """What a client exception changes, its people by name."""
    return policy_words.exception_then({**row, "people": [known.name_of(email) for email in row.get("people") or ()]})


def _head(known: PolicyFacts) -> str:
    clients = listed(with_kept(known.clients, known.kept)) or "nobody"
    whom = clients if known.named else "every client that has no policy of its own"
    return blocks(
        "Who acts, in which order, and after how long.", facts([*version_facts(known.version), ("For", whom)])
    )


# Tiers


def _tier(tier: Tier, known: PolicyFacts) -> str:
    rules = [rule["name"] for rule in known.document.get("routing") or () if rule["then"].get("tier") == tier.name]
    return section(
        f"{plain(tier.name)}: {plain(tier.title)}",
        paragraphs(tier.responsibilities) or "*What this tier is responsible for is not written down yet.*",
        facts([
            ("Team", _address(tier.team)),
            ("Begins here", ", ".join(f"“{plain(name)}”" for name in rules)),
            ("Promises to the other tiers", _ola_words(tier.ola)),
        ]),
        _ola(tier.ola),
        level=2,
    )  # fmt: skip


def _address(team: Team) -> str:
    return plain(f"{team.name} ({team.email})" if team.email else team.name)


def _ola_words(ola: Promised) -> str:
    return f"{plain(ola.title)}. {plain(ola.lapsed)}".strip() if ola.lapsed else plain(ola.title)


def _ola(ola: Promised) -> str:
    rows = (
        [level.name, *(waits(level.targets.get(metric)) for metric in (ACKNOWLEDGE, RESOLVE)), plain(level.calendar)]
        for level in ola.levels
    )
    return table(("Priority", "Acknowledge within", "Resolve or hand over within", "Counted on"), rows)


# Ladders and exceptions


def _ladders(known: PolicyFacts) -> list[str]:
    return [
        section(listed(same), ladder_table(rows, same[0], known), level=2)
        for same, rows in alike(known.document, known.priorities)
    ]


def _exceptions(known: PolicyFacts) -> list[str]:
    told = [_exception(row, known) for row in known.document.get("exceptions") or ()]
    hidden = [NOT_SHOWN] if EXCEPTIONS in known.left_out else []
    return [*hidden, *told] or ["Nothing is: every client climbs the same ladders."]


def _exception(row: Row, known: PolicyFacts) -> str:
    priority = row.get("priority") or known.priorities[0]
    return section(
        plain(policy_words.exception_when(row)),
        facts([
            ("What is different", plain(sentence(exception_words(row, known)))),
            ("Why", plain(row.get("reason", ""))),
            ("The client reads", plain(row.get("client_text", "")) or "nothing of it"),
        ]),
        ladder_table(row.get("steps") or (), priority, known, calendar=row.get("calendar") or ""),
        level=2,
    )  # fmt: skip


# Routing, people, vendors


def _routing(known: PolicyFacts) -> list[str]:
    rules = known.document.get("routing") or ()
    rest = "What no rule sends elsewhere begins at the first step of its ladder."
    hidden = RULES_NOT_SHOWN if RULES in known.left_out else ""
    if not rules:
        return [hidden, rest] if hidden else ["There are no rules. " + rest]
    order = "The rules are read in this order. The first that decides something wins."
    return [order, numbered(_rule(rule) for rule in rules), hidden, rest]


def _rule(rule: Row) -> str:
    when, then = policy_words.rule_when(rule["when"]), policy_words.rule_then(rule["then"])
    on = "the rules below are read too" if not rule.get("stop", True) else "no other rule is read"
    return f"**{plain(rule['name'])}.** {plain(when)}: {plain(then or 'decide nothing')}; then {on}."


def _team(team: Team) -> str:
    answers = "This team answers when a manager is called." if team.managers else ""
    return section(_address(team), answers, on_call_words(team, names=False), level=2)


def _vendors(known: PolicyFacts) -> str:
    rows = [(plain(row.name), plain(row.vendor), _when(row)) for row in known.services]
    return table(("Service", "Vendor", "Engaged when"), rows) or "No service of a vendor is in the directory."


def _when(service: Service) -> str:
    said = [plain(condition.words) for condition in service.conditions]
    return " Or: ".join(said) or "its step is reached; it sets no condition."


def _calendars(known: PolicyFacts) -> str:
    return facts((plain(name), hours(calendar)) for name, calendar in sorted(known.calendars.items()))
