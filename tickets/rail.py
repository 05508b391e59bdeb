"""The queue's part of the rail: its views, those that the reader has pinned, and all views."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from tickets.standing import COUNTED_TO, VIEWS, Standing

Item = Mapping[str, Any]


def items(standing: Standing, viewed: str | None) -> list[dict[str, Any]]:
    """The views with their counts; `viewed` are the filters of the list that is shown, None where none is.

    A saved view whose filters cannot be read has no count and is marked as `mending`.
    """
    own = [_item(f"view-{i}", v.title, v.query, v.icon, standing) for i, v in enumerate(VIEWS)]
    saved = [_item(f"saved-{v.id}", v.name, v.query, "filter", standing) for v in standing.pinned]
    current = next((item for item in [*own, *saved] if item["query"] == viewed), None)
    return [{**item, "current": item is current} for item in [*own, *saved]]


def _item(id_: str, title: str, query: str, icon: str, standing: Standing) -> Item:
    count, queue = standing.counts.get(query), reverse("queue")
    return {
        "id": id_,
        "query": query,
        "title": title,
        "url": f"{queue}?{query}" if query else queue,
        "icon": "triangle-alert" if count is None else icon,
        "count": counted(count),
        "mending": count is None,
        "hint": "Needs mending" if count is None else "",
    }


def counted(count: int | None) -> str:
    """A count as the rail shows it: no further than it was counted."""
    if count is None:
        return ""
    return f"{COUNTED_TO - 1}+" if count >= COUNTED_TO else str(count)
