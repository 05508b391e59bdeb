"""How many files go with a text, how large they may be, and what is said of one that cannot go with it."""

import pytest

from tickets.file_limits import LARGEST, MEGABYTE, MOST_AT_ONCE, MOST_OF_A_TICKET, fault, megabytes


@pytest.mark.parametrize(
    ("files", "kept"),
    [
        ([], 0),
        ([("a.txt", 1)], 0),
        ([("a.iso", LARGEST)], 0),
        ([("a.txt", 1)] * MOST_AT_ONCE, 0),
        ([("a.txt", 1)], MOST_OF_A_TICKET - 1),
    ],
    ids=["none", "smallest", "largest", "as many as go", "the last byte of the ticket"],
)
def test_what_keeps_the_limits_is_taken(files, kept):
    assert fault(files, kept=kept) == ""


@pytest.mark.parametrize(
    ("files", "kept", "words"),
    [
        ([("dump.zip", 30 * MEGABYTE)], 0, ("“dump.zip”", "30.0 MB", "25 MB is the most", "write a link")),
        ([("ok.txt", 1), ("empty.log", 0)], 0, ("“empty.log”", "0 bytes", "leave it out")),
        ([("a.txt", 1)] * (MOST_AT_ONCE + 1), 0, ("11 files", "10 go with one text", "another one")),
        ([("last.iso", LARGEST)], MOST_OF_A_TICKET - MEGABYTE, ("“last.iso” (25.0 MB)", "room for 1.0 MB", "200 MB")),
        ([("a.txt", LARGEST + 1)], 0, ("25.1 MB",)),
    ],
    ids=["too large", "empty", "an eleventh", "full", "one byte too many"],
)
def test_what_breaks_a_limit_is_named_with_its_size_and_a_way_out(files, kept, words):
    said = fault(files, kept=kept)
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0.0 MB"), (1, "0.1 MB"), (MEGABYTE, "1.0 MB"), (MEGABYTE + 1, "1.1 MB")]
)
def test_a_size_is_rounded_up(size, words):
    assert megabytes(size) == words
