"""A small provider as frozen facts: three tiers, one service, two clients. What a test is about it replaces."""

from dataclasses import replace
from datetime import UTC, datetime

from documents.generated.facts import (
    Cadence,
    Condition,
    Contact,
    Datum,
    Level,
    Person,
    PolicyFacts,
    Promised,
    Published,
    Service,
    Team,
    Tier,
)  # fmt: skip
from sla.business_time import BusinessCalendar

WEEK = ("mon", "tue", "wed", "thu", "fri")
ALWAYS = BusinessCalendar.always()
OFFICE = BusinessCalendar.of(timezone="Europe/London", hours={day: ["09:00-17:30"] for day in WEEK}, name="Office")
MINUTE, HOUR = 60, 3600
AMARA, BEN, DEV, MIRIAM = (
    Person(name, f"{name.lower()}@msp.example") for name in ("Amara", "Ben", "Dev", "Miriam")
)  # fmt: skip
WEEKLY = {"timezone": "Europe/London", "hand_over": "mon 09:00", "days": 7, "from": "2026-01-05"}
HELPDESK = Team("Helpdesk", "helpdesk@msp.example", False, (AMARA, BEN), WEEKLY)
TECHNICAL = Team("Technical", "", False, (DEV,), {})
MANAGERS = Team("Managers", "", True, (MIRIAM,), {})
LADDER = [
    {"tier": "L1", "acknowledge_within": "10m", "hand_over_after": "30m", "notify": ["on_call"], "repeat": 2},
    {"tier": "L2", "acknowledge_within": "15m", "hand_over_after": "1h", "notify": ["team", "dev@msp.example"]},
    {"vendor": True, "acknowledge_within": "20m"},
]


def level(name, calendar=ALWAYS, **targets):
    """What is promised for a priority: seconds by metric."""
    return Level(name, {metric.upper(): seconds for metric, seconds in targets.items()}, calendar.name, calendar)


def ola(name):
    """What a tier promises to the others, for P1 only."""
    return Promised(name, f"{name} v2", (level("P1", OFFICE, acknowledge=20 * MINUTE, resolve=2 * HOUR),))


L1 = Tier("L1", "our helpdesk", 1, HELPDESK, "Takes every request in.\nSolves what is known.", ola("Helpdesk OLA"))
L2 = Tier("L2", "our technical specialists", 2, TECHNICAL, "Servers and networks.", ola("Technical OLA"))
MICROSOFT_365 = Service(
    name="Microsoft 365", vendor="Microsoft", plan="Premier", severity_of={"P1": "A", "P2": "B"},
    contacts=(
        Contact("EMAIL", "support@microsoft.example", "around the clock", "en", "2026-11-02", "Amara"),
        Contact("HOTLINE", "+44 20 7946 0110"),
    ),
    required=(Datum("Tenant id", "the client's account: tenant id", "What is it?"), Datum("PIN", "asked", secret=True)),
    conditions=(Condition("A sign-in error that only they can clear.", ("error code 0x1",)),),
    subject="[{{severity}}] {{title}}", body="Dear support,\n\n{{description}}\n",
    commitment=Promised("M365", "M365 v1", (level("A", ALWAYS, respond=HOUR, update=None),), begins="2026-01-01"),
    clients=("Acme", "Borealis"),
)  # fmt: skip
PUBLISHED = Published("Standard", 3, "Miriam", "L2 is called sooner", datetime(2026, 5, 3, 14, 5, tzinfo=UTC))
POLICY = PolicyFacts(
    version=PUBLISHED,
    document={"ladders": {"P1": LADDER, "P2": LADDER}, "exceptions": [], "routing": []},
    clients=("Acme", "Borealis"), named=False, tiers=(L1, L2), teams=(HELPDESK, MANAGERS, TECHNICAL),
    services=(MICROSOFT_365,), calendars={"Office": OFFICE},
    cadences=(Cadence(("Acme", "Borealis"), level("P1", ALWAYS, acknowledge=15 * MINUTE, update=HOUR)),),
)  # fmt: skip


def policy_with(**document):
    """The same provider under another policy document."""
    return replace(POLICY, document={**POLICY.document, **document})


def part(text, title):
    """What stands below a heading, up to the next one of its level or above."""
    _, found, rest = f"\n{text}".partition(f"# {title}\n")
    assert found, f"no part “{title}” in:\n{text}"
    before = f"\n{text}".partition(f"# {title}\n")[0]
    depth = 1 + len(before) - len(before.rstrip("#"))
    lines = []
    for line in rest.splitlines():
        marks = len(line) - len(line.lstrip("#"))
        if 0 < marks <= depth and line[marks : marks + 1] == " ":
            break
        lines.append(line)
    return "\n".join(lines).strip()
