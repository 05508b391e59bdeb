"""Generated documents as a story looks at them: by what they are generated from."""

from typing import Any

from documents.models import Document, DocumentVersion
from tiers.models import PolicyVersion


def document(key: str) -> Document:
    return Document.objects.get(source_key=key)


def live(key: str) -> DocumentVersion:
    """The live version of the document."""
    version = DocumentVersion.live(document(key))
    assert version
    return version


def numbers() -> dict[str, int]:
    """How many versions each of them has, by its key."""
    return {d.source_key: d.versions.count() for d in Document.objects.exclude(source_key="")}


def bodies() -> dict[str, str]:
    """What each of them says now."""
    return {key: live(key).body for key in numbers()}


def live_policy() -> dict[str, Any]:
    """What the policy says now."""
    return PolicyVersion.objects.filter(number__isnull=False).latest("number").document
