"""Which sections of a document differ from those of its version before, for the note of the new one. Pure."""

BEGINNING = "its beginning"


def changed_sections(before: str, after: str) -> list[str]:
    """The titles of the sections that are new, gone or say something else, in the order of the text."""
    old, new = _sections(before), _sections(after)
    titles = dict.fromkeys([*new, *old])
    return [title for title in titles if old.get(title) != new.get(title)]


def _sections(text: str) -> dict[str, str]:
    """What stands below each heading of the first level; sections of the same title are one."""
    found: dict[str, list[str]] = {}
    title, verbatim = BEGINNING, ""
    for line in text.splitlines():
        verbatim = _within(line, verbatim)
        if line.startswith("# ") and not verbatim:
            title = line.removeprefix("# ").replace("\\", "")
        found.setdefault(title, []).append(line)
    return {title: "\n".join(lines).strip() for title, lines in found.items()}


def _within(line: str, fence: str) -> str:
    """The fence of the block that is shown letter by letter and that this line is in; "" outside of one."""
    if fence:
        return "" if line == fence else fence
    return line[: len(line) - len(line.lstrip("`"))] if line.startswith("```") else ""
