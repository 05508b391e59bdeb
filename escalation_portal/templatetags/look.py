"""Tags and filters that every template has: icons, and times as people say them."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import accumulate

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.languages import say_now
from escalation_portal import words
from sla.durations import short_words
from tickets import rows

register = template.Library()

ICONS = settings.BASE_DIR / "static" / "icons"
DRAWING = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@register.simple_tag
def icon(name: str, label: str = "", size: int = 16) -> SafeString:
    """A picture from `static/icons`, inline; silent beside words, or read out as `label` where it stands alone."""
    naming = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon icon-{}" width="{}" height="{}" viewBox="0 0 24 24" {}>{}</svg>',
        name,
        size,
        size,
        naming,
        _drawing(name),
    )


@register.simple_tag
def moment(at: datetime | None, now: datetime | None = None) -> SafeString | str:
    """A `<time>` in words, with the absolute time in its title; without `now` the absolute time is the words."""
    if at is None:
        return "-"
    said = relative(at, now) if now else absolute(at)
    ticks = _ticks(at, now)
    return format_html('<time datetime="{}" title="{}"{}>{}</time>', at.isoformat(), absolute(at), ticks, said)


@register.filter
def absolute(at: datetime) -> str:
    """A moment in the reader's zone and the page's language: "Mon 23 Nov 2026 09:12 CET"."""
    return words.absolute(at, zone=timezone.get_current_timezone(), say=say_now()) if at else ""


@register.filter
def relative(at: datetime, now: datetime) -> str:
    """A moment as seen from `now`: "in 14 min", "6 min ago", "Mon 09:00", "23 Nov"."""
    return words.relative(at, now=now, zone=timezone.get_current_timezone()) if at else ""


@register.filter
def clock_time(at: datetime, now: datetime) -> str:
    """A moment on the reader's clock: "14:05" today, "Mon 09:00" within a week, else "23 Nov"."""
    return rows.clock_time(at, now=now, zone=timezone.get_current_timezone()) if at else ""


@register.filter
def ended(text: str) -> str:
    """A text that others wrote as the end of a sentence: with a stop, unless it has one."""
    said = str(text).rstrip()
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."


@register.filter
def duration(seconds: float) -> str:
    """A number of seconds in words: "15 min", "1 h 30 min"."""
    return short_words(seconds)


@register.filter
def placed(shares: Sequence[dict]) -> list[dict]:
    """Shares of a bar, each with `from_percent`: how far along it begins."""
    ends = accumulate(share["percent"] for share in shares)
    return [{**share, "from_percent": end - share["percent"]} for share, end in zip(shares, ends, strict=True)]


@register.filter
def unlocalised(number: float) -> str:
    """A number as drawings need it: a point, no grouping, whatever the language."""
    return str(number)


@register.filter(name="words")
def words_of(text: str) -> list[str]:
    """The words of a text, one by one."""
    return str(text).split()


@register.simple_tag
def clock_words(metric: str, due_at: datetime, now: datetime) -> str:
    """What a clock badge says: "Ack 14 min left", "Breached 6 min ago"."""
    return words.clock_words(metric, due_at=due_at, now=now)


@cache
def _drawing(name: str) -> SafeString:
    drawing = DRAWING.search((ICONS / f"{name}.svg").read_text())
    assert drawing, f"static/icons/{name}.svg holds no drawing"
    return mark_safe(re.sub(r"\s+", " ", drawing[1]).strip())


def _ticks(at: datetime, now: datetime | None) -> SafeString | str:
    """What lets a browser tell the moment anew; one that was past stays past, whatever the browser's clock says."""
    if now is None:
        return ""
    return mark_safe(' data-relative="past"') if at <= now else mark_safe(" data-relative")
