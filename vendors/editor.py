"""What the pages of the directory's editor share: what fields may choose from, and from a form to what is saved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.module_loading import import_string

from accounts.models import User
from accounts.roles import STAFF
from sla.models import Calendar
from vendors.editing import EditedMeanwhile, Refused, readable, save
from vendors.edits import last_edit
from vendors.models import DirectoryEdit, Service, ServiceAccount, Vendor
from vendors.part_form import Choices

Build = Callable[[Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: the vendor that was saved, or the edit of whoever was quicker, or neither (see the form)."""

    vendor: Vendor | None = None
    meanwhile: DirectoryEdit | None = None

    @property
    def status(self) -> int:
        """The status of the answer that shows the form again."""
        return 409 if self.meanwhile else 422


@dataclass(frozen=True, slots=True)
class Target:
    """What a form is about: a vendor (None: a new one), where in its form the part stands, and whether it is new."""

    vendor: Vendor | None
    build: Build
    depth: int = 0
    fresh: bool = False


def of_vendor(vendor: Vendor | None) -> Target:
    """The vendor's own fields."""
    return Target(vendor, lambda said: {"name": vendor.name, **said} if vendor else dict(said))


def of_service(vendor: Vendor, service: Service | None) -> Target:
    """A part of one service, or a new service."""
    named = {"name": service.name} if service else {}
    return Target(vendor, lambda said: {"name": vendor.name, "services": [{**named, **said}]}, 2, fresh=service is None)


def of_account(vendor: Vendor, account: ServiceAccount | None) -> Target:
    """A client's account with one of its services, or a new one."""
    return Target(vendor, lambda said: {"name": vendor.name, "accounts": [dict(said)]}, 2, fresh=account is None)


def choices(*, is_new: bool = False, service: Service | None = None) -> Choices:
    """Calendars, levels, and who may own a contact point: people of ours, and who owns one of `service` already."""
    known = Q(is_active=True, groups__name__in=STAFF)
    if service:
        known |= Q(contactpoint__service=service)
    people = User.objects.filter(known).distinct().order_by("name")
    calendars = Calendar.objects.order_by("name").values_list("name", flat=True)
    levels = import_string(settings.TIER_LEVELS)()
    return Choices(tuple(calendars), tuple((user.email, str(user)) for user in people), is_new, tuple(levels))


def seen_now(vendor: Vendor) -> int:
    """The edit that a form begins with, 0 for none."""
    edit = last_edit(vendor)
    return edit.pk if edit else 0


def seen_in(posted: QueryDict) -> int:
    """The edit that a form without fields of its own began with; 0 for what is no number."""
    said = posted.get("seen", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0


def also_told(form: Any, target: Target) -> Outcome:
    """Tell a form that cannot be read as a whole what else would be refused, so that it is said at once."""
    try:
        readable(target.build(form.document))
    except Refused as error:
        _tell(form, error, target)
    return Outcome()


def attempted(form: Any, target: Target, *, by: User, now: datetime) -> Outcome:
    """Save what a readable form says. It keeps what was written, and tells at its fields why it was refused."""
    return attempted_by(save, form, target, by=by, now=now)


def attempted_by(use_case: Callable[..., Vendor], form: Any, target: Target, **more: Any) -> Outcome:
    """The same by another use case, which is handed `more`."""
    said = {"note": form.cleaned_data["note"], "seen": form.cleaned_data["seen"], "fresh": target.fresh}
    try:
        return Outcome(use_case(target.vendor, target.build(form.document), **said, **more))
    except Refused as error:
        _tell(form, error, target)
        return Outcome()
    except EditedMeanwhile as error:
        form.data = form.data.copy()
        form.data["seen"] = str(error.edit.pk)  # saving again is a decision
        return Outcome(meanwhile=error.edit)


def _tell(form: Any, error: Refused, target: Target) -> None:
    form.tell([(_below(path, target.depth), words) for path, words in error.problems])


def _below(path: Sequence[str | int], depth: int) -> tuple[str | int, ...]:
    """The path within the part; what is wrong with the vendor around it belongs to no field."""
    return tuple(path[depth:]) if len(path) > depth or not depth else ()


def saved(request: Any, said: str, url: str) -> HttpResponse:
    """Go to the page of what was saved, which says so."""
    messages.success(request, said)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
