"""A clean policy of a clean provider, and faults to plant in it, each with where it must be found."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sla.business_time import BusinessCalendar
from tiers.lint_known import Known, KnownContact, KnownService, KnownTeam, KnownTier

# A Monday noon in winter, so that London's hours are UTC's.
NOON = datetime(2026, 1, 12, 12, tzinfo=UTC)
PRIORITIES = ("P1", "P2", "P3", "P4")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = BusinessCalendar.of(timezone="Europe/London", hours={day: ["09:00-17:30"] for day in WEEKDAYS})
ALWAYS = BusinessCalendar.always()
BOTH = frozenset({"ACKNOWLEDGE", "RESOLVE"})
HELPDESK = ("ann@msp.example", "bob@msp.example")
TECHNICAL = ("cid@msp.example", "dee@msp.example")
SENIOR, BOSS = ("eve@msp.example",), ("max@msp.example",)
VERIFIED = date(2025, 12, 1)
Document = dict[str, Any]


def _tier(name: str, team: str) -> KnownTier:
    return KnownTier(name, team, dict.fromkeys(PRIORITIES, BOTH), {**dict.fromkeys(PRIORITIES, OFFICE), "P1": ALWAYS})


def _service(name: str, *clients: str) -> KnownService:
    required = (
        {"key": "tenant", "label": "Tenant", "source": "account.tenant", "pattern": "[0-9]+"},
        {"key": "serial", "label": "Serial number", "source": "asset.serial"},
        {"key": "rack", "label": "Rack", "source": "asset.rack"},
        {"key": "title", "label": "Title", "source": "ticket.title"},
        {"key": "lights", "label": "Lights", "source": "question"},
        {"key": "code", "label": "Code", "source": "event.code"},
        {"key": "pin", "label": "PIN", "source": "account.pin", "secret": True},
    )
    contacts = (
        KnownContact("EMAIL", f"support@{name.lower()}.example", VERIFIED),
        KnownContact("HOTLINE", "+44 20 7946 0000", VERIFIED),
    )
    return KnownService(name, contacts, required, dict.fromkeys(clients, frozenset({"tenant"})))


KNOWN = Known(
    begins=NOON,
    ends=NOON + timedelta(days=14),
    tiers={"L1": _tier("L1", "Helpdesk"), "L2": _tier("L2", "Technical"), "L3": _tier("L3", "Senior")},
    teams={
        "Helpdesk": KnownTeam("Helpdesk", HELPDESK, "desk@msp.example", zone="Europe/London"),
        "Technical": KnownTeam("Technical", TECHNICAL, zone="Europe/London"),
        "Senior": KnownTeam("Senior", SENIOR),
        "Managers": KnownTeam("Managers", BOSS, managers=True),
        "Empty": KnownTeam("Empty"),
    },
    services={
        "Cloud": _service("Cloud", "Acme", "Beta"),
        "Line": _service("Line", "Acme"),
        "Backup": _service("Backup"),
    },
    acknowledged=frozenset(PRIORITIES),
    elsewhere={"Gone": "Other"},
    people=frozenset([*HELPDESK, *TECHNICAL, *SENIOR, *BOSS, "zoe@msp.example"]),
    left={"old@msp.example": "Olga Dow"},
    lapsed={"Silver": "Silver ended on 2025-12-31."},
    calendars={"Office": OFFICE, "24x7": ALWAYS},
    asset_keys=frozenset({"rack"}),
)


def _rule(name: str, when: Document, then: Document, **more: Any) -> Document:
    return {"name": name, "when": when, "then": then, **more}


LADDER = [
    {"tier": "L1", "acknowledge_within": "15m", "hand_over_after": "45m", "notify": ["on_call"], "repeat": 2},
    {"tier": "L2", "acknowledge_within": "15m", "hand_over_after": "1h", "notify": ["on_call", "team"]},
    {"tier": "L3", "notify": ["team", "managers", "eve@msp.example"], "repeat": 1},
    {"vendor": True, "acknowledge_within": "30m"},
]
CLEAN: Document = {
    "ladders": {priority: [dict(row) for row in LADDER] for priority in PRIORITIES},
    "exceptions": [
        {
            "client": "Acme",
            "calendar": "24x7",
            "reason": "r",
            "steps": [
                {"tier": "L1", "acknowledge_within": "5m", "hand_over_after": "10m", "notify": ["on_call"]},
                {"tier": "L3", "acknowledge_within": "5m", "hand_over_after": "10m", "notify": ["team"]},
                {"vendor": True},
            ],
        },
        {"client": "Acme", "service": "Cloud", "priority": "P1", "straight_to_vendor": True, "reason": "r"},
        {"client": "Beta", "category": "imaging", "start_tier": "L2", "people": ["dee@msp.example"], "reason": "r"},
        {"client": "Beta", "device_type": "NETWORK", "agreement": "Gold", "reason": "r"},
    ],
    "routing": [
        _rule("Sign-in", {"error_code": ["0x1", "0x2"]}, {"service": "Cloud", "tags": ["in"]}, stop=False),
        _rule("Ransom", {"keywords": ["ransomware", "ransom note"]}, {"priority": "P1", "tier": "L3"}),
        _rule("Imaging", {"client": "Beta", "keywords": ["x-ray"]}, {"category": "imaging"}),
        _rule("Network", {"keywords": ["network", "wifi", "vpn"]}, {"tier": "L2", "service": "Line"}),
        _rule("No line", {"regex": r"(?i)\bline (is )?down\b"}, {"service": "Line", "assignee": "on_call"}),
        _rule("Password", {"keywords": ["password"]}, {"tier": "L1", "assignee": "round_robin"}),
        _rule("Servers", {"device_type": "SERVER", "os": "windows"}, {"tier": "L2", "team": "Technical"}),
    ],
}
Plant = Callable[[Document, Known], Known | None]


@dataclass(frozen=True)
class Planted:
    """One fault: what it is, how it is planted, and the code, level and path with which it must be found."""

    name: str
    plant: Plant
    code: str
    level: str
    path: tuple[str | int, ...]

    def planted(self) -> tuple[Document, Known]:
        document = deepcopy(CLEAN)
        return document, self.plant(document, KNOWN) or KNOWN


def put(value: Any, *path: str | int) -> Plant:
    """Write `value` at this path of the document."""

    def plant(document: Document, known: Known) -> None:
        row: Any = document
        for key in path[:-1]:
            row = row[key]
        row[path[-1]] = value

    return plant


def rule(at: int, when: Document, then: Document | None = None, **more: Any) -> Plant:
    """A further routing rule at this place."""
    row = _rule("New", when, then or {"tags": ["new"]}, **more)
    return lambda document, known: document["routing"].insert(at, row)


def exception(at: int, **row: Any) -> Plant:
    """A further client exception at this place."""
    return lambda document, known: document["exceptions"].insert(at, {"reason": "r", **row})


def step(at: int, row: Document, *, without: tuple[str, ...] = (), of: str = "P2") -> Plant:
    """The step at this place of a priority's ladder gets these keys."""

    def plant(document: Document, known: Known) -> None:
        rows = document["ladders"][of]
        rows[at] = {key: value for key, value in {**rows[at], **row}.items() if key not in without}

    return plant


def team(name: str, **values: Any) -> Plant:
    return lambda _, known: replace(known, teams={**known.teams, name: replace(known.teams[name], **values)})


def service(name: str, **values: Any) -> Plant:
    return lambda _, known: replace(known, services={**known.services, name: replace(known.services[name], **values)})


def datum(**changes: Any) -> Plant:
    """The Line asks for one thing more."""
    row = {"key": "new", "label": "New", "source": "question", **changes}
    return service("Line", required=(*KNOWN.services["Line"].required, row))


def both(*plants: Plant) -> Plant:
    """One fault that takes several changes."""

    def plant(document: Document, known: Known) -> Known:
        for one in plants:
            known = one(document, known) or known
        return known

    return plant


def ola(tier: str, *metrics: str) -> Plant:
    """The tier's OLA promises nothing but these."""
    promises = dict.fromkeys(PRIORITIES, frozenset(metrics))
    return lambda _, known: replace(known, tiers={**known.tiers, tier: replace(known.tiers[tier], promises=promises)})


def limits(tier: str, **by_priority: dict[str, int]) -> Plant:
    """How long the tier's OLA allows, in seconds."""
    return lambda _, known: replace(
        known, tiers={**known.tiers, tier: replace(known.tiers[tier], limits=by_priority, ola="Helpdesk OLA v2")}
    )


def first_rules(number: int) -> Plant:
    """No routing rules but the first."""
    return lambda document, known: document.update(routing=document["routing"][:number])


# L3 keeps what it has: neither its steps nor its OLA name a time.
L3_KEEPS = both(ola("L3"), *(step(2, {}, without=("repeat",), of=priority) for priority in PRIORITIES))
UNACKNOWLEDGED: Plant = lambda _, known: replace(known, acknowledged=frozenset())  # noqa: E731


NIGHT = ((datetime(2026, 1, 13, 20, tzinfo=UTC), datetime(2026, 1, 14, 6, tzinfo=UTC)),)
MORNING = ((datetime(2026, 1, 13, 8, tzinfo=UTC), datetime(2026, 1, 13, 10, tzinfo=UTC)),)
FORTNIGHT = ((KNOWN.begins, KNOWN.ends),)
TAGS = {"tags": ["new"]}
OF_P2 = ("ladders", "P2")
OWN = ("exceptions", 0, "steps")

CORPUS = [
    # rules
    Planted(
        "an anchor in the middle",
        rule(7, {"regex": "vpn^fault"}),
        "impossible-expression",
        "ERROR",
        ("routing", 7, "when", "regex"),
    ),
    Planted(
        "an end before more text",
        rule(7, {"regex": "vpn$x"}),
        "impossible-expression",
        "ERROR",
        ("routing", 7, "when", "regex"),
    ),
    Planted(
        "a class that holds nothing",
        rule(7, {"regex": r"a[^\s\S]b"}),
        "impossible-expression",
        "ERROR",
        ("routing", 7, "when", "regex"),
    ),
    Planted(
        "a whole title",
        rule(7, {"regex": "^printer$"}),
        "impossible-expression",
        "ERROR",
        ("routing", 7, "when", "regex"),
    ),
    Planted(
        "an edge within a word",
        rule(7, {"regex": r"pass\bword"}),
        "impossible-expression",
        "ERROR",
        ("routing", 7, "when", "regex"),
    ),
    Planted(
        "two conditions that exclude each other",
        rule(7, {"keywords": ["fax"], "regex": r"\A[0-9\n]*\z"}),
        "unreachable-rule",
        "ERROR",
        ("routing", 7, "when"),
    ),
    Planted("the same words again", rule(7, {"keywords": ["Password"]}), "shadowed-rule", "ERROR", ("routing", 7)),
    Planted("a word within a phrase", rule(7, {"keywords": ["vpn client"]}), "shadowed-rule", "ERROR", ("routing", 7)),
    Planted(
        "an expression for a word", rule(7, {"regex": r"(?:^|\s)wifi[ .,]"}), "shadowed-rule", "ERROR", ("routing", 7)
    ),
    Planted(
        "a word for an expression", rule(7, {"keywords": ["line is down"]}), "shadowed-rule", "ERROR", ("routing", 7)
    ),
    Planted("two rules together", rule(7, {"keywords": ["password", "vpn"]}), "shadowed-rule", "ERROR", ("routing", 7)),
    Planted(
        "a narrower client",
        rule(7, {"keywords": ["password"], "client": "Acme"}),
        "shadowed-rule",
        "ERROR",
        ("routing", 7),
    ),
    Planted(
        "a narrower system",
        rule(7, {"device_type": "SERVER", "os": "Windows Server"}),
        "shadowed-rule",
        "ERROR",
        ("routing", 7),
    ),
    Planted(
        "after one that always holds",
        both(rule(7, {"regex": "x*"}), rule(8, {"keywords": ["fax"]})),
        "shadowed-rule",
        "ERROR",
        ("routing", 8),
    ),
    Planted(
        "after one without conditions",
        both(rule(7, {}), rule(8, {"source": "Mail"})),
        "shadowed-rule",
        "ERROR",
        ("routing", 8),
    ),
    Planted(
        "the same code after one that stops",
        both(rule(7, {"error_code": "0x9"}), rule(8, {"error_code": ["0X9"], "keywords": ["fax"]})),
        "shadowed-rule",
        "ERROR",
        ("routing", 8),
    ),
    Planted(
        "one word of several",
        rule(7, {"keywords": ["fax", "wifi"]}),
        "shadowed-part",
        "WARNING",
        ("routing", 7, "when", "keywords", 1),
    ),
    Planted(
        "the same decision again",
        rule(1, {"error_code": "0x2"}, {"tags": ["new"], "service": "Line"}),
        "decided-before",
        "WARNING",
        ("routing", 1, "then", "service"),
    ),
    Planted(
        "a tag again",
        rule(1, {"error_code": "0x2"}, {"tags": ["new", "in"]}),
        "decided-before",
        "WARNING",
        ("routing", 1, "then", "tags", 1),
    ),
    Planted(
        "nothing new",
        both(
            rule(7, {"keywords": ["fax"]}, TAGS, stop=False),
            rule(8, {"keywords": ["fax"], "client": "Acme"}, TAGS, stop=False),
        ),
        "decides-nothing",
        "ERROR",
        ("routing", 8, "then"),
    ),
    Planted(
        "nothing new but an end",
        both(rule(6, {"keywords": ["fax"]}, TAGS, stop=False), rule(7, {"keywords": ["fax"]}, TAGS)),
        "decides-nothing",
        "WARNING",
        ("routing", 7, "then"),
    ),
    Planted(
        "another policy's client",
        rule(7, {"client": "Gone"}),
        "foreign-client",
        "ERROR",
        ("routing", 7, "when", "client"),
    ),
    Planted(
        "a tier without a step",
        both(rule(7, {"keywords": ["fax"]}, {"tier": "L4"})),
        "tier-off-ladder",
        "ERROR",
        ("routing", 7, "then", "tier"),
    ),
    Planted(
        "a tier that one ladder lacks",
        both(put([LADDER[0], LADDER[1]], "ladders", "P4"), rule(7, {"keywords": ["fax"]}, {"tier": "L3"})),
        "tier-off-ladder",
        "WARNING",
        ("routing", 7, "then", "tier"),
    ),
    Planted(
        "a team of nobody",
        rule(7, {"keywords": ["fax"]}, {"team": "Empty"}),
        "empty-team",
        "ERROR",
        ("routing", 7, "then", "team"),
    ),
    Planted(
        "an assignee who left",
        rule(7, {"keywords": ["fax"]}, {"assignee": "old@msp.example"}),
        "person-left",
        "ERROR",
        ("routing", 7, "then", "assignee"),
    ),
    Planted(
        "an assignee whom nobody knows",
        rule(7, {"keywords": ["fax"]}, {"assignee": "who@msp.example"}),
        "person-left",
        "ERROR",
        ("routing", 7, "then", "assignee"),
    ),
    Planted(
        "an assignee in no team",
        rule(7, {"keywords": ["fax"]}, {"assignee": "zoe@msp.example"}),
        "in-no-team",
        "ERROR",
        ("routing", 7, "then", "assignee"),
    ),
    Planted(
        "an assignee on a night off",
        both(team("Senior", gaps=NIGHT), rule(7, {"keywords": ["fax"]}, {"assignee": "on_call", "tier": "L3"})),
        "no-on-call",
        "WARNING",
        ("routing", 7, "then", "assignee"),
    ),
    Planted(
        "a word that ends in a sign behind a shorter one",
        both(rule(7, {"keywords": ["c++"]}), rule(8, {"keywords": ["Menü in C++"]})),
        "shadowed-rule",
        "ERROR",
        ("routing", 8),
    ),
    Planted(
        "a word in another alphabet behind a shorter one",
        both(rule(7, {"keywords": ["ПРИНТЕР"]}), rule(8, {"keywords": ["принтер не печатает"]})),
        "shadowed-rule",
        "ERROR",
        ("routing", 8),
    ),
    # exceptions
    Planted(
        "an exception for another policy's client",
        exception(4, client="Gone", start_tier="L2"),
        "foreign-client",
        "ERROR",
        ("exceptions", 4, "client"),
    ),
    Planted(
        "the same exception again",
        exception(4, client="acme", service="cloud", priority="P1", start_tier="L3"),
        "shadowed-exception",
        "ERROR",
        ("exceptions", 4),
    ),
    Planted(
        "an exception in four parts",
        both(
            *(exception(0, device_type="MOBILE", priority=p, agreement="Gold") for p in PRIORITIES),
            exception(4, device_type="MOBILE", agreement="Gold"),
        ),
        "shadowed-exception",
        "ERROR",
        ("exceptions", 4),
    ),
    Planted(
        "a service without an account",
        exception(4, client="Beta", service="Line", start_tier="L2"),
        "no-account",
        "ERROR",
        ("exceptions", 4, "service"),
    ),
    Planted(
        "a category that nobody sets",
        exception(4, category="fax", start_tier="L2"),
        "unset-category",
        "WARNING",
        ("exceptions", 4, "category"),
    ),
    Planted(
        "a beginning that is no step",
        put("L2", *OWN[:2], "start_tier"),
        "start-off-ladder",
        "ERROR",
        (*OWN[:2], "start_tier"),
    ),
    Planted(
        "a beginning that one ladder lacks",
        both(
            put([LADDER[0], LADDER[2], LADDER[3]], "ladders", "P4"),
            put("P1", "exceptions", 2, "priority"),
            first_rules(3),
            exception(4, service="Cloud", start_tier="L2"),
        ),
        "start-off-ladder",
        "WARNING",
        ("exceptions", 4, "start_tier"),
    ),
    Planted(
        "straight to no vendor",
        put(LADDER[:3], "ladders", "P1"),
        "no-vendor-step",
        "ERROR",
        ("exceptions", 1, "straight_to_vendor"),
    ),
    Planted(
        "straight to a vendor that one ladder lacks",
        both(put(LADDER[:3], "ladders", "P4"), exception(4, service="Line", straight_to_vendor=True)),
        "no-vendor-step",
        "WARNING",
        ("exceptions", 4, "straight_to_vendor"),
    ),
    Planted(
        "straight to the vendor and to L2",
        put("L2", "exceptions", 1, "start_tier"),
        "start-ignored",
        "WARNING",
        ("exceptions", 1, "start_tier"),
    ),
    Planted(
        "an exception without a change",
        exception(4, client="Beta", priority="P2"),
        "changes-nothing",
        "WARNING",
        ("exceptions", 4),
    ),
    Planted(
        "an agreement that has ended",
        put("Silver", "exceptions", 3, "agreement"),
        "lapsed-agreement",
        "WARNING",
        ("exceptions", 3, "agreement"),
    ),
    Planted(
        "people of an exception who left",
        put(["old@msp.example"], "exceptions", 2, "people"),
        "person-left",
        "ERROR",
        ("exceptions", 2, "people", 0),
    ),
    # steps
    Planted("a tier of nobody", team("Technical", members=()), "empty-team", "ERROR", (*OF_P2, 1, "tier")),
    Planted(
        "nobody on call for a fortnight", team("Helpdesk", gaps=FORTNIGHT), "no-on-call", "ERROR", (*OF_P2, 0, "notify")
    ),
    Planted(
        "nobody on call in a morning", team("Helpdesk", gaps=MORNING), "no-on-call", "ERROR", (*OF_P2, 0, "notify")
    ),
    Planted("nobody on call at night", team("Helpdesk", gaps=NIGHT), "no-on-call", "WARNING", (*OF_P2, 0, "notify")),
    Planted(
        "nobody on call at night, for round-the-clock hours",
        team("Helpdesk", gaps=NIGHT),
        "no-on-call",
        "ERROR",
        ("ladders", "P1", 0, "notify"),
    ),
    Planted(
        "nobody on call, but the team is told",
        team("Technical", gaps=MORNING),
        "no-on-call",
        "WARNING",
        (*OF_P2, 1, "notify"),
    ),
    Planted(
        "nobody on call, and only managers besides",
        both(team("Technical", gaps=MORNING), step(1, {"notify": ["on_call", "managers"]})),
        "no-on-call",
        "ERROR",
        (*OF_P2, 1, "notify"),
    ),
    Planted(
        "nobody on call, but somebody by name",
        both(team("Technical", gaps=MORNING), step(1, {"notify": ["on_call", "eve@msp.example"]})),
        "no-on-call",
        "WARNING",
        (*OF_P2, 1, "notify"),
    ),
    Planted(
        "nobody on call where managers alone are told",
        both(team("Technical", gaps=MORNING), step(1, {"notify": ["managers"]})),
        "no-on-call",
        "ERROR",
        (*OF_P2, 1, "notify"),
    ),
    Planted(
        "the exception's hours are longer", team("Helpdesk", gaps=NIGHT), "no-on-call", "ERROR", (*OWN, 0, "notify")
    ),
    Planted(
        "a step tells somebody who left",
        step(1, {"notify": ["team", "old@msp.example"]}),
        "person-left",
        "ERROR",
        (*OF_P2, 1, "notify", 1),
    ),
    Planted(
        "a step tells managers and there are none",
        both(team("Managers", members=()), step(2, {"notify": ["managers"]})),
        "tells-nobody",
        "ERROR",
        (*OF_P2, 2, "notify"),
    ),
    Planted(
        "a step tells nobody yet", step(1, {"notify": ["assignee"]}), "tells-nobody", "WARNING", (*OF_P2, 1, "notify")
    ),
    Planted(
        "back to those who gave it up",
        put([*LADDER[:2], LADDER[0], *LADDER[2:]], *OF_P2),
        "cycle",
        "ERROR",
        (*OF_P2, 2, "tier"),
    ),
    Planted("back after the vendor", put([*LADDER, LADDER[2]], *OF_P2), "cycle", "ERROR", (*OF_P2, 4, "tier")),
    Planted(
        "a step below every beginning",
        both(put("L3", *OWN[:2], "start_tier"), first_rules(5)),
        "unreachable-step",
        "ERROR",
        (*OWN, 0),
    ),
    Planted(
        "steps below the vendor",
        both(put(True, *OWN[:2], "straight_to_vendor"), first_rules(5)),
        "unreachable-step",
        "ERROR",
        (*OWN, 0),
    ),
    Planted(
        "a ladder that nobody climbs",
        both(put([], "exceptions"), exception(0, priority="P4", steps=LADDER)),
        "unreachable-step",
        "ERROR",
        ("ladders", "P4"),
    ),
    Planted("a tier that is no more", step(2, {"tier": "L0"}), "unknown-tier", "ERROR", (*OF_P2, 2, "tier")),
    Planted(
        "a step above one without an end", both(L3_KEEPS, UNACKNOWLEDGED), "unreachable-step", "ERROR", (*OF_P2, 3)
    ),
    Planted("a step that only a broken promise leads to", L3_KEEPS, "rarely-reached", "WARNING", (*OF_P2, 3)),
    Planted(
        "a time that never ends",
        step(0, {"acknowledge_within": "2h"}),
        "wait-never-ends",
        "WARNING",
        (*OF_P2, 0, "acknowledge_within"),
    ),
    Planted(
        "a longer time to acknowledge than the tier's OLA allows",
        limits("L1", P2={"ACKNOWLEDGE": 60}),
        "beyond-ola",
        "WARNING",
        (*OF_P2, 0, "acknowledge_within"),
    ),
    Planted(
        "reminders of nothing",
        both(ola("L1", "RESOLVE"), step(0, {}, without=("acknowledge_within",))),
        "never-reminds",
        "WARNING",
        (*OF_P2, 0, "repeat"),
    ),
    Planted(
        "for ever with who took it",
        both(ola("L1", "ACKNOWLEDGE"), step(0, {}, without=("hand_over_after",))),
        "never-hands-over",
        "WARNING",
        (*OF_P2, 0),
    ),
    # vendors
    Planted(
        "a service that cannot be written to",
        service("Line", contacts=(KnownContact("HOTLINE", "1", VERIFIED),)),
        "other-way",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a service of a rule without contact",
        service("Line", contacts=()),
        "no-contact",
        "ERROR",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a service of an exception without contact",
        service("Cloud", contacts=()),
        "no-contact",
        "ERROR",
        ("exceptions", 1, "service"),
    ),
    Planted(
        "another service without contact",
        service("Backup", contacts=()),
        "no-contact",
        "WARNING",
        ("ladders", "P1", 3, "vendor"),
    ),
    Planted(
        "a contact that was never verified",
        service("Line", contacts=(KnownContact("EMAIL", "a@line.example"),)),
        "stale-contact",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a contact of another time",
        service("Line", contacts=(KnownContact("EMAIL", "a@line.example", date(2025, 10, 13)),)),
        "stale-contact",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a contact with a short interval",
        service("Line", contacts=(KnownContact("EMAIL", "a@line.example", VERIFIED, 30),)),
        "stale-contact",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a contact that does not hold",
        service("Line", contacts=(KnownContact("EMAIL", "a@line.example", VERIFIED, bad="550 no such user"),)),
        "bad-contact",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a portal without its address",
        service("Line", lodge_by="PORTAL", contacts=(KnownContact("EMAIL", "a@line.example", VERIFIED),)),
        "other-way",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a service that nobody has confirmed",
        service("Cloud", unconfirmed=True),
        "unconfirmed-service",
        "WARNING",
        ("exceptions", 1, "service"),
    ),
    Planted(
        "what no account has",
        datum(source="account.contract"),
        "missing-source",
        "ERROR",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "what no asset has", datum(source="asset.shelf"), "missing-source", "ERROR", ("routing", 3, "then", "service")
    ),
    Planted(
        "what no ticket has",
        datum(source="ticket.colour"),
        "missing-source",
        "ERROR",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "what no contact has",
        datum(source="contact.shoe_size"),
        "missing-source",
        "ERROR",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "what no alert brings",
        datum(source="event.file_hash"),
        "missing-source",
        "WARNING",
        ("routing", 3, "then", "service"),
    ),
    Planted(
        "a form that nothing has",
        datum(pattern="[0-9]$[a-z]"),
        "impossible-expression",
        "ERROR",
        ("routing", 3, "then", "service"),
    ),
]
