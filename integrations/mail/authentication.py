"""Whether our own mail server vouches for the sender that a mail names. Pure. Source: RFC 8601, RFC 7489.

Only what the server under `authserv_id` wrote counts, and only its uppermost header: it takes away any such header that
comes from outside, and puts its own above all others.
"""

import re
from collections.abc import Iterator, Sequence

COMMENT = re.compile(r"\([^()]*\)")
RESULT = re.compile(r"^\s*([a-z0-9-]+)(?:/\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
LONGEST = 4000  # characters of one header
PROPERTY = re.compile(r"(?:^|\s)(header\.(?:from|d|i))\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


def is_authenticated(results: Sequence[str], *, sender: str, senders: int, authserv_id: str) -> bool:
    """Whether the one who is named in `From` is who sent it.

    In: the values of the Authentication-Results headers, the uppermost first. It needs exactly one sender, and DMARC
    passed for its domain; or no DMARC at all and a DKIM signature of the very same domain.
    """
    domain = sender.rpartition("@")[2].lower()
    if not authserv_id or senders != 1 or not domain:
        return False
    ours = next((value for value in results if _server(value) == authserv_id.lower()), "")
    found = list(_verdicts(ours))
    dmarc = [(verdict, facts) for method, verdict, facts in found if method == "dmarc"]
    if any(verdict != "none" for verdict, _ in dmarc):
        return all(verdict == "pass" and facts.get("header.from") == domain for verdict, facts in dmarc)
    return any(method == "dkim" and verdict == "pass" and _signer(facts) == domain for method, verdict, facts in found)


def _server(value: str) -> str:
    """Who says it: the first word, which a version may follow."""
    words = _plain(value).partition(";")[0].split()
    return words[0].lower() if words else ""


def _plain(value: str) -> str:
    """Without comments, in which anybody may write anything, and without quoted words; "" where they do not add up."""
    before, value = "", value[:LONGEST]
    while before != value:
        before, value = value, COMMENT.sub(" ", value)
    value = re.sub(r'=\s*"[^"]*[;\s][^"]*"', "= ", value)
    return "" if set("()") & set(value) or value.count('"') % 2 else value


def _verdicts(value: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each method with its verdict and the properties that it was about."""
    for part in _plain(value).split(";")[1:]:
        if found := RESULT.match(part):
            facts = {name.lower(): said.lower() for name, said in PROPERTY.findall(part)}
            yield found[1].lower(), found[2].lower(), facts


def _signer(facts: dict[str, str]) -> str:
    return facts.get("header.d") or facts.get("header.i", "").rpartition("@")[2]
