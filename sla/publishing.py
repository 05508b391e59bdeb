"""From a form that was sent to a version, or to what the form must say instead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.models import User
from accounts.versions import NamedRow, Version
from sla.editing import BadDocument, NothingChanged, PublishedMeanwhile, Unattainable, changed_keys


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of publishing a form: a version; or the `unchanged` one; or the one that somebody published meanwhile.

    `meanwhile_changed` are the keys in which that one differs from the version that the form began with;
    `unattainable` are promises that could not be kept any more, which needs a reason.
    """

    form: Any
    version: Version | None = None
    unchanged: Version | None = None
    meanwhile: Version | None = None
    meanwhile_changed: tuple[str, ...] = ()
    unattainable: tuple[str, ...] = ()

    @property
    def status(self) -> int:
        """The status of the answer that shows the form again."""
        if self.meanwhile:
            return 409
        return 422 if self.form.errors or self.unchanged or self.unattainable else 200

    @property
    def asks_reason(self) -> bool:
        """Whether a reason is asked for, or was given."""
        return bool(self.unattainable or self.form["despite"].value())


def attempted(form: Any, publish: Callable[..., Version], *, row: NamedRow, author: User, now: datetime) -> Attempt:
    """Publish what a valid form says. It keeps what was written, and tells at its fields why it was refused."""
    given = form.cleaned_data
    try:
        version = publish(
            row=row, document=form.document, author=author, note=given["note"], base_number=given["base"], now=now,
            despite=given["despite"],
        )  # fmt: skip
        return Attempt(form, version=version)
    except BadDocument as error:
        form.tell(error.problems)
        return Attempt(form)
    except NothingChanged as error:
        return Attempt(form, unchanged=error.version)
    except Unattainable as error:
        return Attempt(form, unattainable=tuple(error.promises))
    except PublishedMeanwhile as error:
        return _overtaken(form, error.version, given["base"])


def published(request: HttpRequest, version: Version, url: str) -> HttpResponse:
    """Go to the page of what was published, which says so."""
    messages.success(request, f"{version} is published.")
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _overtaken(form: Any, other: Version, base_number: int) -> Attempt:
    """Let the form begin with the other version from now on: publishing it again is a decision."""
    base = type(other).objects.filter(of=other.of, number=base_number).first()
    changed = changed_keys(base.document if base else {}, other.document)
    form.data = form.data.copy()
    form.data[form.add_prefix("base")] = str(other.number)
    return Attempt(form, meanwhile=other, meanwhile_changed=tuple(changed))
