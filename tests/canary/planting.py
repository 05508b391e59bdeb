"""Unique words in every field of two clients, their tickets and the provider, so that a leak can be told by its word.

Three kinds: INTERNAL, which nobody of a client may ever read; and what only the own people of ACME or OTHER may read.
Fields whose words are read by programs alone (digests, kinds, zones) are listed in MACHINE, with what clients may read
in OPEN. A field of a new model that is in neither list and holds no planted word fails the test.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

INTERNAL, ACME, OTHER = "internal", "acme", "other"
APPS = (
    "accounts", "outbox", "sla", "clients", "vendors", "tiers", "documents", "tickets", "reports", "integrations",
)  # fmt: skip
WORD = re.compile(r"zq\d{4}(?:internal|acme|other)", re.IGNORECASE)

# Read by programs alone, or by nobody.
MACHINE = {
    "*.slug", "*.digest", "*.timezone", "*.kind", "*.state", "*.metric", "*.content_type", "*.sha256", "*.severity",
    "*.language", "accounts.User.password", "accounts.User.first_name", "accounts.User.last_name",
    "accounts.ApiKey.prefix", "accounts.ApiKey.scopes", "accounts.IdempotentAnswer.*", "accounts.Invitation.nonce",
    "outbox.Heartbeat.name", "sla.Agreement.kind", "vendors.Service.severity_of", "vendors.Service.engage_when",
    "tickets.Clock.subject", "tickets.AlertGroup.dedupe_key",
    "tiers.Feed.content_digest", "tickets.Ticket.next_metric", "tickets.Ticket.device_type", "tiers.Team.rotation",
    "integrations.Integration.*", "integrations.CaseConnection.*", "integrations.Destination.name",
    "documents.Document.source_key", "documents.Document.words",
    "tickets.Ticket.impact", "tickets.UndoableAct.noun", "tickets.UndoableAct.messages",
    "vendors.ContactPoint.hours", "accounts.KnownPlace.network", "accounts.WrongPassword.address",
}  # fmt: skip
# What a client's own people are told on their pages; the words of the other client in them are planted as OTHER's.
OPEN = {
    "clients.Client.name", "clients.PageWords.document", "tiers.Tier.title", "vendors.Service.name",
    "vendors.Service.client_text", "vendors.Vendor.name", "sla.Agreement.name", "tickets.TicketEvent.client_text",
    "tiers.Tier.title_in", "vendors.Service.client_text_in",
}  # fmt: skip


@dataclass
class Planted:
    """The words, with where each was planted."""

    where: dict[str, str] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)

    def word(self, label: str, whose: str = INTERNAL) -> str:
        """A new word for the field `label` ("app.Model.field")."""
        word = f"zq{len(self.where):04}{whose}"
        self.where[word] = label
        self.fields.add(label)
        return word

    def leaked(self, text: str, to: str) -> set[str]:
        """The fields whose words stand in `text`, which somebody of the client `to` (or of none: "") can read."""
        words = {word.lower() for word in WORD.findall(text)}
        return {f"{self.where[word]} ({word})" for word in words if not (to and word.endswith(to))}


def text_fields(model: type[models.Model]) -> Iterable[models.Field]:
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField, models.BinaryField)
    return [f for f in model._meta.concrete_fields if isinstance(f, kinds) and not f.choices]


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in APPS]


def label(model: type[models.Model], name: str) -> str:
    return f"{model._meta.label}.{name}"


def is_listed(model: type[models.Model], name: str, listed: set[str]) -> bool:
    return bool({label(model, name), f"*.{name}", f"{model._meta.label}.*"} & listed)


def plant_the_rest(planted: Planted) -> None:
    """Put a word into every row's field that has none yet and is in no list, past triggers and use cases."""
    for model in our_models():
        for column in text_fields(model):
            if is_listed(model, column.name, MACHINE | OPEN) or label(model, column.name) in planted.fields:
                continue
            for row in model._base_manager.values("pk", column.name):
                value = _with_word(row[column.name], column, planted.word(label(model, column.name)))
                with pgtrigger.ignore():
                    model._base_manager.filter(pk=row["pk"]).update(**{column.name: value})


def _with_word(value: Any, column: models.Field, word: str) -> Any:
    match value:
        case dict():
            return {**value, word: word}
        case list():
            return [*value, word]
        case bytes() | memoryview():
            return word.encode()
    return word if column.max_length and len(f"{value} {word}") > column.max_length else f"{value or ''} {word}".strip()


def unplanted(planted: Planted) -> list[str]:
    """Text fields that hold no planted word and are in no list: somebody has to say whether a client may read them."""
    return sorted(
        label(model, column.name)
        for model in our_models()
        for column in text_fields(model)
        if not is_listed(model, column.name, MACHINE | OPEN) and label(model, column.name) not in planted.fields
    )
