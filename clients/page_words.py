"""What is written for one client's page: an opening, examples of its own, and which generated ones are hidden.

The document of a version: `{intro: "…", scenarios: [{title, text}], hidden: ["server"]}`; each key may be absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from accounts.language import LANGUAGES
from accounts.models import User
from accounts.roles import ACCOUNT_MANAGER, MANAGERS
from clients.models import Client, PageWords
from sla.editing import BadDocument, NothingChanged, PublishedMeanwhile, Refusal, changed_keys

# What the generated examples are called in `hidden`.
SERVER, VENDOR, QUESTION = "server", "vendor", "question"
GENERATED = (SERVER, VENDOR, QUESTION)
MOST_SCENARIOS = 3
LONGEST_TITLE, LONGEST_TEXT, LONGEST_INTRO = 120, 700, 700
KEEPERS = MANAGERS | {ACCOUNT_MANAGER}
_OWN = f"{ACCOUNT_MANAGER} of "


def kept_by(user: User) -> QuerySet[Client]:
    """The clients whose page `user` looks after: a manager all that it sees, an account manager its own accounts."""
    if user.roles & MANAGERS:
        return Client.objects.visible_to(user)
    own = [role.removeprefix(_OWN) for role in user.roles if role.startswith(_OWN)]
    return Client.objects.visible_to(user, "read_client_page").filter(slug__in=own)


@transaction.atomic
def publish_words(
    *, client: Client, document: Mapping[str, Any], author: User, note: str, base_number: int, now: datetime
) -> PageWords:
    """Publish `document` as the next version of the client's words; `base_number` is the one that was edited, or 0.

    Raises PermissionDenied, PublishedMeanwhile, BadDocument, NothingChanged.
    """
    if not kept_by(author).filter(pk=client.pk).exists():
        raise PermissionDenied
    Client.objects.select_for_update().get(pk=client.pk)
    live = PageWords.live(client)
    if live and live.number != base_number:
        raise PublishedMeanwhile(live)
    if problems := [*check_words(document), *_unsaid(note)]:
        raise BadDocument(problems)
    if not changed_keys(live.document if live else {}, document):
        raise NothingChanged(live or PageWords(of=client, document={}))
    return PageWords.publish(client, dict(document), author=author, note=note.strip(), now=now)


def choose_language(*, client: Client, language: str, by: User) -> None:
    """From now on the client's page and mails to its people are in this language; what was told stays as it was told.

    Raises PermissionDenied, ValueError for a language that the pages are not written in.
    """
    if not kept_by(by).filter(pk=client.pk).exists():
        raise PermissionDenied
    if language not in LANGUAGES:
        raise ValueError(f"{language[:20]} is no language of the pages: choose {' or '.join(LANGUAGES.values())}.")
    Client.objects.filter(pk=client.pk).update(language=language)


def check_words(document: Mapping[str, Any]) -> list[Refusal]:
    """What is wrong with the words of a page: where, and why, with a way out."""
    return [*_check_scenarios(document.get("scenarios") or ()), *_check_hidden(document.get("hidden") or ())]


def _check_scenarios(rows: Sequence[Mapping[str, str]]) -> Iterator[Refusal]:
    if len(rows) > MOST_SCENARIOS:
        yield ("scenarios",), f"{len(rows)} examples are too many to be read: keep {MOST_SCENARIOS}"
    seen: set[str] = set()
    for index, row in enumerate(rows):
        for key, what in (("title", "what happens"), ("text", "what we do then")):
            if not row.get(key, "").strip():
                yield ("scenarios", index, key), f"Say {what}, or remove the example."
        title = row.get("title", "").strip().casefold()
        if title and title in seen:
            yield ("scenarios", index, "title"), "Another example has this title: choose a different one."
        seen.add(title)


def _check_hidden(keys: Sequence[str]) -> Iterator[Refusal]:
    for index, key in enumerate(keys):
        if key not in GENERATED:
            yield ("hidden", index), f"“{key}” is no generated example: there are {', '.join(GENERATED)}"


def _unsaid(note: str) -> list[Refusal]:
    return [] if note.strip() else [(("note",), "Say why: it stands beside the version for good.")]
