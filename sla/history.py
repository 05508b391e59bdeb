"""The versions of one calendar or agreement, and which of them a page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.http import Http404, HttpRequest

from accounts.roles import MANAGERS
from accounts.versions import NamedRow, Version

V = TypeVar("V", bound=Version)


@dataclass(frozen=True, slots=True)
class History(Generic[V]):
    """All published versions, the latest first, and the one that is shown; none where nothing was published."""

    versions: Sequence[V]
    shown: V | None

    @property
    def is_live(self) -> bool:
        return self.shown in self.versions[:1]

    @property
    def until(self) -> datetime | None:
        """When the version after the shown one was published."""
        later = [v for v in self.versions if self.shown and v.number > self.shown.number]
        return later[-1].published_at if later else None


def history_of(versions: type[V], row: NamedRow, request: HttpRequest) -> History[V]:
    """The versions of `row`, of which `?version=` is shown, or else the live one. Raises Http404 for an unknown one."""
    published = versions.objects.filter(of=row, number__isnull=False).select_related("of", "author")
    found = sorted(published, key=lambda version: -version.number)
    asked = request.GET.get("version", "")
    if not asked:
        return History(found, found[0] if found else None)
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    shown = next((version for version in found if version.number == number), None)
    if shown is None:
        raise Http404
    return History(found, shown)


def for_managers(request: HttpRequest, actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """These actions of a page's header for those who may edit, none for others."""
    return actions if request.user.roles & MANAGERS else []
