"""The bench of documents: what it measures is what it says, and it leaves nothing behind."""

import pytest

from bench import documents
from bench.rows import Row
from clients.models import Client
from documents.models import CatchUp, Document
from sla.models import CalendarVersion
from world import NINE

pytestmark = pytest.mark.django_db


def test_it_measures_a_publication_the_reading_and_an_idle_look(db):
    rows = documents.run(now=NINE, clients=2)
    assert [set(row) for row in rows] == [set(Row.__annotations__)] * 4
    assert [row["what"] for row in rows] == [
        # The policy, the playbook, and the guides of two clients and of four of the demo's, one having its own ladder.
        "8 documents after a publication",
        # These two, seven vendors, and a contract and a guide for each of seven clients.
        "reading and rendering 23 documents",
        "queries for that",
        "a look that finds nothing new",
    ]
    assert rows[2]["met"] and all(row["ours"] > 0 for row in rows)
    assert not Document.objects.exists() and not CatchUp.objects.exists() and not CalendarVersion.objects.exists()


def test_a_provider_s_own_policy_is_measured_as_it_is(world):
    rows = documents.run(now=world.now, clients=2)
    assert rows[0]["what"] == "5 documents after a publication"
    assert not Client.objects.filter(name__startswith="Bench").exists() and not Document.objects.exists()
