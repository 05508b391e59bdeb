"""Loading the demo provider: configuration, people who can sign in, the past, and the file that tells of it."""

import json
import os
import secrets
import string
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts import roles
from accounts.models import User
from clients.access import give_role
from clients.models import Client, Contact
from escalation_portal.configuration import import_configuration
from escalation_portal.demo.history import live_through
from integrations.models import Integration

FOLDER = Path(settings.BASE_DIR) / "demo"
FAST_CLIENT = "Fast Lane Ltd"
STAFF = {
    "technician": "amara.okafor@harbour.example",
    "manager": "miriam.adeyemi@harbour.example",
    "account_manager": "nadia.rahman@harbour.example",
    "administrator": "sam.kerr@harbour.example",
}


class NotTheDemo(Exception):
    """What is in this database was not put there by the demo."""


def load_demo(*, now: datetime) -> dict[str, Any]:
    """Fill an empty database; returns what `.portal/demo.json` holds. All of it or nothing."""
    with transaction.atomic():
        hook = secrets.token_urlsafe(24)
        pin = "".join(secrets.choice(string.digits) for _ in range(8))
        names = ("GOOGLE_SUPPORT_PIN_HUDSON_ROW", "GOOGLE_SUPPORT_PIN_ALDER_FINCH")
        files = [(str(path.relative_to(FOLDER.parent)), path.read_bytes()) for path in sorted(FOLDER.glob("*.yaml"))]
        import_configuration(files, now=now, environ={**os.environ, "NINJA_HOOK": hook, **dict.fromkeys(names, pin)})
        sign_ins = {role: _staff(email) for role, email in STAFF.items()} | _client_people()
        live_through(now=now)
        return _described(sign_ins, hook)


@transaction.atomic
def given_anew() -> dict[str, Any]:
    """For a demo whose file was lost: new passwords and a new token, and what the file holds. Raises NotTheDemo."""
    integration = Integration.objects.filter(system="ninjaone", source__mappings__client__name=FAST_CLIENT).first()
    people = {role: User.objects.filter(email=email).first() for role, email in STAFF.items()}
    for role, decides in (("decision_maker", True), ("client_user", False)):
        contacts = Contact.objects.filter(client__name=FAST_CLIENT, decision_maker=decides, user__isnull=False)
        people[role] = next((contact.user for contact in contacts.select_related("user")), None)
    if integration is None or None in people.values():
        raise NotTheDemo("The database holds other data than the demo; the demo goes only into an empty one.")
    hook = secrets.token_urlsafe(24)
    integration.token_digests = [sha256(hook.encode()).hexdigest()]
    integration.save(update_fields=["token_digests"])
    return _described({role: _with_password(user) for role, user in people.items() if user}, hook)


def is_empty() -> bool:
    """Whether nothing was ever set up here."""
    return not Client.objects.exists()


def _described(sign_ins: Mapping[str, Any], hook: str) -> dict[str, Any]:
    integration = Integration.objects.get(system="ninjaone")
    return {
        "url": settings.PUBLIC_URL,
        "sign_ins": sign_ins,
        "integrations": {
            "ninjaone": {
                "url": f"{settings.PUBLIC_URL}/hooks/ninjaone/{integration.pk}/",
                "headers": {"Authorization": f"Bearer {hook}", "Content-Type": "application/json"},
            }
        },
        "fast_client": FAST_CLIENT,
        "fast_event": fast_event(number=100001, series="11111111-2222-4333-8444-555555555555"),
    }


def moved(described: dict[str, Any], url: str) -> dict[str, Any]:
    """The same description for a portal that now runs at `url`."""
    text = json.dumps(described).replace(described["url"] + "/", url + "/")
    return {**json.loads(text), "url": url}


def fast_event(*, number: int, series: str) -> dict[str, Any]:
    """An alert as NinjaOne sends it, for the client whose targets are seconds."""
    return {
        "id": number,
        "activityTime": 1742391675.556,
        "deviceId": 7,
        "seriesUid": series,
        "activityType": "CONDITION",
        "statusCode": "TRIGGERED",
        "status": "Triggered",
        "sourceConfigUid": "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
        "sourceName": "Sign-in watch",
        "subject": "",
        "message": "OneDrive sign-in fails with 0x8004de40 for everybody",
        "type": "Condition",
        "severity": "CRITICAL",
        "priority": "HIGH",
        "data": {"message": {"code": "0x8004de40", "params": {"failed": 42}}},
        "device": {
            "id": 7,
            "organizationId": 2,
            "locationId": 2,
            "nodeClass": "WINDOWS_WORKSTATION",
            "displayName": "DISPATCH-07",
            "systemName": "dispatch-07.fastlane.example",
            "references": {"organization": {"name": FAST_CLIENT, "id": 2}},
        },
    }


def _staff(email: str) -> dict[str, str]:
    return _with_password(User.objects.get(email=email))


def _client_people() -> dict[str, dict[str, str]]:
    """A decision maker and an ordinary user at the client of the live story, each tied to their contact."""
    client = Client.objects.get(name=FAST_CLIENT)
    people = {}
    for key, role, decides in (
        ("decision_maker", roles.DECISION_MAKER, True),
        ("client_user", roles.CLIENT_USER, False),
    ):
        contact = Contact.objects.filter(client=client, decision_maker=decides).order_by("name")[0]
        user = User.objects.create_user(contact.email, name=contact.name, timezone=client.timezone)
        give_role(user, role, client)
        Contact.objects.filter(pk=contact.pk).update(user=user)
        people[key] = _with_password(user)
    return people


def _with_password(user: User) -> dict[str, str]:
    """A new random password, told here once."""
    password = "-".join("".join(secrets.choice(string.ascii_lowercase) for _ in range(5)) for _ in range(3))
    user.set_password(password)
    user.save(update_fields=["password"])
    return {"email": user.email, "password": password}


def write_private(path: Path, described: dict[str, Any]) -> None:
    """Write the file so that nobody else can read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(described, file, indent=2)
