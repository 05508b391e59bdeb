"""What a vendor's words are: an answer, a question to us, or that it holds the case for done; and its own number. Pure.

Only what the vendor wrote itself is read, not what it quotes. In doubt it is an answer: a person reads it in any case,
and all three pass the ball to us.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import re2

from tickets.side.quoting import parted

ANSWER, QUESTION, CLOSING = "ANSWER", "QUESTION", "CLOSING"
LONGEST = 20_000  # characters of a mail that are read for this
LONGEST_NUMBER = 80
EXCERPT = 120

SIGNATURE = re.compile(r"^-- ?$")
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n|\n\s*[-*•]\s+")
ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+")

# What stands in every vendor's mail and asks nothing: surveys, offers of help, boilerplate.
COURTESY = re.compile(
    r"\b(?:(?:any|more|further|other|additional) questions?|questions\?|how (?:did we do|are we doing|was your)"
    r"|how would you rate|(?:was|is) this (?:e-?mail |answer |reply |article )?helpful|did (?:this|we) (?:help|solve)"
    r"|anything else|how can (?:we|i) help|need (?:more )?help|why (?:did i|am i) (?:get|receive|getting|receiving)"
    r"|(?:do not|don't) hesitate|feel free to|(?:noch|weitere) fragen|fragen\?|wie zufrieden|waren sie zufrieden"
    r"|war (?:diese|unsere) (?:antwort|mail|nachricht) hilfreich|brauchen sie (?:weitere )?hilfe|zögern sie nicht"
    r"|do not reply to this|nicht auf diese)\b|^\W*(?:fragen|questions)\?",
    re.IGNORECASE,
)
REQUEST = re.compile(
    r"\b(?:(?:please|kindly)\s+(?:\w+\s+){0,2}?(?:send|provide|share|confirm|upload|attach|reply|respond|advise|supply"
    r"|tell|let (?:us|me) know|answer|run|collect|check|specify|describe|forward|update us|give)"
    r"|(?:can|could|would|will) you\b|(?:we|i) (?:still |also |will |would )?(?:need|require|are missing)"
    r"|(?:awaiting|waiting for|pending) your (?:reply|response|answer|feedback|input)"
    r"|(?:is|are) (?:still )?(?:needed|required|missing) (?:from you|to proceed|in order)"
    r"|bitte\s+(?:\w+\s+){0,6}?(?:senden|schicken|teilen|bestätigen|laden|antworten|prüfen|nennen|geben|übermitteln"
    r"|liefern|beschreiben|reichen|ergänzen|führen)|(?:können|könnten|würden) sie\b"
    r"|(?:wir|ich) (?:benötige|brauche)n?\b|(?:benötige|brauche)n? (?:wir|ich)\b"
    r"|(?:wir )?warten (?:wir )?(?:noch )?auf ihre (?:antwort|rückmeldung)|um ihre rückmeldung)",
    re.IGNORECASE,
)
_THING = (
    r"(?:case|ticket|incident|request|issue|problem|call|matter|fall|vorgang|anfrage|störung|meldung|anliegen|fehler)"
)
DONE = re.compile(
    rf"(?:\b(?:we|i)(?:\s+(?:have|had|are|will|am)|['’](?:ve|re|ll|m))?\s+(?:now\s+|just\s+|therefore\s+|hereby\s+)*"
    rf"(?:be\s+)?(?:closed?|closing|resolved?|resolving|solved?|solving|archived|archiving)\b"
    rf"|\b{_THING}\b[^.!?\n]{{0,80}}?\b(?:has been|have been|was|were|is|are|can be|will be|being)\s+(?:now\s+"
    rf"|since\s+|already\s+|successfully\s+|automatically\s+|marked as\s+|considered\s+|set to\s+)*"
    rf"(?:closed|resolved|solved|fixed|completed|archived)\b"
    rf"|\b(?:may|can|shall|should) (?:we|i) (?:now )?close\b"
    rf"|\b(?:status|state)\s*(?:is|:|changed to|set to|was set to|=)\s*[\"“']?(?:closed|resolved|solved|completed"
    rf"|geschlossen|gelöst|erledigt|abgeschlossen)\b"
    rf"|\bmarked (?:as )?(?:closed|resolved|solved)\b"
    rf"|\b{_THING}\b[^.!?\n]{{0,80}}?\b(?:geschlossen|gelöst|behoben|erledigt|abgeschlossen)\b"
    rf"|\b(?:haben|habe|wurde|wurden|ist|sind)\b[^.!?\n]{{0,80}}?\b(?:behoben|gelöst|geschlossen|abgeschlossen)\b"
    rf"|\b(?:schließen|schliessen) (?:wir|sie)\b|\bwir (?:schließen|schliessen)\b"
    rf"|\b(?:können|dürfen) wir\b[^.!?\n]{{0,60}}?\bschlie(?:ß|ss)en\b)",
    re.IGNORECASE,
)
# "Not" or "if" before it, or "once" anywhere beside it: nothing is done yet.
NOT_DONE = re.compile(
    r"\b(?:not|n['’]t|never|cannot|if|whether|when|before|after|to be|nicht|nie|ob|wenn|falls|bevor|keine?)\b",
    re.IGNORECASE,
)
NOT_YET = re.compile(r"\b(?:until|once|unless|as soon as|sobald|sofern|bis)\b", re.IGNORECASE)
ASKS_TO_CLOSE = re.compile(
    r"\b(?:(?:may|can|shall|should) (?:we|i) (?:now )?close"
    r"|(?:können|dürfen) wir\b[^.!?\n]{0,60}?\bschlie(?:ß|ss)en)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the kind of a message, the vendor's number, "" for none, and the words that decided."""

    kind: str
    number: str
    because: str


def read(text: str, *, subject: str = "", pattern: str = "", ours: str = "") -> Reading:
    """What a vendor's mail is.

    In: `pattern`, what the vendor's numbers look like, "" where nobody has said; `ours`, the subject under which we
    wrote, in which no number is looked for.
    """
    own = own_words(text)
    kind, because = _kind(own)
    return Reading(kind, number_in(subject.replace(ours, " ") if ours else subject, own, pattern=pattern), because)


def number_in(*texts: str, pattern: str) -> str:
    """The vendor's own number in the first of these texts that has one: the pattern's first group, or all of it."""
    if not pattern:
        return ""
    for text in texts:
        if found := re2.search(pattern, text[:LONGEST]):
            number = " ".join((found.group(1) if found.re.groups and found.group(1) else found.group(0)).split())
            return number if len(number) <= LONGEST_NUMBER else ""
    return ""


def own_words(text: str) -> str:
    """What was written here, without what it quotes and without a signature."""
    said = parted(text[:LONGEST])[0]
    lines = said.splitlines()
    ends = next((n for n, line in enumerate(lines) if n and SIGNATURE.match(line)), len(lines))
    return "\n".join(line for line in lines[:ends] if not line.lstrip().startswith(">")).strip()


def _kind(own: str) -> tuple[str, str]:
    sentences = list(_sentences(own))
    if done := next((said for said in sentences if _holds_for_done(said)), ""):
        return CLOSING, _short(done)
    if asked := next((said for said in sentences if _asks(said)), ""):
        return QUESTION, _short(asked)
    return ANSWER, ""


def _sentences(own: str) -> Iterator[str]:
    for part in SENTENCE.split(ADDRESS.sub(" ", own)):
        if said := " ".join(part.split()):
            yield said


def _holds_for_done(said: str) -> bool:
    if ASKS_TO_CLOSE.search(said):
        return True
    found = DONE.search(said)
    doubted = said.endswith("?") or NOT_YET.search(said)
    return bool(found and not doubted and not NOT_DONE.search(said[: found.end()]))


def _asks(said: str) -> bool:
    if COURTESY.search(said):
        return False
    return said.endswith("?") or bool(REQUEST.search(said))


def _short(said: str) -> str:
    return said if len(said) <= EXCERPT else f"{said[: EXCERPT - 2].rstrip()} …"
