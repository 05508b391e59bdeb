"""The look: icons, times in templates, and pages that a strict content policy lets through."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import render_to_string

from escalation_portal.pieces import examples

NOW = datetime(2026, 11, 23, 8, 12, tzinfo=UTC)
TEMPLATES = sorted(Path(settings.BASE_DIR, "templates").rglob("*.html"))


def rendered(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def test_an_icon_beside_words_is_silent():
    assert 'aria-hidden="true"' in rendered('{% icon "clock" %}')


def test_an_icon_that_stands_alone_is_read_out():
    assert 'role="img" aria-label="&lt;Late&gt;"' in rendered('{% icon "clock" label %}', label="<Late>")


def test_an_unknown_icon_is_an_error():
    with pytest.raises(FileNotFoundError):
        rendered('{% icon "no-such-icon" %}')


def test_a_moment_says_words_and_holds_the_absolute_time():
    said = rendered("{% moment at now %}", at=NOW + timedelta(minutes=14), now=NOW)
    assert said == (
        '<time datetime="2026-11-23T08:26:00+00:00" title="Mon 23 Nov 2026 08:26 UTC" data-relative>in 14 min</time>'
    )


@pytest.mark.parametrize("ago", [timedelta(0), timedelta(seconds=1), timedelta(days=3)])
def test_a_moment_that_is_past_stays_past_on_a_clock_that_is_behind(ago):
    assert ' data-relative="past">' in rendered("{% moment at now %}", at=NOW - ago, now=NOW)


@pytest.mark.parametrize("written, said", [
    ("Twelve minutes", "Twelve minutes."), ("Twelve minutes.", "Twelve minutes."), ("Why not? ", "Why not?"),
    ("Longer…", "Longer…"), ("<b>", "&lt;b&gt;."),
])  # fmt: skip
def test_what_others_wrote_ends_with_one_stop(written, said):
    assert rendered("{{ text|ended }}", text=written) == said


def test_no_moment_is_a_dash():
    assert rendered("{% moment at now %}", at=None, now=NOW) == "-"


def test_shares_stand_one_after_the_other():
    shares = [{"percent": 12.5}, {"percent": 25.0}, {"percent": 62.5}]
    said = rendered("{% for share in shares|placed %}{{ share.from_percent|unlocalised }} {% endfor %}", shares=shares)
    assert said.split() == ["0.0", "12.5", "37.5"]


def test_a_badge_makes_its_own_words():
    said = render_to_string(
        "components/clock_badge.html",
        {"metric": "Ack", "level": "amber", "due_at": NOW + timedelta(minutes=14, seconds=20), "now": NOW},
    )
    assert "Ack 14 min left" in said
    assert "Ack due Mon 23 Nov 2026 08:26 UTC" in said


def test_the_client_sees_no_tier_code():
    holder = {"kind": "TIER", "level": 2, "name": "Network"}
    assert "L2" not in render_to_string("components/holder_chip.html", {"holder": holder, "plain": True})


def test_every_piece_renders_in_every_state():
    said = render_to_string("dev/pieces.html", examples(NOW))
    assert (said.count('class="week-open"'), said.count('class="week-closed"')) == (7, 2)
    assert said.count('class="ticket-row') - said.count('class="ticket-rows') == 6
    assert not re.search(r"\{[%{]|[%}]\}", said.replace("\"}'", ""))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_nothing_inline_and_nothing_from_elsewhere(path):
    source = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|hx-on|javascript:", source)
    assert not re.search(r"(src|href)=[\"'](https?:)?//", source)
