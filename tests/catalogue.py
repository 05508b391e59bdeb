"""The messages of the clients' pages, found in the sources, and the catalogues made of them.

`python tests/catalogue.py` writes what is new into every `locale/*/LC_MESSAGES/django.po`, and compiles it.
"""

import ast
import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
# Where the sentences of the clients' pages and of mails to their people are written.
MODULES = (
    "documents/guide/*.py", "documents/forms.py", "documents/generated/sources.py", "portal/*.py", "tickets/*.py",
    "tickets/cases/*.py",
)  # fmt: skip
TEMPLATES = (
    "portal/*.html", "documents/client_*.html", "documents/body.html", "base_client.html",
    "components/theme_toggle.html", "components/toast.html",
)  # fmt: skip
SAYING = {"say", "message", "many", "plural", "template"}
_TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
IN_TEMPLATE = re.compile(rf"\b(?:(pgettext)\(\s*{_TEXT}\s*,|(?:gettext|_)\()\s*{_TEXT}")
Found = tuple[str | tuple[str, str], str | None]


def messages() -> dict[Found, None]:
    """Every message, each once: it, or it and its plural, and its context."""
    found = [m for pattern in MODULES for path in sorted(ROOT.glob(pattern)) for m in of_module(path.read_text())]
    pages = [path for pattern in TEMPLATES for path in sorted((ROOT / "templates").glob(pattern))]
    found += [m for path in pages for m in of_template(path.read_text())]
    return dict.fromkeys(found)


def of_module(source: str) -> Iterator[Found]:
    """What is handed to `say`, `message`, `many` and `plural` as it stands there."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and _name(node.func) in SAYING:
            texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if texts and _name(node.func) in ("many", "plural"):
                yield (texts[0], texts[1]), None
            elif texts:
                yield texts[0], None


def of_template(source: str) -> Iterator[Found]:
    for context, about, text in re.findall(IN_TEMPLATE, templatize(source)):
        yield ast.literal_eval(text), ast.literal_eval(about) if context else None


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def folders() -> list[Path]:
    return sorted(ROOT.glob("locale/*/LC_MESSAGES"))


def read(folder: Path) -> Catalog:
    with (folder / "django.po").open("rb") as file:
        return read_po(file, locale=folder.parent.name)


def strings(message: Message) -> tuple[str, ...]:
    """What a message is in the catalogue's language, in each of its numbers."""
    return message.string if isinstance(message.string, tuple) else (message.string,)


def compiled(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def renew(folder: Path) -> None:
    """Add what is new, drop what nothing says any more, and compile."""
    catalogue, known = read(folder), messages()
    wanted = {(found[0][0] if isinstance(found[0], tuple) else found[0], found[1]) for found in known}
    for old in [m for m in catalogue if m.id]:
        one = old.id[0] if isinstance(old.id, tuple) else old.id
        if (one, old.context) not in wanted:
            catalogue.delete(old.id, old.context)
    for text, context in known:
        if catalogue.get(text if isinstance(text, str) else text[0], context) is None:
            catalogue.add(text, context=context)
    with (folder / "django.po").open("wb") as file:
        write_po(file, catalogue, width=110, omit_header=False, sort_output=False)
    (folder / "django.mo").write_bytes(compiled(catalogue))


if __name__ == "__main__":
    for each in folders():
        renew(each)
