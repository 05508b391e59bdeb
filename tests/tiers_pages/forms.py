"""What a browser would send: the fields of a form on a page, with what is written and ticked in them."""

from html.parser import HTMLParser
from typing import Any


class _Reader(HTMLParser):
    """Collects the fields of the form with the id `wanted`, and the values of its buttons."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.inside = wanted, False
        self.fields: dict[str, list[str]] = {}
        self.buttons: list[tuple[str, str]] = []
        self._select = self._area = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        had = dict(attributes)
        if tag == "form":
            self.inside = had.get("id") == self.wanted
        elif self.inside:
            self._field(tag, had, had.get("name") or "")

    def _field(self, tag: str, had: dict[str, Any], name: str) -> None:
        if tag == "input" and name and (had.get("type") != "checkbox" or "checked" in had):
            self.fields.setdefault(name, []).append(had.get("value") or "")
        elif tag == "button" and name:
            self.buttons.append((name, had.get("value") or ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in had:
            self.fields.setdefault(self._select, []).append(had.get("value") or "")
        elif tag == "textarea":
            self._area, self._text = name, []

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area:
            self.fields.setdefault(self._area, []).append("".join(self._text))
            self._area = ""


def form_on(answer: Any, wanted: str = "editor") -> _Reader:
    """The form with this id on an answered page: its `fields` and `buttons`."""
    reader = _Reader(wanted)
    reader.feed(answer.content.decode())
    assert reader.fields, f"no form {wanted} on the page"
    return reader
