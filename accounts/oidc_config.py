"""Sign-in through other providers: what OIDC_PROVIDERS says, checked."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

REQUIRED = ("id", "name", "issuer", "client_id", "secret_env")
OPTIONAL = ("required_for", "second_factor", "addresses_verified")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BadProviders(ValueError):
    """OIDC_PROVIDERS cannot be used; the message says which provider, which key and why."""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """One OpenID Connect provider.

    `required_for`: mail domains whose people sign in by it only. `second_factor`: it asks for one itself.
    `addresses_verified`: it is our own tenant, which hands out no address that is not the person's.
    `secret_env`: the variable that holds the secret.
    """

    id: str
    name: str
    issuer: str
    client_id: str
    secret: str
    required_for: tuple[str, ...] = ()
    second_factor: bool = False
    addresses_verified: bool = False
    secret_env: str = ""

    @property
    def app(self) -> dict[str, Any]:
        """The same in django-allauth's words."""
        return {
            "provider_id": self.id, "name": self.name, "client_id": self.client_id, "secret": self.secret,
            "settings": {"server_url": self.issuer, "oauth_pkce_enabled": True},
        }  # fmt: skip


def identity_providers(text: str, environ: Mapping[str, str]) -> tuple[IdentityProvider, ...]:
    """The providers that `text`, a JSON list, describes; `environ` has their secrets. Raises BadProviders."""
    try:
        rows = json.loads(text or "[]")
    except ValueError as error:
        raise BadProviders(f"OIDC_PROVIDERS is not JSON: {error}") from None
    if not isinstance(rows, list):
        raise BadProviders("OIDC_PROVIDERS must be a JSON list of providers.")
    providers = tuple(_provider(row, place, environ) for place, row in enumerate(rows, start=1))
    if len({provider.id for provider in providers}) < len(providers):
        raise BadProviders("OIDC_PROVIDERS has two providers with the same id.")
    return providers


def provider_called(id: str, providers: tuple[IdentityProvider, ...]) -> IdentityProvider:
    """The provider with this id. Raises KeyError for none."""
    return {provider.id: provider for provider in providers}[id]


def required_provider(email: str, providers: tuple[IdentityProvider, ...]) -> IdentityProvider | None:
    """The provider by which people with this address must sign in, if there is one."""
    domain = email.rpartition("@")[2].strip().lower()
    return next((provider for provider in providers if domain in provider.required_for), None)


def _provider(row: Any, place: int, environ: Mapping[str, str]) -> IdentityProvider:
    where = f"OIDC_PROVIDERS, provider {place}"
    if not isinstance(row, dict):
        raise BadProviders(f"{where} must be a JSON object.")
    _check_keys(row, where)
    _check_values(row, where)
    secret = environ.get(row["secret_env"], "")
    if not secret:
        raise BadProviders(f"{where}: the variable {row['secret_env']}, named by secret_env, is empty.")
    return IdentityProvider(
        id=row["id"], name=row["name"], issuer=row["issuer"].rstrip("/"), client_id=row["client_id"], secret=secret,
        required_for=tuple(domain.lower() for domain in row.get("required_for", [])),
        second_factor=row.get("second_factor", False), addresses_verified=row.get("addresses_verified", False),
        secret_env=row["secret_env"],
    )  # fmt: skip


def _check_keys(row: dict[str, Any], where: str) -> None:
    for key in REQUIRED:
        if not isinstance(row.get(key), str) or not row[key]:
            raise BadProviders(f"{where}: {key} is missing or not a text.")
    for key in row:
        if key not in REQUIRED + OPTIONAL:
            raise BadProviders(f"{where}: {key} is unknown; there are {', '.join(REQUIRED + OPTIONAL)}.")


def _check_values(row: dict[str, Any], where: str) -> None:
    if not re.fullmatch(r"[a-z0-9-]{1,30}", row["id"]):
        raise BadProviders(f"{where}: id must be of a-z, 0-9 and -, at most 30.")
    issuer = urlsplit(row["issuer"])
    if issuer.scheme != "https" and issuer.hostname not in _LOOPBACK:
        raise BadProviders(f"{where}: issuer must be an https:// address.")
    domains = row.get("required_for", [])
    if not isinstance(domains, list) or not all(isinstance(domain, str) and "." in domain for domain in domains):
        raise BadProviders(f"{where}: required_for must be a list of mail domains.")
    for key in ("second_factor", "addresses_verified"):
        if not isinstance(row.get(key, False), bool):
            raise BadProviders(f"{where}: {key} must be true or false.")
