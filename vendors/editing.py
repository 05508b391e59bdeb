"""Editing the directory: one vendor in the form of the configuration, imported as a file's is, and kept in its history.

Pages, packs, lists of contacts and programs all write through `save`, so that they are refused in the same words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from pydantic import ValidationError

from accounts.configuration import Entry, Run, in_turn, refuse_twins
from accounts.models import User
from accounts.roles import MANAGERS
from accounts.schema_problems import refusals
from accounts.yaml_source import Path, Problem, Source
from vendors.configuration import import_vendor
from vendors.edits import last_edit, record_edit, standing
from vendors.models import DirectoryEdit, Service, Vendor
from vendors.naming import wrong_name
from vendors.schema import VendorRow

TYPED = "the form"
Refusal = tuple[Path, str]


class NotSaved(Exception):
    """The directory stays as it was."""


class Refused(NotSaved):
    """The form cannot be taken. `problems` say where in it, as (path, words), all of them."""

    def __init__(self, problems: Iterable[Refusal]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, path))}: {words}" for path, words in self.problems))


class EditedMeanwhile(NotSaved):
    """Somebody changed the same part after the edit that this one began with; `edit` is the latest."""

    def __init__(self, edit: DirectoryEdit) -> None:
        super().__init__(f"{edit.by or 'A file'} changed {edit.vendor} meanwhile")
        self.edit = edit


@dataclass(frozen=True, slots=True, order=True)
class _Found(Problem):
    """A problem that keeps its path in parts: a severity may have a dot in its name."""

    at: Path = ()


class _Typed(Source):
    """What was typed, not written in a file."""

    def problem(self, path: Path, message: str) -> Problem:
        return _Found(self.name, 1, ".".join(map(str, path)), message, path)


@transaction.atomic
def save(
    vendor: Vendor | None, form: Mapping[str, Any], *, note: str, by: User, now: datetime, seen: int | None = None,
    secrets: Mapping[str, str] | None = None, exactly: bool = False, fresh: bool = False,
) -> Vendor:  # fmt: skip
    """Bring `vendor`, or a new one where it is None, to what `form` says; keys that it has not are left untouched.

    A form with another name renames the vendor. `seen` is the id of the edit that was the latest when the form was
    filled in, 0 for none; what others changed since then is kept, `exactly` lets nobody have changed anything, and with
    None whoever was quicker is overwritten. `secrets` are what the `secrets_env` of accounts name. With `fresh` the
    services and accounts of the form are new: one that is there already is refused, not overwritten.
    Raises PermissionDenied, Refused, EditedMeanwhile; nothing is half-written.
    """
    check_may_edit(by)
    in_turn()
    entry = Entry(readable(form), _Typed(TYPED, form, {}), ())
    row = Vendor.objects.get(pk=vendor.pk) if vendor else Vendor(name=entry.row.name)
    before = standing(row)
    if fresh:
        _refuse_known(entry.row, before)
    _check_seen(row, before, form, seen, exactly=exactly)
    _rename(row, entry.row.name)
    _import(entry, row, Run(now=now, environ=secrets or {}))
    record_edit(row, before, note=note.strip(), by=by, now=now)
    return row


def readable(form: Mapping[str, Any]) -> VendorRow:
    """The form, as far as its shape is right; what the directory makes of it is for `save`. Raises Refused."""
    try:
        return VendorRow.model_validate(form)
    except ValidationError as error:
        raise Refused(refusals(error, schema=VendorRow)) from None


def check_may_edit(by: User) -> None:
    """Managers may, and programs, whose keys were asked for their scope. Raises PermissionDenied."""
    if not (by.roles & MANAGERS or by.kind == User.Kind.API):
        raise PermissionDenied


def part_of(whole: Mapping[str, Any], form: Mapping[str, Any]) -> dict[str, Any]:
    """That of a vendor's form which `form` is about; of services and accounts those that it names."""
    part = {key: whole.get(key) for key in form if key not in ("name", "services", "accounts")}
    for key, names in (("services", ("name",)), ("accounts", ("client", "service"))):
        known = {tuple(row.get(name) for name in names): row for row in whole.get(key) or ()}
        for row in form.get(key) or ():
            name = tuple(row.get(name) for name in names)
            part |= {f"{key} {name} {field}": known.get(name, {}).get(field) for field in row}
    return part


def _check_seen(
    row: Vendor, before: Mapping[str, Any], form: Mapping[str, Any], seen: int | None, *, exactly: bool
) -> None:
    """Refuse to overwrite what somebody else wrote after the form was filled in; other parts do not matter."""
    if seen is None or row.pk is None:
        return
    latest = last_edit(row)
    if latest is None or latest.pk == seen:
        return
    first = DirectoryEdit.objects.filter(vendor=row, pk__gt=seen).order_by("pk").first()
    if exactly or (first and part_of(first.before, form) != part_of(before, form)):
        raise EditedMeanwhile(latest)


def _refuse_known(given: VendorRow, before: Mapping[str, Any]) -> None:
    """Refuse services and accounts that the vendor has already."""
    services = {service["name"] for service in before.get("services") or ()}
    accounts = {(account["client"], account["service"]) for account in before.get("accounts") or ()}
    found: list[Refusal] = [
        (("services", index, "name"), f"there is “{row.name}” already: edit that one, or choose another name")
        for index, row in enumerate(given.services or ()) if row.name in services
    ]  # fmt: skip
    found += [
        (("accounts", index, "client"), f"{row.client} has an account with {row.service} already: edit that one")
        for index, row in enumerate(given.accounts or ()) if (row.client, row.service) in accounts
    ]  # fmt: skip
    if found:
        raise Refused(found)


def _rename(row: Vendor, name: str) -> None:
    """Give a known vendor the name of its form; its address stays."""
    if row.pk is None or row.name == name:
        return
    row.name = name
    if wrong := wrong_name(row):
        raise Refused([(("name",), wrong)])
    row.save(update_fields=["name"])


def _import(entry: Entry[VendorRow], row: Vendor, run: Run) -> None:
    services = entry.inside("services")
    run.declare(Service, (service.row.name for service in services))
    refuse_twins(run, services)
    with run.importing(entry):
        import_vendor(entry, row, run)
    if run.problems:
        raise Refused((problem.at, problem.message) for problem in run.problems if isinstance(problem, _Found))
