"""What a service from a pack still needs from whoever took it. Pure: forms of the configuration in, sentences out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Form = Mapping[str, Any]
CONTACTS, COMMITMENT, ACCOUNTS = "contacts", "commitment", "accounts"
VERIFY, CONFIRM = "verify", "confirm"


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do about a service, in words, and which part of it that is."""

    service: str
    part: str
    words: str


def left_to_do(vendor: Form) -> list[Todo]:
    """What somebody must still do before each of the vendor's services can be relied on; nothing when all is done."""
    services = vendor.get("services") or ()
    clients = [account["service"] for account in vendor.get("accounts") or ()]
    return [
        Todo(service["name"], part, _said(service, words, alone=len(services) == 1))
        for service in services
        if not (service.get("retired") or vendor.get("retired"))
        for part, words in _of(service, has_accounts=service["name"] in clients)
    ]


def _said(service: Form, words: str, *, alone: bool) -> str:
    return words[:1].upper() + words[1:] if alone else f"{service['name']}: {words}"


def _of(service: Form, *, has_accounts: bool) -> Iterator[tuple[str, str]]:
    for holds, part, words in _CHECKS:
        if holds(service):
            yield part, words
    if not has_accounts and (data := _account_data(service)):
        yield ACCOUNTS, f"note the account of each client that uses it: {', '.join(data)}."
    if service.get("verify_first"):
        yield CONFIRM, "read it through once, correct what is otherwise with you, and confirm it."


def _has(service: Form, kind: str) -> bool:
    return any(point["kind"] == kind for point in service.get("contacts") or ())


def _lacks_mail(service: Form) -> bool:
    return service.get("lodge_by", "MAIL") == "MAIL" and not _has(service, "email")


def _account_data(service: Form) -> list[str]:
    """What each client's account must hold, in the words of the service."""
    data = service.get("required") or ()
    return [
        f"{datum['label'].lower()} (secret)" if datum.get("secret") else datum["label"].lower()
        for datum in data
        if datum["source"].startswith("account.")
    ]


_CHECKS: tuple[tuple[Callable[[Form], bool], str, str], ...] = (
    (
        lambda service: _lacks_mail(service) and not _has(service, "portal"),
        CONTACTS,
        "fill in the mail address that takes cases: without it none can be sent.",
    ),
    (
        lambda service: _lacks_mail(service) and _has(service, "portal"),
        CONTACTS,
        "until a mail address that takes cases is filled in, somebody lodges each case by hand on the portal.",
    ),
    (
        lambda service: not _has(service, "hotline"),
        CONTACTS,
        "note the hotline, so that a late vendor can be called.",
    ),
    (
        lambda service: not service.get("commitment"),
        COMMITMENT,
        "note what your contract with them promises: without it nobody is told that they are late.",
    ),
    (
        lambda service: any(not point.get("verified_on") for point in service.get("contacts") or ()),
        VERIFY,
        "verify its contact points.",
    ),
)
