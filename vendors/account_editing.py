"""Clients' accounts with services: saved like the rest of the directory; that a secret changed is kept, never what."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.configuration import in_turn
from accounts.models import User
from vendors.editing import check_may_edit, save
from vendors.edits import record_edit, standing
from vendors.models import DirectoryEdit, ServiceAccount, Vendor


@transaction.atomic
def save_account(
    vendor: Vendor, form: Mapping[str, Any], *, secrets: Mapping[str, str], forget: Collection[str], note: str,
    by: User, now: datetime, seen: int | None = None, fresh: bool = False,
) -> Vendor:  # fmt: skip
    """Save one account of `form`; `secrets` are new ones by the name in `secrets_env`, `forget` keys to be dropped;
    with `fresh` there is none yet.

    Raises what `editing.save` raises.
    """
    account = form["accounts"][0]
    before = _stored(account)
    saved = save(vendor, form, note=note, by=by, now=now, seen=seen, secrets=secrets, fresh=fresh)
    row = ServiceAccount.objects.get(client__name=account["client"], service__name=account["service"])
    _forget(row, forget)
    changed = [key for key in {**before, **row.secrets} if before.get(key) != row.secrets.get(key)]
    if changed:
        _note_secrets(saved, row, changed, by=by, now=now)
    return saved


@transaction.atomic
def remove_account(account: ServiceAccount, *, by: User, now: datetime) -> None:
    """Take a client's account out, with its secrets. Raises PermissionDenied."""
    check_may_edit(by)
    in_turn()
    vendor = account.service.vendor
    before = standing(vendor)
    note = f"{account} was removed"
    account.delete()
    record_edit(vendor, before, note=note, by=by, now=now)


def _stored(account: Mapping[str, Any]) -> dict[str, str]:
    known = ServiceAccount.objects.filter(client__name=account["client"], service__name=account["service"]).first()
    return dict(known.secrets) if known else {}


def _forget(row: ServiceAccount, keys: Collection[str]) -> None:
    kept = {key: sealed for key, sealed in row.secrets.items() if key not in keys}
    if kept != row.secrets:
        row.secrets = kept
        row.save(update_fields=["secrets"])


def _note_secrets(vendor: Vendor, row: ServiceAccount, keys: list[str], *, by: User, now: datetime) -> None:
    """Keep that secrets changed; the form has none of them, so it is the same before and after."""
    form, names = standing(vendor), ", ".join(key.replace("_", " ") for key in keys)
    words = f"{row}: secret changed or forgotten: {names}"
    DirectoryEdit.objects.create(vendor=vendor, before=form, after=form, note=words[:300], by=by, at=now)
