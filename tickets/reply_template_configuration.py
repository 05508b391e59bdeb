"""Reply templates as configuration."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from accounts.configuration import Entry, Run
from accounts.schema import Name, Row, Upper
from tickets.models import ReplyTemplate
from tickets.placeholders import KNOWN, fault
from tickets.reply_templates import LONGEST, LONGEST_NAME
from tiers.models import Team

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
ShortName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
KEYS = ("name", "use", "team", "order", "text")


class ReplyTemplateRow(Row):
    """Words kept ready; known by name, use and team. Without a team it is everybody's."""

    name: ShortName
    use: Annotated[Literal["REPLY", "NOTE", "ESCALATION", "TRIED", "WAIT", "RESOLUTION"], Upper]
    team: Name = None
    order: Annotated[int, Field(ge=0, le=999, description="Lower stands first; the first nine have a key")] = None
    text: Annotated[Words, Field(description=f"With placeholders: {', '.join(f'{{{name}}}' for name in KNOWN)}")] = None


def import_reply_templates(entries: Sequence[Entry[ReplyTemplateRow]], run: Run) -> None:
    for entry in entries:
        with run.importing(entry):
            _import_template(entry, run)


def _import_template(entry: Entry[ReplyTemplateRow], run: Run) -> None:
    team = run.find(Team, entry.row.team, entry, "team") if entry.row.team else None
    if entry.gives("text") and (wrong := fault(entry.row.text)):
        run.refuse(entry, wrong, "text")
    run.checked()
    known = {"name": entry.row.name, "use": entry.row.use, "team": team}
    row = ReplyTemplate.objects.filter(**known).first() or ReplyTemplate(**known)
    run.needs(entry, row, "text")
    run.checked()
    run.record(row, run.settle(row, entry.values("order", "text")))


def export_reply_templates() -> list[dict[str, Any]]:
    """All of them, as the pages order them."""
    rows = ReplyTemplate.objects.select_related("team").order_by("use", "order", "name", "team__name")
    return [_exported(row) for row in rows]


def _exported(row: ReplyTemplate) -> dict[str, Any]:
    form = {
        "name": row.name, "use": row.use, "team": row.team.name if row.team else None, "order": row.order or None,
        "text": row.text,
    }  # fmt: skip
    return {key: form[key] for key in KEYS if form[key] is not None}
