"""Every document that is generated: from what, for whom, and how."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from accounts.language import message
from accounts.languages import say_in
from clients.models import Client
from documents.generated.agreed_facts import contract_facts
from documents.generated.contract import contract
from documents.generated.guide import guide
from documents.generated.playbook import playbook
from documents.generated.policy import policy
from documents.generated.reading import Ground, client_page, policy_facts, vendor_facts
from documents.generated.vendor_sheet import vendor_sheet
from documents.guide.prose import prose
from documents.models import Document
from tiers.models import PolicyVersion
from tiers.policies import NoPolicy
from tiers.policy_sight import Sight
from vendors.models import Vendor

Kind, Audience = Document.Kind, Document.Audience
# How the keys of these documents begin; others that are generated are not ours.
GUIDE = message("How we handle requests of {client}")
PREFIXES = ("policy:", "playbook:", "vendor:", "contract:", "guide:")


@dataclass(frozen=True, slots=True)
class Source:
    """One document: `render` makes its body; a version's note begins with `follows`, and names whom its readers see.

    `version` is the key of the policy version that it follows from, 0 where it follows from none alone.
    """

    key: str
    name: str
    kind: Kind
    render: Callable[[], str]
    client: Client | None = None
    follows: str = ""
    sight: Sight = field(default_factory=Sight)
    version: int = 0

    @property
    def audience(self) -> Audience:
        return Audience.CLIENT if self.client else Audience.INTERNAL

    def digest(self, body: str) -> str:
        """Of what the document will be: its name and its body."""
        return sha256(f"{self.name}\n{body}".encode()).hexdigest()


def sources(known: Ground) -> Iterator[Source]:
    """All of them, those first that most people read."""
    for version in known.policies:
        yield from _of_policy(version, known)
    for vendor in known.vendors:
        yield _sheet(vendor, known)
    for client in known.clients:
        yield from _of_client(client, known)


def _of_policy(version: PolicyVersion, known: Ground) -> Iterator[Source]:
    row, follows = version.of, " ".join(filter(None, (f"Follows {version}.", _sentence(version.note))))
    yield Source(
        f"policy:{row.slug}", f"Escalation policy {row.name}", Kind.POLICY,
        lambda: policy(policy_facts(version, known)), follows=follows, sight=known.sight, version=version.pk,
    )  # fmt: skip
    yield Source(
        f"playbook:{row.slug}", f"Incident response playbook {row.name}", Kind.PLAYBOOK,
        lambda: playbook(policy_facts(version, known)), follows=follows, sight=known.sight, version=version.pk,
    )  # fmt: skip


def _sentence(note: str) -> str:
    return note if not note or note.endswith((".", "!", "?")) else f"{note}."


def _sheet(vendor: Vendor, known: Ground) -> Source:
    render = partial(_vendor_sheet, vendor, known)
    return Source(f"vendor:{vendor.slug}", f"Vendor sheet {vendor.name}", Kind.VENDOR_SHEET, render, sight=known.sight)


def _vendor_sheet(vendor: Vendor, known: Ground) -> str:
    return vendor_sheet(vendor_facts(vendor, known))


def _of_client(client: Client, known: Ground) -> Iterator[Source]:
    """The contract; and the guide where a policy covers the client."""
    render = partial(_contract, client, known)
    yield Source(f"contract:{client.slug}", f"What we promise {client.name}", Kind.CONTRACT, render, client)
    try:
        known.policy_of(client)
    except NoPolicy:
        return
    name = say_in(client.language)(GUIDE, client=client.name)
    yield Source(f"guide:{client.slug}", name, Kind.CLIENT_GUIDE, partial(_guide, client, known), client)


def _contract(client: Client, known: Ground) -> str:
    return contract(contract_facts(client, known))


def _guide(client: Client, known: Ground) -> str:
    said = prose(client_page(client, known), client.name, shared=True, say=say_in(client.language))
    return guide(said)
