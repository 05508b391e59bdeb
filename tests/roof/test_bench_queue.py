"""The bench of the queue: what it measures is what it says, and it leaves nothing behind."""

import gzip
import random

import pytest
from django.test import Client as Browser

from accounts.models import User
from bench import queue
from bench.rows import Row
from clients.models import Client
from tickets.load import NoTiers
from tickets.load_words import CODES, said
from tickets.models import Ticket, TicketWords
from world import NINE

WHAT = [
    "queries of the first page of 300 open tickets",
    "the first page of 300 open tickets",
    "a first visit: page, styles, scripts and font, gzipped",
    "queries of the poll while nothing changes",
    "the poll while nothing changes",
]


def test_the_page_the_poll_and_searches_are_measured_and_nothing_is_left_behind(world):
    rows = queue.run(now=NINE, tickets=300)
    assert [set(row) for row in rows] == [set(Row.__annotations__)] * 12
    assert [row["what"] for row in rows[:5]] == WHAT
    assert [row["unit"] for row in rows] == ["queries", "ms", "bytes", "queries", "ms", *["ms"] * 7]
    assert all(row["ours"] > 0 for row in rows)
    # What does not hang on the machine is met.
    queries, _, weight, polls, *_ = rows
    assert queries["ours"] <= queries["goal"] == 6 and polls["ours"] == polls["goal"] == 1
    assert 50_000 < weight["ours"] < 130_000 and weight["goal"] == 100_000, "half of it is the font"
    assert not Ticket.objects.exists() and not TicketWords.objects.exists()
    assert not Client.objects.filter(name__startswith="Load").exists()
    assert not User.objects.filter(email="bench@provider.example").exists()


def test_without_tiers_there_is_nothing_to_measure(db):
    with pytest.raises(NoTiers):
        queue.run(now=NINE, tickets=10)


def test_another_answer_than_the_one_that_is_meant_stops_it(world):
    with pytest.raises(queue.NotAsExpected, match="no 50 rows"):
        queue.run(now=NINE, tickets=20)
    assert not Ticket.objects.exists()


def test_a_page_weighs_what_it_loads_and_what_that_loads(db):
    browser = Browser()
    style, script = (
        '<link rel="stylesheet" href="/static/css/tokens.css">',
        '<script src="/static/js/queue.js"></script>',
    )
    page = style + script
    files = queue.loaded(browser, page)
    assert {"/static/css/tokens.css", "/static/fonts/inter-latin.woff2", "/static/js/queue-rows.js"} <= set(files)
    own = len(gzip.compress(page.encode()))
    font = len(files["/static/fonts/inter-latin.woff2"])
    assert own + font < queue.weight(browser, page) < own + sum(map(len, files.values()))


def test_seeded_tickets_are_as_different_as_real_ones():
    told = [said(number, random.Random(number), noted=number % 2 == 0) for number in range(400)]
    assert len({one.title for one in told}) > 100 and len({one.description for one in told}) > 390
    assert {bool(one.error_code) for one in told} == {True, False} == {bool(one.note) for one in told}
    assert {one.error_code for one in told} <= {"", *CODES} and len(CODES) == 60
    assert said(7, random.Random(7), noted=True) == said(7, random.Random(7), noted=True)
