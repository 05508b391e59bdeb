"""The name under which a file is kept and downloaded, whatever it was called where it came from. Pure."""

import re
import unicodedata

LONGEST = 120
UNNAMED = "file"


def clean_name(given: str) -> str:
    """The last part of a path, without signs that mean something to a shell, a header, a page or a file system.

    Letters of any language stay; the ending is kept when the rest is cut to 120 characters.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    kept = "".join(sign if _is_plain(sign) else " " for sign in last)
    name = " ".join(kept.split()).strip(". ")
    stem, dot, ending = name.rpartition(".")
    if not dot or not stem or len(ending) > 12:
        stem, dot, ending = name, "", ""
    return f"{stem[: LONGEST - len(dot) - len(ending)].strip()}{dot}{ending}" or UNNAMED


def _is_plain(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LNM" or sign in " .-_()+,&@"
