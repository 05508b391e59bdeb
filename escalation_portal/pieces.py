"""The catalogue of pieces at `/dev/pieces/`, local mode only: each piece in every state, to be looked at and tested."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from accounts.clock import database_now
from escalation_portal.templatetags.look import ICONS
from sla.business_time import BusinessCalendar
from sla.week_picture import week

TIER_1 = {"kind": "TIER", "level": 1, "name": "Service desk"}
TIER_2 = {"kind": "TIER", "level": 2, "name": "Network and servers"}
TIER_3 = {"kind": "TIER", "level": 3, "name": "Engineering"}
VENDOR = {"kind": "VENDOR", "level": None, "name": "Microsoft"}
CLIENT = {"kind": "CLIENT", "level": None, "name": "Harbour Dental"}
NOBODY = {"kind": "NOBODY", "level": None, "name": ""}


def pieces(request: HttpRequest) -> HttpResponse:
    """Show every piece; no such page outside local mode."""
    if not settings.LOCAL_MODE:
        raise Http404
    return render(request, "dev/pieces.html", examples(database_now()))


def examples(now: datetime) -> dict:
    """The context of the catalogue: example values as pages pass them to the pieces."""
    return {
        "now": now,
        "icons": sorted(path.stem for path in ICONS.glob("*.svg") if path.stem not in {"portal", "chevron-down-grey"}),
        "clocks": _clocks(now),
        "holders": [TIER_1, TIER_2, TIER_3, VENDOR, CLIENT, NOBODY],
        "shares": _shares(),
        "steps": _steps(),
        "calendar": _calendar(now),
        "entries": _entries(now),
        "rows": _rows(now),
        "tiles": _tiles(),
        "actions": _actions(),
        "search": {"name": "q", "value": "", "label": "Search tickets"},
        "lint": ["Step 2 waits for nobody.", "P1 promises less time than Microsoft needs."],
        "filters": _filters(),
        "form": _form(),
        "dialog_form": ExampleForm(auto_id="dialog_%s"),
        "document": mark_safe(DOCUMENT),
        "rail_items": _rail_items(),
    }


class ExampleForm(forms.Form):
    """A form with one field of each look."""

    subject = forms.CharField(help_text="One line that a colleague understands without opening the ticket.")
    reference = forms.CharField(required=False)
    vendor = forms.ChoiceField(choices=[("", "Choose a vendor"), ("microsoft", "Microsoft"), ("dell", "Dell")])
    note = forms.CharField(widget=forms.Textarea, required=False, help_text="The client does not see it.")
    urgent = forms.BooleanField(label="The client's business stands still", required=False)
    reach = forms.ChoiceField(
        label="Who is affected", widget=forms.RadioSelect, choices=[("one", "One person"), ("all", "The whole site")]
    )


def _form() -> ExampleForm:
    form = ExampleForm({"subject": "File server unreachable", "vendor": "", "reach": "all"})
    form.is_valid()
    return form


def _clocks(now: datetime) -> list[dict]:
    def due(**away: int) -> datetime:
        return now + timedelta(**away)

    return [
        {"metric": "Ack", "level": "none", "due_at": due(hours=1, minutes=30, seconds=20)},
        {"metric": "Fix", "level": "none", "due_at": due(days=4, hours=3, minutes=1)},
        {"metric": "Ack", "level": "amber", "due_at": due(minutes=14, seconds=20)},
        {"metric": "Ack", "level": "red", "due_at": due(minutes=-6)},
        {"metric": "Ack", "level": "none", "due_at": due(seconds=12), "warn_at": due(seconds=6)},
        {"metric": "Microsoft", "level": "none", "due_at": due(hours=2), "still": "Microsoft answers by 11:20"},
        {"metric": "Fix", "level": "none", "due_at": None, "still": "Paused, waits for client"},
    ]


def _shares() -> list[dict]:
    return [
        {**TIER_1, "percent": 12.5, "words": "15 min"},
        {**TIER_2, "percent": 25.0, "words": "30 min"},
        {**TIER_3, "percent": 10.0, "words": "12 min"},
        {**VENDOR, "percent": 37.5, "words": "45 min"},
        {**CLIENT, "percent": 10.0, "words": "12 min"},
        {**NOBODY, "percent": 5.0, "words": "6 min"},
    ]


def _steps() -> list[dict]:
    def step(title: str, subtitle: str, notify: str, wait: str, **more: object) -> dict:
        return {"kind": "TIER", "title": title, "subtitle": subtitle, "notify": notify, "wait": wait, **more}

    return [
        step("Service desk", "8:00-18:00", "Mails the team", "15 min to acknowledge", level=1),
        step("Network and servers", "8:00-18:00", "Mails and calls", "30 min to acknowledge", level=2, current=True),
        step("Engineering", "On call, always", "Calls who is on call", "2 h to respond", level=3),
        step("Microsoft", "Case template M365-A", "Opens a case", "4 h for a first answer", vendor=True, level=None),
        step("Service manager", "Hierarchical escalation", "Calls Dana Ortiz", "", level=3),
    ]


def _calendar(now: datetime) -> dict:
    """A week with a break at noon, a night, a holiday and an own closure."""
    monday = now.date() - timedelta(days=now.weekday())
    thursday, friday = monday + timedelta(days=3), monday + timedelta(days=4)
    split = ["08:00-12:30", "13:15-17:00"]
    hours = {"mon": split, "tue": split, "wed": ["22:00-06:00"], "thu": split, "fri": split, "sat": ["00:00-24:00"]}
    calendar = BusinessCalendar.of(timezone="UTC", hours=hours, closed_dates=[thursday, friday])
    return {"week": week(calendar, monday, {thursday: "Founders' Day"}), "today": monday, "now_x": "40.00"}


def _entries(now: datetime) -> list[dict]:
    def ago(minutes: int) -> datetime:
        return now - timedelta(minutes=minutes)

    return [
        {
            "at": ago(95),
            "kind": "mail",
            "who": "Priya Nair",
            "text": "wrote from Harbour Dental",
            "public": True,
            "body": "None of us can open the file server since this morning.\n\nThe phones work, mail works.",
        },
        {
            "at": ago(80),
            "kind": "chevrons-up",
            "who": "Portal",
            "text": "passed it to Network and servers",
            "why": "not acknowledged within 15 min",
            "next": "They have until 10:45.",
            "public": False,
            "details": ["Policy Standard ladder, version 4, step 1", "Told: network@provider.example"],
        },
        {"at": ago(52), "kind": "check", "who": "Tom Keller", "text": "acknowledged", "public": True},
        {
            "at": ago(31),
            "kind": "lock",
            "who": "Tom Keller",
            "text": "noted",
            "public": False,
            "body": "Disk 3 of the array failed; the controller log is attached. Dell wants the service tag.",
        },
        {
            "at": ago(6),
            "kind": "send",
            "who": "Tom Keller",
            "text": "replied to the client",
            "public": True,
            "body": "We found the failed disk and ordered a spare. You can work again from about 13:30.",
        },
    ]


def _rows(now: datetime) -> list[dict]:
    clocks = _clocks(now)
    held = [
        ("EP-1042", "File server unreachable", CLIENT["name"], 1, "In progress", TIER_2, clocks[3]),
        ("EP-1047", "Outlook asks for the password again and again", "Northgate Legal", 2, "New", TIER_1, clocks[2]),
        (
            "EP-1039",
            "Mail to a domain is rejected",
            "Brook and Sons Accountants",
            2,
            "With vendor",
            VENDOR,
            clocks[5],
        ),
        ("EP-1051", "New starter on Monday", "Harbour Dental", 4, "New", NOBODY, clocks[0]),
        (
            "EP-1020",
            "VPN drops every hour in the Leeds office",
            "Pike Surveyors",
            3,
            "Waiting",
            CLIENT,
            clocks[6],
        ),
        (
            "EP-1018",
            "Backup of a server is two days old",
            "Pike Surveyors",
            3,
            "In progress",
            TIER_3,
            clocks[1],
        ),
    ]
    names = ("key", "subject", "client", "priority", "status", "holder", "clock")
    rows = [dict(zip(names, row, strict=True), url=f"#{row[0]}") for row in held]
    rows[1]["selected"] = rows[2]["open"] = True
    return rows


def _tiles() -> list[dict]:
    return [
        {"label": "Open tickets", "value": "34", "note": "6 more than a week ago", "url": "#tiles"},
        {"label": "Warned", "value": "3", "note": "next in 14 min", "level": "amber"},
        {"label": "Breached", "value": "1", "note": "Network and servers", "level": "red", "url": "#tiles"},
        {"label": "Median time to acknowledge", "value": "7 min", "note": "target 15 min"},
    ]


def _actions() -> list[dict]:
    return [
        {"label": "Escalate…", "url": "#dialog", "name": "chevrons-up", "key": "e", "opens": "example-dialog"},
        {"label": "Acknowledge", "url": "#", "name": "check", "key": "a", "post": True, "primary": True},
    ]


def _filters() -> list[dict]:
    def options(*labels: str) -> list[dict]:
        return [{"value": label.lower(), "label": label, "selected": False} for label in labels]

    return [
        {"name": "client", "label": "Client", "options": options("All", "Harbour Dental", "Northgate Legal")},
        {"name": "tier", "label": "Held by", "options": options("Anyone", "Service desk", "Vendor")},
    ]


def _rail_items() -> list[dict]:
    def item(section: str, title: str, icon: str, count: int | None, current: bool = False) -> dict:
        return {"section": section, "title": title, "url": "#", "icon": icon, "count": count, "current": current}

    return [
        item("Queue", "Next deadline first", "inbox", 34, current=True),
        item("Queue", "Mine", "user", 6),
        item("Queue", "Nobody's", "user-x", 2),
        item("Queue", "With vendors", "truck", 5),
        item("Queue", "Breached", "octagon-alert", 1),
        item("Know", "Clients", "building-2", None),
        item("Know", "Vendors", "truck", None),
        item("Know", "Documents", "book-open", None),
        item("Steer", "Policies", "chevrons-up", None),
        item("Steer", "Reports", "chart-column", None),
    ]


DOCUMENT = """
<h2>When the file server does not answer</h2>
<p>An engineer can start at once. Most such faults are found within the hour.</p>
<h3>What we do first</h3>
<ol><li>Check power and network at your site.</li><li>Look at the server from outside.</li></ol>
<table><thead><tr><th>Step</th><th>Expected within</th></tr></thead>
<tbody><tr><td>Somebody has read it</td><td>15 min</td></tr><tr><td>Work begins</td><td>1 h</td></tr></tbody></table>
<blockquote><p>Outside opening hours only the on-call engineer is called.</p></blockquote>
"""
