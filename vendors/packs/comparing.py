"""What a pack brings, held against what the directory says already. Pure.

Vendors are in the form of the configuration. What stands in the directory stays, unless its part is named in `over`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NEW, SAME, DIFFERS = "NEW", "SAME", "DIFFERS"
UNCOMPARED = ("name", "services", "accounts")
# Whoever confirmed a service is not asked again because nothing but this flag differs.
UNCONFIRMED = "verify_first"


@dataclass(frozen=True, slots=True)
class Part:
    """One key of the vendor, or of one of its services: what the directory says, and what the pack would say."""

    service: str
    key: str
    what: str
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """How a form calls it."""
        return f"{self.service}:{self.key}"


def renamed(form: Mapping[str, Any], *, vendor: str, service: str) -> dict[str, Any]:
    """The pack's vendor and its first service under other names; an empty name changes nothing."""
    services = [dict(row) for row in form.get("services") or ()]
    if services and service:
        services[0]["name"] = service
    return {**form, "name": vendor or form["name"], "services": services}


def compared(known: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[Part]:
    """Every part of `wanted`, the vendor's own first; `known` is {} where there is no such vendor."""
    parts = [*_parts("", known, wanted)]
    there = _services(known)
    for service in wanted.get("services") or ():
        parts += _parts(service["name"], there.get(service["name"], {}), service)
    return parts


def is_known(known: Mapping[str, Any], service: str) -> bool:
    """Whether the vendor has a service of this name."""
    return service in _services(known)


def taken(parts: Iterable[Part], *, over: Collection[str]) -> list[Part]:
    """What would be written: what is not there yet, and of what differs the parts that are named in `over`."""
    wanted = [part for part in parts if part.what == NEW or (part.what == DIFFERS and part.name in over)]
    touched = {part.service for part in wanted if part.key != UNCONFIRMED}
    return [part for part in wanted if part.service in touched]


def form_of(parts: Iterable[Part], known: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor's form with these parts alone; a service that the directory has not is named in any case."""
    own: dict[str, Any] = {"name": wanted["name"]}
    missing = [s["name"] for s in wanted.get("services") or () if not is_known(known, s["name"])]
    services: dict[str, dict[str, Any]] = {name: {"name": name} for name in missing}
    for part in parts:
        row = services.setdefault(part.service, {"name": part.service}) if part.service else own
        row[part.key] = part.after
    return own | ({"services": list(services.values())} if services else {})


def _parts(service: str, known: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterable[Part]:
    for key, after in wanted.items():
        if key not in UNCOMPARED and after not in (None, "", [], {}):
            before = known.get(key)
            yield Part(service, key, NEW if not before else SAME if before == after else DIFFERS, before, after)


def _services(known: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {service["name"]: service for service in known.get("services") or ()}
