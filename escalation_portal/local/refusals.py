"""Why a command cannot go on, in one sentence for a person, with the exit code that goes with it."""

import errno

REASONS = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk quota is used up",
    errno.EROFS: "The disk is read-only",
    errno.EACCES: "This user may not write there",
    errno.EPERM: "This user may not do that",
}


class Refusal(Exception):
    """Carries the sentence to print and the exit code: 1 could not be done, 2 wrong use."""

    def __init__(self, sentence: str, *, exit_code: int = 1) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def sentence_for(error: OSError) -> str:
    """What the operating system refused, and where, without a traceback."""
    reason = REASONS.get(error.errno or 0, error.strerror or str(error))
    return f"{reason}: {error.filename}" if error.filename else f"{reason}."
