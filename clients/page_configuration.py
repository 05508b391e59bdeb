"""What is written for a client's page as configuration: the key `page` of a client."""

from typing import Any, Literal

from accounts.configuration import Change, Entry, Run
from accounts.schema import Row, text
from clients.models import Client, PageWords
from clients.page_words import LONGEST_INTRO, LONGEST_TEXT, LONGEST_TITLE, check_words
from sla.editing import changed_keys


class ScenarioRow(Row):
    """An example in plain words: what happens, and what is done then."""

    title: text(LONGEST_TITLE, shortest=1)
    text: text(LONGEST_TEXT, shortest=1)


class PageRow(Row):
    """Opening words, examples in their order, and which generated examples are hidden."""

    intro: text(LONGEST_INTRO) = None
    scenarios: list[ScenarioRow] = None
    hidden: list[Literal["server", "vendor", "question"]] = None


def settle_page(entry: Entry[Any], client: Client, change: Change, run: Run) -> None:
    """Publish the words of the page, unless the live ones say the same."""
    document = {key: value for key, value in entry.row.page.given().items() if value}
    problems = check_words(document)
    for path, message in problems:
        run.refuse(entry, message, "page", *path)
    live = PageWords.live(client)
    before = live.document if live else {}
    if not problems and changed_keys(before, document):
        change.note("page", before, document)
        PageWords.publish(client, document, author=None, note=entry.note, now=run.now)


def page_form(client: Client) -> dict[str, Any]:
    """The live words as they are written in a file; empty where nothing was written."""
    live = PageWords.live(client)
    order = ("intro", "scenarios", "hidden")
    return {key: live.document[key] for key in order if live.document.get(key)} if live else {}
