"""Lint of the vendors that a policy leads to: can they be written to, and told what they ask for? Pure.

A service is blamed where the policy names it first, in an exception or a rule, else at the first vendor step, where a
ticket may come with any service. Without a vendor step nothing is said of vendors.

Errors: no contact point at all (for a service that the policy does not name a warning, unless no service has one), a
required datum that comes from nowhere, or whose form nothing can have. Warnings: a contact point that was not verified
for longer than its interval or does not hold; cases that go another way than the service wants them to, since there is
no contact point for that; a service from a pack that nobody has confirmed; a datum that no alert brings. What has
broken since keeps no policy from being published.

Where a datum comes from is known by `CASE_FACTS`, from the accounts with the service and from the assets; secrets are
stored elsewhere and not looked at.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts.pattern_texts import Budget, Undecided, example
from tiers.lint_fault import ERROR, WARNING, Fault, Path
from tiers.lint_known import Known, KnownContact, KnownService
from tiers.policy_words import listing

# What a vendor case can draw on, besides what is noted of assets and accounts.
CASE_FACTS: Mapping[str, frozenset[str]] = {
    "ticket": frozenset(
        {"key", "opened_at", "title", "description", "priority", "category", "error_code", "device_name", "device_type",
         "device_os"}
    ),
    "client": frozenset({"name", "timezone"}),
    "contact": frozenset({"name", "email", "phone"}),
    "asset": frozenset({"name", "type", "os", "serial", "site", "address"}),
    "event": frozenset(
        {"code", "message", "device", "dns_name", "node_class", "condition", "location", "title", "severity", "state"}
    ),
}  # fmt: skip
# By what a case is lodged, and the contact points that this needs; an API needs none.
NEEDED: Mapping[str, frozenset[str]] = {"MAIL": frozenset({"EMAIL"}), "PORTAL": frozenset({"PORTAL", "HOTLINE"})}
OTHER_WAY: Mapping[str, tuple[str, str, str]] = {
    "MAIL": ("no mail address", "lodged by hand", "Add a mail address to {}, or let its cases be lodged by hand."),
    "PORTAL": ("no portal and no hotline", "sent by mail", "Add the portal of {}, or let its cases go by mail."),
}


def vendor_faults(document: Mapping[str, Any], known: Known, *, now: datetime, budget: Budget) -> Iterator[Fault]:
    """What is wrong with each service that tickets under this policy may be taken to; forms as the budget reaches."""
    step = _first_vendor_step(document)
    if step is None:
        return
    named = dict(reversed(list(_named(document))))
    somewhere = any(map(_is_reached, known.services.values()))
    for service in known.services.values():
        path = named.get(service.name, step)
        if not _is_reached(service):
            yield _no_contact(service, path, ERROR if service.name in named or not somewhere else WARNING)
        yield from _goes_another_way(service, path)
        yield from _bad(service, path)
        yield from _stale(service, path, now=now)
        yield from _unconfirmed(service, path)
        yield from _required(service, path, known, budget)


def _first_vendor_step(document: Mapping[str, Any]) -> Path | None:
    ladders = [(("ladders", p), steps) for p, steps in (document.get("ladders") or {}).items()]
    own = [
        (("exceptions", i, "steps"), row.get("steps") or ()) for i, row in enumerate(document.get("exceptions") or ())
    ]
    paths = [
        (*path, i, "vendor") for path, steps in [*ladders, *own] for i, row in enumerate(steps) if row.get("vendor")
    ]
    return paths[0] if paths else None


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Services with where the policy names them, exceptions first."""
    for index, row in enumerate(document.get("exceptions") or ()):
        if row.get("service"):
            yield row["service"], ("exceptions", index, "service")
    for index, rule in enumerate(document.get("routing") or ()):
        if (rule.get("then") or {}).get("service"):
            yield rule["then"]["service"], ("routing", index, "then", "service")


def _is_reached(service: KnownService) -> bool:
    return bool(service.contacts) or service.lodge_by not in NEEDED


def _no_contact(service: KnownService, path: Path, level: str) -> Fault:
    words = f"{service.name} has no contact point at all: its vendor step is skipped."
    return Fault("no-contact", level, path, words, f"Add a contact point to {service.name}.")


def _goes_another_way(service: KnownService, path: Path) -> Iterator[Fault]:
    """Where there is none by which the service wants its cases, good or bad."""
    if service.contacts and service.lodge_by in NEEDED and not _needed(service):
        lacks, instead, remedy = OTHER_WAY[service.lodge_by]
        words = f"{service.name} has {lacks}: its cases are {instead}."
        yield Fault("other-way", WARNING, path, words, remedy.format(service.name))


def _needed(service: KnownService) -> list[KnownContact]:
    """Those by which it wants its cases, good or bad."""
    return [contact for contact in service.contacts if contact.kind in NEEDED.get(service.lodge_by, ())]


def _bad(service: KnownService, path: Path) -> Iterator[Fault]:
    bad = [contact for contact in service.contacts if contact.bad]
    if bad:
        said = listing([f"{contact.value} does not hold ({contact.bad})" for contact in bad])
        words = f"{service.name}: {said}{_left(service)}."
        yield Fault("bad-contact", WARNING, path, words, "Correct it, or confirm that it holds.")


def _left(service: KnownService) -> str:
    """What that leaves, where its cases cannot go as they are wanted."""
    if all(contact.bad for contact in service.contacts):
        return ": no way to reach it holds"
    needed = _needed(service)
    return f": its cases are {OTHER_WAY[service.lodge_by][1]}" if needed and all(c.bad for c in needed) else ""


def _unconfirmed(service: KnownService, path: Path) -> Iterator[Fault]:
    if service.unconfirmed:
        words = f"{service.name} came from a pack, and nobody here has confirmed what it says."
        yield Fault("unconfirmed-service", WARNING, path, words, f"Look through {service.name} and confirm it.")


def _stale(service: KnownService, path: Path, *, now: datetime) -> Iterator[Fault]:
    old = [contact for contact in service.contacts if _is_stale(contact, now=now) and not contact.bad]
    if old:
        words = f"{service.name} can perhaps not be reached any more: {listing([_since(contact) for contact in old])}."
        yield Fault("stale-contact", WARNING, path, words, "Ask whether it still holds and note the day.")


def _is_stale(contact: KnownContact, *, now: datetime) -> bool:
    return contact.verified_on is None or now.date() - contact.verified_on > timedelta(days=contact.review_days)


def _since(contact: KnownContact) -> str:
    when = f"last verified on {contact.verified_on:%Y-%m-%d}" if contact.verified_on else "never verified"
    return f"{contact.value} was {when}"


def _required(service: KnownService, path: Path, known: Known, budget: Budget) -> Iterator[Fault]:
    for datum in service.required:
        what = f"{service.name} asks for “{datum['label']}”"
        if problem := _unknown_source(datum, service, known):
            level = WARNING if datum["source"].startswith("event.") else ERROR
            yield Fault("missing-source", level, path, f"{what}, but {problem}: it is always asked of a person.",
                        f"Take it from elsewhere, or write “question” as the source of {datum['key']}.")  # fmt: skip
        if datum.get("pattern") and _nothing_has_form(datum["pattern"], budget):
            words = f"{what} in a form that nothing can have: {datum['pattern']}."
            yield Fault("impossible-expression", ERROR, path, words, f"Mend the pattern of {datum['key']}.")


def _unknown_source(datum: Mapping[str, Any], service: KnownService, known: Known) -> str:
    """Why nothing comes from where a datum is taken, in a clause; "" where something may."""
    group, _, key = datum["source"].partition(".")
    if group == "account" and not datum.get("secret"):
        noted = service.accounts.values()
        return f"no client's account with it has {key}" if noted and not any(key in keys for keys in noted) else ""
    known_keys = CASE_FACTS.get(group, frozenset([key])) | (known.asset_keys if group == "asset" else frozenset())
    return "" if key in known_keys else f"no {'alert brings' if group == 'event' else f'{group} has'} {key}"


def _nothing_has_form(pattern: str, budget: Budget) -> bool:
    try:
        return example((rf"\A(?:{pattern})\z",), break_needed=False, budget=budget) is None
    except Undecided:
        return False
