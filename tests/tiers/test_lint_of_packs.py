"""A pack gives the lint of a policy nothing to say but what whoever took it must still fill in or look at."""

from datetime import timedelta

import pytest

from tiers.lint import lint
from tiers.lint_facts import known
from tiers.models import PolicyVersion
from vendors.editing import save
from vendors.packs import packs
from vendors.packs.taking import take
from world import NINE

TO_DO = {"unconfirmed-service", "stale-contact", "other-way", "no-contact"}
# What accounts say where a pack asks for a form.
EXAMPLES = {
    "cid": "9F3A6C1E42D84B7790AB5512CE08D3F4-1B", "customer_id": "C03k7m2qx", "site_id": "1840027743921",
    "tenant_id": "6f1d2c84-3b7a-4e19-9c55-0a8e4d2b71f3",
}  # fmt: skip
EVERY = pytest.mark.parametrize("slug", sorted(packs()))


@pytest.fixture
def taken(world):
    """The only vendor is the pack's; L3 hands over to it."""

    def take_pack(slug):
        world.m365.vendor.delete()
        world.ladder({"tier": "L1", "acknowledge_within": "1h", "hand_over_after": "2h"}, {"vendor": True})
        return take(packs()[slug], over=(), by=world.manager, now=NINE)

    return take_pack


def codes(world, vendor):
    document = PolicyVersion.live(world.policy).document
    faults = lint(document, known(now=NINE, policy="Standard"), now=NINE)
    return {fault.code for fault in faults if vendor.services.get().name in fault.words}


@EVERY
def test_a_fresh_pack_leaves_only_what_is_to_be_filled_in(world, taken, slug):
    vendor = taken(slug)
    found = codes(world, vendor)
    assert found <= TO_DO and "unconfirmed-service" in found


@EVERY
def test_a_pack_that_is_filled_in_leaves_nothing(world, taken, slug):
    vendor = taken(slug)
    [service] = packs()[slug].vendor["services"]
    today = (NINE - timedelta(days=1)).date().isoformat()
    points = [{"kind": "email", "value": "help@vendor.example"}, *service.get("contacts", [])]
    asked = [datum["source"] for datum in service["required"] if not datum.get("secret")]
    keys = [source.removeprefix("account.") for source in asked if source.startswith("account.")]
    facts = {key: EXAMPLES.get(key, "filled in") for key in keys}
    filled = {
        "name": vendor.name,
        "services": [
            {
                "name": service["name"],
                "contacts": [point | {"verified_on": today} for point in points],
                "verify_first": False,
            }
        ],
        "accounts": [{"client": "Acme", "service": service["name"], "facts": facts}],
    }
    save(vendor, filled, note="Filled in", by=world.manager, now=NINE)
    assert codes(world, vendor) == set()
