"""Regular expressions that people write: refused when they are written, with the position of what is wrong."""

import re

import re2

# What is one sign to an expression: a quotation, an escape, a class, a parenthesis.
_SIGNS = re.compile(
    r"\\Q.*?(?:\\E|\Z) | \\. | \[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\] | (?P<opens>\() | (?P<closes>\))",
    re.VERBOSE | re.DOTALL,
)
_LACKING = {"missing )": "missing ) to the (", "missing ]": "missing ] to the ["}


def expression(written: str) -> str:
    """`written`, which re2 takes. Raises ValueError with the position of what it does not."""
    if fault := _fault(written):
        problem, part = fault
        at = _place(written, problem, part)
        rest = written[at:] if part in ("", written) else part
        said = _LACKING.get(problem, problem)
        raise ValueError(f"not a regular expression: {said} at position {at + 1}: {rest}")
    return written


def _fault(written: str) -> tuple[str, str] | None:
    """What re2 says against an expression: its problem, and the part that it is about, "" where it names none."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(written, options)
    except re2.error as error:
        said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
        problem, _, part = said.partition(": ")
        return problem, part
    return None


def _place(written: str, problem: str, part: str) -> int:
    """Where that problem is, counted from 0; of a part that stands there several times, the one that is wrong."""
    if problem in ("missing )", "unexpected )"):
        return _unmatched(written)
    if not part:
        return max(len(written) - 1, 0)
    starts = [match.start() for match in re.finditer(f"(?={re.escape(part)})", written)] or [0]
    return next((at for at in starts if _fault(written[: at + len(part)]) == (problem, part)), starts[0])


def _unmatched(written: str) -> int:
    """The first parenthesis that closes nothing, or else the last that is not closed."""
    opened: list[int] = []
    for sign in _SIGNS.finditer(written):
        if sign["opens"]:
            opened.append(sign.start())
        elif sign["closes"]:
            if not opened:
                return sign.start()
            opened.pop()
    return opened[-1] if opened else 0
