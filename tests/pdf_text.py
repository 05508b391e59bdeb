"""What a PDF says: enough of its form to read files whose texts are glyphs with a map to Unicode.

Source: ISO 32000-1, 7.3.4.2 (strings), 9.4.3 (showing text), 9.10.3 (ToUnicode).
"""

import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.S)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
# Parentheses stand in a string as they are where they balance, here up to three deep.
PLAIN = rb"\\.|[^\\()]"
INNER = rb"\((?:" + PLAIN + rb")*\)"
STRING = rb"\((?:" + PLAIN + rb"|\((?:" + PLAIN + rb"|" + INNER + rb")*\))*\)"
# A font is chosen, or a string is shown; a text object ends a run.
SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|(" + STRING + rb")|<([0-9A-Fa-f]+)>(?=[^>]*T[jJ])|(ET)", re.S)


def objects(file: bytes) -> dict[int, bytes]:
    return {int(number): body for number, body in OBJECT.findall(file)}


def stream(body: bytes) -> bytes:
    head, _, rest = body.partition(b"stream")
    raw = rest.lstrip(b"\r").removeprefix(b"\n").removesuffix(b"endstream")
    return zlib.decompressobj().decompress(raw) if b"FlateDecode" in head else raw


def pages(file: bytes) -> list[str]:
    """The text of each page, a run of glyphs after the other."""
    known = objects(file)
    found = [body for body in known.values() if re.search(rb"/Type/Page\b", body)]
    return [_text(body, known) for body in found]


def text(file: bytes) -> str:
    """The text of the whole file with single blanks."""
    return re.sub(r"\s+", " ", " ".join(pages(file)))


def _text(page: bytes, known: dict[int, bytes]) -> str:
    fonts = {
        name: _letters(int(ref), known) for name, ref in re.findall(rb"/(f\d+) (\d+) 0 R", _resources(page, known))
    }
    content = stream(known[int(re.search(rb"/Contents (\d+) 0 R", page)[1])])
    said, letters = [], {}
    for font, literal, written, ends in SHOWN.findall(content):
        if font:
            letters = fonts[font]
        elif ends:
            said, letters = [*said, " "], {}
        elif letters:  # a string outside of a text object is no text
            codes = bytes.fromhex(written.decode()) if written else _unescaped(literal[1:-1])
            said += [letters[codes[i : i + 2]] for i in range(0, len(codes), 2)]
    return "".join(said)


def _resources(page: bytes, known: dict[int, bytes]) -> bytes:
    """The page's dictionary with those that it refers to for its resources."""
    refs = re.findall(rb"/(?:Resources|Font) ?(\d+) 0 R", page)
    inner = b"".join(known[int(ref)] for ref in refs)
    return page + inner + b"".join(known[int(ref)] for ref in re.findall(rb"/Font ?(\d+) 0 R", inner))


def _letters(font: int, known: dict[int, bytes]) -> dict[bytes, str]:
    """What each glyph of a font stands for."""
    table = stream(known[int(re.search(rb"/ToUnicode (\d+) 0 R", known[font])[1])])
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", table)
    return {bytes.fromhex(glyph.decode()): bytes.fromhex(said.decode()).decode("utf-16-be") for glyph, said in pairs}


def _unescaped(literal: bytes) -> bytes:
    def plain(match: re.Match[bytes]) -> bytes:
        digits = match[1]
        return bytes([int(digits, 8)]) if digits.isdigit() else ESCAPES.get(digits, digits)

    return re.sub(rb"\\([0-7]{1,3}|.)", plain, literal, flags=re.S)
