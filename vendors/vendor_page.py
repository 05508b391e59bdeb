"""What a vendor's page shows of each service. No queries here; secrets are masked before anything else sees them."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from sla.agreements import CalendarRef, Terms
from sla.durations import words as duration_words
from vendors.completeness import PLACEHOLDER
from vendors.due import is_due
from vendors.engagement import automatic
from vendors.form_words import origin
from vendors.models import ContactPoint, Service, ServiceAccount
from vendors.openings import opening_words
from vendors.placeholders import BUILT_IN
from vendors.references import MASK

Shown = dict[str, Any]
ICONS = {"EMAIL": "mail", "PORTAL": "external-link", "HOTLINE": "phone"}
CALLED = {"EMAIL": "Mail", "PORTAL": "Portal", "HOTLINE": "Hotline"}
_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s")
METRICS = {"RESPOND": "First answer", "UPDATE": "Updates every", "RESOLVE": "Solved"}


def shown(
    service: Service,
    terms: Terms | None,
    accounts: Iterable[ServiceAccount],
    *,
    today: date,
    opening: Callable[[ContactPoint], str] = lambda _: "",
) -> Shown:
    """One service: how to reach it, what it promised, what it needs, when, and in which words."""
    return {
        "service": service,
        "contacts": [contact(point, today=today, opening=opening(point)) for point in service.contact_points.all()],
        "terms": terms,
        "promises": promises(terms, service.severity_of) if terms else [],
        "metrics": [words for metric, words in METRICS.items() if _promised(terms, metric)],
        "required": [required(datum) for datum in service.required],
        "conditions": [condition(row) for row in service.engage_when],
        "subject": preview(service.template.get("subject", ""), service.required),
        "body": preview(service.template.get("body", ""), service.required),
        "accounts": [account(row, service.required) for row in accounts],
    }


def contact(point: ContactPoint, *, today: date, opening: str = "") -> Shown:
    """A contact point with its icon, its link, whether it is open now in words, and whether it must be looked at."""
    bad = point.bad_since is not None
    links = {"EMAIL": f"mailto:{point.value}", "PORTAL": point.value, "HOTLINE": f"tel:{_dialled(point.value)}"}
    return {
        "point": point,
        "icon": ICONS[point.kind],
        "url": links[point.kind],
        "opening": opening,
        "bad": bad,
        "stale": is_due(point.verified_on, point.interval_days, bad=bad, today=today),
    }


def opening_of(point: ContactPoint, calendars: Mapping[str, CalendarRef], *, now: datetime) -> str:
    """Whether somebody answers there now, on the reader's clocks; "" where no calendar says. Reads `point.calendar`."""
    found = calendars.get(point.calendar.name) if point.calendar else None
    return opening_words(found.calendar, now=now, zone=timezone.get_current_timezone()) if found else ""


def way_open(points: Iterable[ContactPoint], calendars: Mapping[str, CalendarRef], *, now: datetime) -> str:
    """The first of these where somebody answers now, as in "Hotline open now, closes 18:00 CET".

    Else the first whose calendar says when somebody will; "" where none says.
    """
    told = [point for point in points if point.calendar and point.calendar.name in calendars]
    opened = [point for point in told if calendars[point.calendar.name].calendar.is_open(now)]
    first = next(iter(opened or told), None)
    return f"{CALLED[first.kind]} {opening_of(first, calendars, now=now)}" if first else ""


def promises(terms: Terms, severity_of: Mapping[str, str]) -> list[Shown]:
    """Each of the vendor's severities with our priorities that map to it and what it promised, in words.

    In the order of these priorities; severities that none maps to come last.
    """
    rows = [
        {
            "severity": severity,
            "priorities": sorted(p for p, mapped in severity_of.items() if mapped == severity),
            "targets": [
                (words, duration_words(targets[metric]) if metric in targets else "-")
                for metric, words in METRICS.items()
                if _promised(terms, metric)
            ],
            "calendar": terms.calendar_for(severity).name,
        }
        for severity, targets in terms.targets.items()
    ]
    return sorted(rows, key=lambda row: (not row["priorities"], row["priorities"]))


def paragraphs(text: str) -> list[list[str]]:
    """A text's paragraphs, each as its lines: only an empty line and the mark of an item begin anew, as in Markdown."""
    found: list[list[str]] = [[]]
    for line in map(str.strip, text.splitlines()):
        if not line:
            found.append([])
        elif found[-1] and not _ITEM.match(line):
            found[-1][-1] += f" {line}"
        else:
            found[-1].append(line)
    return [lines for lines in found if lines]


def required(datum: Mapping[str, Any]) -> Shown:
    """One thing that the vendor wants to be told, and where it comes from in words."""
    return {**datum, "origin": origin(datum["source"]), "secret": bool(datum.get("secret"))}


def condition(row: Mapping[str, Any]) -> Shown:
    """One condition for engaging: its own words, what must hold, and whether it engages by itself."""
    said = [words(row[key]) for key, words in _CONDITIONS.items() if key in row]
    return {"words": row["words"], "parts": said, "automatic": bool(automatic([row]))}


def preview(text: str, data: Sequence[Mapping[str, Any]]) -> list[Shown]:
    """A template cut into plain text and placeholders, each of these with the label of what will stand there."""
    labels = {datum["key"]: datum["label"] for datum in data}
    pieces = PLACEHOLDER.split(text)
    return [
        {"label": labels.get(piece, piece.replace("_", " ") if piece in BUILT_IN else f"unknown: {piece}")}
        if index % 2
        else {"text": piece}
        for index, piece in enumerate(pieces)
        if piece
    ]


def account(row: ServiceAccount, data: Sequence[Mapping[str, Any]]) -> Shown:
    """A client's account: its facts, and that there are secrets; what is declared secret is masked everywhere."""
    secret = {d["source"].removeprefix("account.") for d in data if d.get("secret")}
    facts = [(key.replace("_", " "), MASK if key in secret else value) for key, value in row.facts.items()]
    sealed = [key.replace("_", " ") for key in row.secrets]
    return {"pk": row.pk, "client": row.client, "facts": facts, "secrets": sealed}


def _promised(terms: Terms | None, metric: str) -> bool:
    return terms is not None and any(metric in targets for targets in terms.targets.values())


def _dialled(number: str) -> str:
    return re.sub(r"[^+0-9]", "", number)


_CONDITIONS = {
    "error_codes": lambda codes: f"error code {' or '.join(codes)}",
    "categories": lambda names: f"category {' or '.join(names)}",
    "tier_level": lambda level: f"level {level} or higher reached",
    "minutes": lambda minutes: f"{duration_words(minutes * 60)} spent",
    "impact": lambda impact: f"the impact is {impact.lower()}",
}
