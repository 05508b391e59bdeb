"""Packs: what vendors need, want and promise, the built-in ones read from the YAML files of this folder.

Each is a configuration file of its own, so `import_config vendors/packs/NAME.yaml` takes it as well. Somebody's own is
read in the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from accounts.schema import Row
from accounts.schema_problems import problems_of
from accounts.yaml_source import BadYaml, Source, read
from sla.configuration import CalendarRow
from vendors.schema import VendorRow

FOLDER = Path(__file__).parent


class PackForm(Row):
    """What a pack may bring: one vendor, and the calendars that its promises are counted on."""

    calendars: list[CalendarRow] = []
    vendors: list[VendorRow]


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack. `remark` is what stands above it in its file: what is known, and what the provider must fill in."""

    slug: str
    remark: tuple[str, ...]
    source: Source
    form: PackForm

    @property
    def vendor(self) -> dict[str, Any]:
        """Its vendor, in the form of the configuration."""
        return self.form.vendors[0].given()

    @property
    def is_generic(self) -> bool:
        """Whether it stands for any vendor of a kind, so that it is taken under another name."""
        return not self.form.vendors[0].website


@cache
def packs() -> Mapping[str, Pack]:
    """Every pack by its slug, in the order of their vendors' names. Raises BadYaml for one that is no pack."""
    found = [_pack(path) for path in FOLDER.glob("*.yaml")]
    return {pack.slug: pack for pack in sorted(found, key=lambda pack: (pack.is_generic, pack.vendor["name"]))}


def file_of(slug: str) -> Path:
    """Where the built-in pack of this slug is written."""
    return FOLDER / f"{slug}.yaml"


def _pack(path: Path) -> Pack:
    return pack_of(path.name, path.read_bytes(), slug=path.stem)


def pack_of(name: str, content: bytes, *, slug: str = "") -> Pack:
    """The pack in a file called `name`. Raises BadYaml, which is told by line, for one that is no pack."""
    source = read(name, content)
    try:
        form = PackForm.model_validate(source.value)
    except ValidationError as error:
        raise BadYaml(problems_of(error, source=source, schema=PackForm)) from None
    if len(form.vendors) != 1:
        raise BadYaml([source.problem(("vendors",), "a pack describes exactly one vendor")])
    if not form.vendors[0].services:
        raise BadYaml([source.problem(("vendors", 0), "a pack describes a service of its vendor")])
    if form.vendors[0].accounts:
        raise BadYaml([source.problem(("vendors", 0, "accounts"), "accounts of clients do not belong into a pack")])
    return Pack(slug, remark_of(content.decode("utf-8-sig")), source, form)


def remark_of(text: str) -> tuple[str, ...]:
    """The paragraphs of the comment with which a file begins."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.lstrip("#").strip())
    paragraphs = "\n".join(lines).split("\n\n")
    return tuple(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())
