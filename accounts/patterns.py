"""Regular expressions that people write: refused when they are written, with the position of what is wrong."""

import re2


def expression(written: str) -> str:
    """`written`, which re2 takes. Raises ValueError with the position of what it does not."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(written, options)
    except re2.error as error:
        raise ValueError(_complaint(written, error)) from None
    return written


def _complaint(written: str, error: re2.error) -> str:
    said = error.args[0].decode() if isinstance(error.args[0], bytes) else str(error.args[0])
    problem, _, part = said.partition(": ")
    position = max(written.find(part), 0) + 1
    return f"not a regular expression: {problem} at position {position}: {part or written}"
