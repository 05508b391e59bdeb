"""What was agreed with one client, from what was read before: what its contract is made from. No queries here.

Which agreement measures a request is asked of the policy's own ladders, for every priority and every service.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from clients.models import Client
from documents.generated import facts
from documents.generated.reading import Ground, follows, promised, provision
from documents.guide.plain_words import how_urgent
from documents.guide.provision import RESOLVE, Provision
from sla.agreements import Terms
from sla.priorities import PRIORITIES
from tiers.ladder import Ladder
from tiers.policies import NoPolicy
from vendors.models import Service

IN_PARTICULAR = "Agreed with you in particular"
Measured = Mapping[str, tuple[Ladder, Terms]]


def contract_facts(client: Client, known: Ground) -> facts.ContractFacts:
    """It holds for every priority, also for one without a ladder, and where no policy covers the client."""
    given = provision(client, known, _without_steps(_document(client, known)))
    usual = _measured(given)
    agreed = [
        *_usual(usual, client.agreement_id, known),
        *(section for service in given.services for section in _of_service(service, usual, given, known)),
        *_of_kinds(given, known),
    ]
    return facts.ContractFacts(
        client=client.name,
        agreed=tuple(agreed) or (facts.Agreed("", "", promised(None, known)),),
        follows=follows(client.agreement_id, known),
        outside=tuple(_outside(service, given, known) for service in given.services),
    )


def _document(client: Client, known: Ground) -> Mapping[str, Any]:
    try:
        return known.policy_of(client).document
    except NoPolicy:
        return {}


def _without_steps(document: Mapping[str, Any]) -> dict[str, Any]:
    """Only what says which agreement measures: every priority, and the exceptions without their ladders."""
    exceptions = [{**row, "steps": ()} for row in document.get("exceptions") or ()]
    return {"ladders": dict.fromkeys(PRIORITIES, ()), "exceptions": exceptions}


def _measured(given: Provision, **about: str) -> Measured:
    """The ladder and the agreement of such a request, by priority; nothing where no agreement measures."""
    ladders = {priority: given.ladder(priority, **about) for priority in given.priorities}
    return {p: (ladder, terms) for p, ladder in ladders.items() if (terms := given.measured_by(ladder))}


def _usual(usual: Measured, own: int, known: Ground) -> list[facts.Agreed]:
    """What holds whatever a request is about: the client's own agreement first, then what replaces it."""
    groups = _by_agreement(usual)
    mine = [_agreed("", usual, groups.pop(own), known, words=False)] if own in groups else []
    return [*mine, *(_agreed(_when(p), usual, p, known) for p in groups.values())]


def _when(priorities: Sequence[str]) -> str:
    """Which requests are meant; "" where all are."""
    return f"When it is {how_urgent(priorities)}" if len(priorities) < len(PRIORITIES) else ""


def _of_service(service: Service, usual: Measured, given: Provision, known: Ground) -> Iterator[facts.Agreed]:
    """What holds for requests about a service, where that is another agreement than usual."""
    own = _measured(given, service=service.name)
    other = {p: row for p, row in own.items() if p not in usual or row[1].agreement_id != usual[p][1].agreement_id}
    for priorities in _by_agreement(other).values():
        urgent = f" and {how_urgent(priorities)}" if len(priorities) < len(given.priorities) else ""
        yield _agreed(f"When it is about {service.name}{urgent}", own, priorities, known)


def _of_kinds(given: Provision, known: Ground) -> Iterator[facts.Agreed]:
    """What holds for a category or a kind of device, in the words for the client alone: our names for them are ours."""
    for row in given.document.get("exceptions") or ():
        about = {key: row[key] for key in ("service", "category", "device_type") if row.get(key)}
        if row.get("agreement") and about.keys() - {"service"} and row.get("client") in (None, given.client):
            found = {p: pair for p, pair in _measured(given, **about).items() if pair[0].exception == row}
            for priorities in _by_agreement(found).values():
                yield _agreed(IN_PARTICULAR, found, priorities, known)


def _by_agreement(measured: Measured) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for priority, (_, terms) in measured.items():
        groups.setdefault(terms.agreement_id, []).append(priority)
    return groups


def _agreed(
    about: str, measured: Measured, priorities: Iterable[str], known: Ground, *, words: bool = True
) -> facts.Agreed:
    first = next(iter(priorities))
    ladder, terms = measured[first]
    whole = promised(terms, known)
    levels = tuple(level for priority in priorities if (level := whole.level(priority)))
    told = (ladder.exception or {}).get("client_text") or "" if words else ""
    return facts.Agreed(about, told, replace(whole, levels=levels))


def _outside(service: Service, given: Provision, known: Ground) -> facts.Outside:
    whole = promised(known.terms.get(service.commitment_id), known)
    severities = {p: service.severity_of.get(p, p) for p in given.priorities}
    return facts.Outside(
        service=service.name,
        vendor=service.vendor.name,
        levels={p: level for p, severity in severities.items() if (level := whole.level(severity))},
        counts=_counts(_measured(given, service=service.name)),
    )


def _counts(measured: Measured) -> dict[str, bool]:
    """Whether a vendor's time is ours too, for the priorities for which we promise a time to solve."""
    solving: dict[str, Any] = {p: terms for p, (_, terms) in measured.items() if terms.target(p, RESOLVE)}
    return {priority: terms.vendor_time_counts for priority, terms in solving.items()}
