"""What the demo's past is made of: faults, and the clients, devices and people they befell."""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from clients.models import Asset, Client

FILE = Path(settings.BASE_DIR) / "demo" / "history" / "problems.yaml"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault at one client: what was reported, how long it takes, what mended it."""

    client: Client
    asset: Asset
    contact: Any
    title: str
    priority: str
    error_code: str
    minutes: int
    with_vendor: bool
    fix: str


def faults(count: int, chance: random.Random) -> list[Fault]:
    """So many faults, drawn by weight; the same for the same `chance`."""
    problems = yaml.safe_load(FILE.read_text())["problems"]
    assets = list(Asset.objects.select_related("client", "site").order_by("client__name", "name"))
    drawn = chance.choices(problems, weights=[p["weight"] for p in problems], k=count)
    return [fault for problem in drawn if (fault := _befall(problem, assets, chance))]


def _befall(problem: dict[str, Any], assets: list[Asset], chance: random.Random) -> Fault | None:
    """The fault at a device of its kind; the dispatch centre of the live story has no past of its own."""
    fitting = [a for a in assets if a.type == problem["device"].upper() and a.client.name != "Fast Lane Ltd"]
    if not fitting:
        return None
    asset = chance.choice(fitting)
    contact = chance.choice(list(asset.client.contacts.order_by("name")))
    place = asset.site.name if asset.site else asset.client.name
    return Fault(
        client=asset.client,
        asset=asset,
        contact=contact,
        title=problem["title"].format(device=asset.name, site=place, contact=contact.name),
        priority=problem["priority"],
        error_code=problem.get("code", ""),
        minutes=problem["minutes"],
        with_vendor=problem.get("vendor", False),
        fix=problem["fix"],
    )
