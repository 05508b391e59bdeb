"""What the lint claims, held against every request and every situation of a small universe, for random policies."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lint_corpus import KNOWN, NOON, PRIORITIES

from tiers.ladder import Ladder, Situation, ladder_for
from tiers.lint import Fault, lint
from tiers.routing import Request, matches, route

WORDS = ("vpn", "vpn client", "fax", "line")
TEXTS = [" / ".join(words) for number in range(len(WORDS) + 1) for words in combinations(WORDS, number)]
CLIENTS, DEVICES, CODES = ("Acme", "Beta", "Gone"), ("", "SERVER", "NETWORK"), ("", "0x1", "0x2")
CATEGORIES, SYSTEMS = ("", "mail"), ("", "windows", "windows server")
EXPRESSIONS = (
    "(?i)vpn",
    r"\bvpn",
    "^line",
    "fax$",
    "^$",
    "vpn|fax",
    "line.*fax",
    "a^b",
    r"(?m)^fax$",
    "x*",
    r"vpn\b.cl",
)
TIERS = ("L1", "L2", "L3")
DEAD = {"shadowed-rule", "unreachable-rule", "impossible-expression", "foreign-client"}
Document = dict[str, Any]


def some(**parts: st.SearchStrategy) -> st.SearchStrategy[Document]:
    """Some of these keys, with such values."""
    return st.fixed_dictionaries({}, optional=parts)


plain = {
    "keywords": st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True),
    "device_type": st.sampled_from(DEVICES[1:]),
    "client": st.sampled_from(CLIENTS),
    "error_code": st.lists(st.sampled_from(CODES[1:]), min_size=1, unique=True),
}
whole = {
    **plain,
    "regex": st.sampled_from(EXPRESSIONS),
    "os": st.sampled_from(SYSTEMS[1:]),
    "category": st.just("mail"),
}
thens = some(
    tier=st.sampled_from(TIERS), category=st.just("mail"), service=st.sampled_from(["Cloud", "Line"]),
    tags=st.lists(st.sampled_from(["a", "b"]), min_size=1, unique=True),
).filter(bool)  # fmt: skip


def rules(conditions: dict[str, st.SearchStrategy]) -> st.SearchStrategy[list[Document]]:
    row = st.fixed_dictionaries({"when": some(**conditions), "then": thens, "stop": st.booleans()})
    return st.lists(row, max_size=6).map(lambda rows: [{**r, "name": f"rule {i}"} for i, r in enumerate(rows)])


ladders = st.lists(st.sampled_from([*TIERS, "vendor"]), min_size=1, max_size=4).map(
    lambda names: [{"tier": "L1"}, *({"vendor": True} if name == "vendor" else {"tier": name} for name in names)]
)
exceptions = st.lists(
    some(
        client=st.sampled_from(CLIENTS), service=st.sampled_from(["Cloud", "Line"]), category=st.just("mail"),
        device_type=st.sampled_from(DEVICES[1:]), priority=st.sampled_from(PRIORITIES),
        start_tier=st.sampled_from(TIERS), straight_to_vendor=st.just(True), steps=ladders,
    ),
    max_size=6,
)  # fmt: skip
named = st.sampled_from([[], ["Acme"], ["Acme", "Beta"]])


def policies(conditions: dict[str, st.SearchStrategy]) -> st.SearchStrategy[Document]:
    by_priority = st.fixed_dictionaries({priority: ladders for priority in PRIORITIES})
    return st.fixed_dictionaries(
        {"clients": named, "ladders": by_priority, "exceptions": exceptions, "routing": rules(conditions)}
    )


def covered(document: Document) -> list[str]:
    """The clients that come under the policy; somebody whom nobody names may come to one for everybody else."""
    return document["clients"] or [*CLIENTS[:2], "Somebody"]


def requests(document: Document, *, whole: bool) -> Iterator[Request]:
    """Every request of the universe; the plain one has no systems and categories."""
    more = product(SYSTEMS, CATEGORIES) if whole else [("", "")]
    for text, client, device, code, (os, category) in product(TEXTS, covered(document), DEVICES, CODES, list(more)):
        yield Request(title=text, client=client, device_type=device, error_code=code, os=os, category=category)


def found(document: Document) -> list[Fault]:
    return lint(document, KNOWN, now=NOON)


def dead_rules(faults: list[Fault]) -> set[int]:
    return {int(f.path[1]) for f in faults if f.path[0] == "routing" and f.code in DEAD}


def fired(document: Document, request: Request) -> list[int]:
    """The rules that a request meets, by their places."""
    said = route(document["routing"], request).because
    return [i for i, rule in enumerate(document["routing"]) if any(f"“{rule['name']}”" in line for line in said)]


@settings(max_examples=120, deadline=None)
@given(policies(plain))
def test_of_plain_rules_those_are_dead_that_no_request_meets(document):
    """Words, codes, devices and clients are all in the universe, so that it decides both ways."""
    met = {i for request in requests(document, whole=False) for i in fired(document, request)}
    assert dead_rules(found(document)) == set(range(len(document["routing"]))) - met


@settings(max_examples=60, deadline=None)
@given(policies(whole))
def test_no_request_refutes_what_is_claimed_of_a_rule(document):
    claims = [fault for fault in found(document) if fault.path[0] == "routing"]
    for request in requests(document, whole=True) if claims else ():
        happened = fired(document, request)
        for fault in claims:
            assert not refuted(document, fault, request, happened), (fault, request)


def refuted(document: Document, fault: Fault, request: Request, happened: list[int]) -> bool:
    index = int(fault.path[1])
    if index not in happened:
        return False
    rows = document["routing"]
    if fault.code in DEAD:
        return True
    if fault.code in ("decides-nothing", "decided-before"):
        return route(rows, request).then != route(_without(rows, index, fault.path[3:]), request).then
    if fault.code == "shadowed-part":
        key, place = fault.path[3:]
        alone = {**rows[index]["when"], key: [rows[index]["when"][key][place]]}
        return matches(alone, request) is not None
    if fault.code == "tier-off-ladder" and fault.level == "ERROR":
        tier = rows[index]["then"]["tier"]
        return any(step.tier == tier for ladder in climbed(document, request) for step in ladder.steps)
    return False


def _without(rows: list[Document], index: int, part: tuple[str | int, ...]) -> list[Document]:
    """The rules where one lacks a part of its decisions, or all of them but that it stops."""
    then = dict(rows[index]["then"])
    if part[1:]:
        then["tags"] = [tag for i, tag in enumerate(then["tags"]) if i != part[1]]
    elif part:
        del then[part[0]]
    else:
        then = {}
    return [*rows[:index], {**rows[index], "then": then}, *rows[index + 1 :]]


def climbed(document: Document, request: Request) -> Iterator[Ladder]:
    """The ladders that tickets of this request climb, by what their senders say of priority and service."""
    then = route(document["routing"], request).then
    category = request.category or then.get("category", "")
    services = [then["service"]] if "service" in then else ["", "Cloud", "Line"]
    for priority, service in product(PRIORITIES, {*services, "Cloud"}):
        yield ladder_for(document, Situation(request.client, priority, service, category, request.device_type))


def situations(document: Document) -> Iterator[Situation]:
    for client, priority, service, category, device in product(
        covered(document), PRIORITIES, ("", "Cloud", "Line"), CATEGORIES, DEVICES
    ):
        yield Situation(client, priority, service, category, device)


def entry(document: Document, ladder: Ladder, tier: str) -> set[int]:
    """Where a ticket begins on this ladder, and who holds it meanwhile, when a rule sends it to `tier`."""
    names = [step.tier for step in ladder.steps]
    start = names.index(tier) if tier and tier in names else ladder.start
    return {start, ladder.home(start)}


@settings(max_examples=150, deadline=None)
@given(policies(plain))
def test_no_situation_refutes_what_is_claimed_of_exceptions_and_ladders(document):
    faults = found(document)
    held, lowest = held_and_lowest(document)
    for index in range(len(document["exceptions"])):
        claimed = any(f.path == ("exceptions", index) and f.code == "shadowed-exception" for f in faults)
        foreign = any(f.path[:2] == ("exceptions", index) and f.code == "foreign-client" for f in faults)
        assert (claimed or foreign) == (index not in held)
    unreached = {f.path for f in faults if f.code == "unreachable-step"}
    for path in _paths(document):
        if path[0] == "ladders" and path not in lowest:
            assert path in unreached
        for place in range(len(_steps(document, path)) if path in lowest else 0):
            assert ((*path, place) in unreached) == (place < lowest[path]), (path, place)


def held_and_lowest(document: Document) -> tuple[set[int], dict[tuple[str | int, ...], int]]:
    """The exceptions that hold in some situation, and the lowest step at which tickets come to each ladder."""
    held: set[int] = set()
    lowest: dict[tuple[str | int, ...], int] = {}
    tiers = {rule["then"].get("tier", "") for rule in document["routing"]} | {""}
    for situation in situations(document):
        ladder = ladder_for(document, situation)
        path: tuple[str | int, ...] = ("ladders", situation.priority)
        if ladder.exception is not None:
            index = next(i for i, row in enumerate(document["exceptions"]) if row is ladder.exception)
            held.add(index)
            path = ("exceptions", index, "steps") if ladder.exception.get("steps") else path
        begun = min(place for tier in tiers for place in entry(document, ladder, tier))
        lowest[path] = min(begun, lowest.get(path, begun))
    return held, lowest


def _paths(document: Document) -> list[tuple[str | int, ...]]:
    own = [("exceptions", i, "steps") for i, row in enumerate(document["exceptions"]) if row.get("steps")]
    return [*(("ladders", priority) for priority in PRIORITIES), *own]


def _steps(document: Document, path: tuple[str | int, ...]) -> list[Document]:
    row: Any = document
    for key in path:
        row = row[key]
    return row


@settings(max_examples=100, deadline=None)
@given(policies(plain))
def test_a_beginning_that_is_said_to_be_missing_is_missing_in_every_situation(document):
    faults = [f for f in found(document) if f.code in ("start-off-ladder", "no-vendor-step") and f.level == "ERROR"]
    for fault, situation in product(faults, situations(document) if faults else ()):
        ladder = ladder_for(document, situation)
        if ladder.exception is document["exceptions"][fault.path[1]]:
            wanted = "vendor" if fault.code == "no-vendor-step" else ladder.exception["start_tier"]
            assert wanted not in [step.name for step in ladder.steps] and ladder.start == 0


@settings(max_examples=60, deadline=None)
@given(policies(whole), st.permutations(PRIORITIES))
def test_faults_come_in_the_order_of_the_document_and_once(document, order):
    turned = {**document, "ladders": {priority: document["ladders"][priority] for priority in order}}
    faults = found(turned)
    assert faults == found(document) and len(set(faults)) == len(faults)
    sections = [fault.path[0] for fault in faults]
    assert sections == sorted(sections, key=["clients", "ladders", "exceptions", "routing"].index)


@settings(max_examples=40, deadline=None)
@given(policies(whole))
def test_nothing_is_known_of_a_provider_without_rows_and_nothing_breaks(document):
    bare = replace(KNOWN, teams=KNOWN.teams, services={}, elsewhere={}, people=frozenset(), left={})
    assert isinstance(lint(document, bare, now=NOON), list)
