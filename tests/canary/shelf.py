"""What lies about beside the tickets: documents, files, page words, share links, overrides, alarms, events."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from canary.planting import ACME, OTHER
from clients.inviting import invite_contact
from clients.page_words import publish_words
from clients.share_links import make_link
from documents.attachments import attach
from documents.catch_up import catch_up
from documents.models import Document, DocumentChange
from documents.writing import write
from outbox.alarms import raise_alarm
from outbox.models import Alarm
from tickets.events import take_in
from tiers.models import Override

DOCUMENT, VERSION = "documents.Document", "documents.DocumentVersion"


def fill(world: Any) -> None:
    """Plant words in all of it; `world.tokens` are the share links' by client."""
    _write_documents(world)
    for client, whose in ((world.acme, ACME), (world.other, OTHER)):
        _write_page(world, client, whose)
        invite_contact(
            client=client, email=f"{world.named('clients.Contact.email', whose)}@client.example",
            name=world.named("clients.Contact.name", whose), role="decision maker", by=world.manager, now=world.now,
        )  # fmt: skip
    _raise_and_report(world)


def _write_documents(world: Any) -> None:
    """One for staff with a file, one for each client with a file, and all that follows from the configuration."""
    _document(world, "internal", kind="RUNBOOK")
    for client, whose in ((world.acme, ACME), (world.other, OTHER)):
        _document(world, whose, kind="CLIENT_GUIDE", audience="CLIENT", client=client)
    catch_up(now=world.now)


def _document(world: Any, whose: str, **columns: Any) -> None:
    row = Document(name=world.named(f"{DOCUMENT}.name", whose), **columns)
    body = f"# {world.named(f'{VERSION}.document', whose)}\n\n{world.named(f'{VERSION}.document', whose)}"
    note = world.named(f"{VERSION}.note")
    write(document=row, body=body, by=world.manager, note=note, base_number=0, now=world.now)
    name, content = (world.named(f"documents.Attachment.{key}", whose) for key in ("name", "content"))
    file = SimpleUploadedFile(f"{name}.txt", content.encode())
    attach(document=row, file=file, by=world.manager, now=world.now)
    DocumentChange.objects.create(
        document=row, at=world.now, by=world.manager, text=world.named("documents.DocumentChange.text"),
        why=world.named("documents.DocumentChange.why"),
    )  # fmt: skip


def _write_page(world: Any, client: Any, whose: str) -> None:
    scenario = {key: world.named("clients.PageWords.document", whose) for key in ("title", "text")}
    publish_words(
        client=client, document={"scenarios": [scenario], "intro": scenario["text"]}, author=world.manager,
        note=world.named("clients.PageWords.note"), base_number=0, now=world.now,
    )  # fmt: skip
    label = world.named("clients.ShareLink.label")
    _, world.tokens[whose] = make_link(client=client, label=label, days=30, by=world.manager, now=world.now)


def _raise_and_report(world: Any) -> None:
    say = world.named
    raise_alarm(say("outbox.Alarm.key"), say("outbox.Alarm.text"), now=world.now)
    assert Alarm.objects.exists()
    team = world.l1.memberships.get().team
    Override.objects.create(
        team=team, user=world.l1, begins_at=world.now, ends_at=world.now + timedelta(hours=1),
        why=say("tiers.Override.why"), made_by=world.l1, made_at=world.now,
    )  # fmt: skip
    # What a monitoring system says of a client's machine belongs to that client: its title is the ticket's.
    said = {key: say(f"tickets.MonitoringEvent.{key}", ACME) for key in ("title", "dedupe_key", "delivery_id")}
    take_in(source=world.ninja, reported=world.alert(**said), now=world.now)
