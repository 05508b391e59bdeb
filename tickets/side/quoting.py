"""What somebody wrote in a mail, told from what their program quoted beneath it. Pure, and linear in the text's length.

Nothing is thrown away: the whole text is kept, this only says where it may be cut for reading. In doubt it is not cut:
answers that stand between quoted lines or beneath them stay whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# "On Mon, 2 Mar 2026, Dana wrote:" as programs say it in some languages, on one line or on two.
WROTE = re.compile(
    r"^(?:On|Am|Le|El|Op|Il|Den|Em)\b.{0,300}(?:wrote|schrieb.{0,120}|a écrit|escribió|schreef.{0,120}|ha scritto|skrev"
    r".{0,120}|escreveu)\s*:\s*$",
    re.IGNORECASE,
)
OPENS = re.compile(r"^(?:On|Am|Le|El|Op|Il|Den|Em)\b.{4,}", re.IGNORECASE)
RULED = re.compile(
    r"^\s*-{2,}\s*(?:Original Message|Original-Nachricht|Ursprüngliche Nachricht|Message d'origine|Forwarded message)"
    r"\s*-{2,}\s*$",
    re.IGNORECASE,
)
FROM = re.compile(r"^\s*\*?(?:From|Von|De|Van|Da)\s*:\*?\s*\S", re.IGNORECASE)
SENT = re.compile(r"^\s*\*?(?:Sent|Date|Gesendet|Datum|Envoyé|Enviado|Verzonden|Inviato)\s*:\*?\s*\S", re.IGNORECASE)
LINE = re.compile(r"^_{10,}\s*$")
WITHIN = 3  # lines after "From:" within which "Sent:" must stand


@dataclass(frozen=True, slots=True)
class _Mail:
    """The lines of a text, with where the last quoted and the last written one stand; -1 where there is none."""

    lines: Sequence[str]
    last_quoted: int
    last_written: int


def parted(text: str) -> tuple[str, str]:
    """What was said, and what was quoted beneath it: "" where nothing is, or where it cannot be told apart."""
    lines = text.splitlines()
    written = {n: not line.lstrip().startswith(">") for n, line in enumerate(lines) if line.strip()}
    mail = _Mail(
        lines,
        max((n for n, own in written.items() if not own), default=-1),
        max((n for n, own in written.items() if own), default=-1),
    )
    for number in range(len(lines)):
        if _quotes_from(mail, number):
            said = "\n".join(lines[:number]).rstrip()
            return (said, "\n".join(lines[number:]).strip()) if said.strip() else (text, "")
    return text, ""


def _quotes_from(mail: _Mail, number: int) -> bool:
    """Whether from this line on there is nothing but an earlier mail."""
    line = mail.lines[number]
    if RULED.match(line) or _is_header_block(mail.lines, number):
        return True
    if LINE.match(line):
        return _is_header_block(mail.lines, _next_written(mail.lines, number + 1))
    if line.lstrip().startswith(">"):
        return mail.last_written < number
    if introduced := _introduction(mail.lines, number):
        return mail.last_written < number + introduced or mail.last_quoted < number
    return False


def _introduction(lines: Sequence[str], number: int) -> int:
    """Over how many lines an introduction such as "On …, … wrote:" goes from here, 0 where there is none."""
    if WROTE.match(lines[number][:700]):
        return 1
    following = lines[number + 1] if number + 1 < len(lines) else ""
    wrapped = OPENS.match(lines[number][:350]) and WROTE.match(f"{lines[number][:350]} {following[:350]}")
    return 2 if wrapped else 0


def _is_header_block(lines: Sequence[str], number: int) -> bool:
    """ "From: …" with "Sent: …" close beneath it, as Outlook quotes."""
    if number >= len(lines) or not FROM.match(lines[number]):
        return False
    return any(SENT.match(line) for line in lines[number + 1 : number + 1 + WITHIN])


def _next_written(lines: Sequence[str], number: int) -> int:
    """The first line from here on that is not empty, within a few."""
    return next((n for n in range(number, min(number + WITHIN, len(lines))) if lines[n].strip()), len(lines))
