"""How many files a ticket takes, and how large they may be; what is said of one that it does not take. Pure."""

from collections.abc import Sequence

MEGABYTE = 1024 * 1024
MOST_AT_ONCE = 10
LARGEST = 25 * MEGABYTE
MOST_OF_A_TICKET = 200 * MEGABYTE
# A request with all that a ticket takes, its words and what the form adds.
LARGEST_REQUEST = MOST_OF_A_TICKET + MEGABYTE
WORDS = "Each may have 25 MB, all of a ticket together 200 MB."
TOO_LARGE = (
    "What you sent has more than 200 MB, the most that all files of a ticket may have together, so nothing of it was "
    "taken. Go back, your text is there still, and choose fewer or smaller files, or write a link to them."
)


def fault(files: Sequence[tuple[str, int]], *, kept: int) -> str:
    """Why files (name, bytes) cannot be added to a ticket that has `kept` bytes of them, with the way out; or ""."""
    if len(files) > MOST_AT_ONCE:
        return f"You chose {len(files)} files; {MOST_AT_ONCE} go with one text. Send the others with another one."
    for name, size in files:
        if not size:
            return f"“{name}” is empty: 0 bytes. Choose it again, or leave it out."
        if size > LARGEST:
            return f"“{name}” has {megabytes(size)}; 25 MB is the most. Make it smaller, or write a link to it."
    if kept + sum(size for _, size in files) > MOST_OF_A_TICKET:
        return _too_many(files, kept)
    return ""


def _too_many(files: Sequence[tuple[str, int]], kept: int) -> str:
    names = ", ".join(f"“{name}” ({megabytes(size)})" for name, size in files)
    left = megabytes(max(MOST_OF_A_TICKET - kept, 0))
    return f"The ticket has room for {left} more, 200 MB in all. Leave some out, or write a link to them: {names}."


def megabytes(size: int) -> str:
    """A size as people say it, in megabytes with one digit after the point, rounded up so that no limit looks kept."""
    tenths = -(-size * 10 // MEGABYTE)
    return f"{tenths // 10}.{tenths % 10} MB"
