"""What somebody wrote, told from what the program quoted beneath it."""

import time

import pytest

from tickets.side.quoting import parted

OUTLOOK = (
    "Done.\n\n________________________________\nFrom: Desk <d@x>\nSent: Monday\nTo: V\nSubject: Disk\n\nIs it done?"
)


@pytest.mark.parametrize(
    "text, said",
    [
        ("It works.", "It works."),
        ("It works.\n\n> Does it?\n> Really?", "It works."),
        ("It works.\n\nOn Mon, 2 Mar 2026 at 09:00, Desk <d@x> wrote:\n> Does it?", "It works."),
        ("It works.\n\nOn Mon, 2 Mar 2026 at 09:00, Desk\n<d@x> wrote:\n\n> Does it?", "It works."),
        ("It works.\n\nOn Mon, 2 Mar 2026, Desk wrote:\n\nDoes it?", "It works."),
        ("Läuft.\n\nAm 02.03.2026 um 09:00 schrieb Desk <d@x>:\n> Läuft es?", "Läuft."),
        ("Ça marche.\n\nLe lun. 2 mars 2026, Desk <d@x> a écrit :\n> Alors ?", "Ça marche."),
        ("Vale.\n\nEl lun, 2 mar 2026, Desk escribió:\n> ¿Y?", "Vale."),
        ("Yes.\n\n-----Original Message-----\nFrom: Desk\nAre you there?", "Yes."),
        ("Ja.\n\n-----Ursprüngliche Nachricht-----\nVon: Desk", "Ja."),
        ("Done.\n\nFrom: Desk <d@x>\nSent: Monday\nTo: V\n\nIs it?", "Done."),
        ("Fertig.\n\nVon: Desk <d@x>\nGesendet: Montag\n\nIst es?", "Fertig."),
        (OUTLOOK, "Done."),
    ],
)
def test_what_is_quoted_beneath_is_cut(text, said):
    assert parted(text)[0] == said
    assert parted(text)[1] in text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "> Is it done?\nYes, it is.",
        "> Is it done?\nYes.\n> And the other?\nNo.",
        "On Mon, Desk wrote:\n> Is it done?\n\nYes, since nine.",
        "Partly.\nOn Mon, Desk wrote:\n> Is it done?\nYes.\n> All of it?\nNo.",
        "From: what I see it is the disk.\nIt clicks.",
        "On Monday I wrote a letter.\nThey answered.",
        "__________\nA line, nothing else.",
        "> only a quotation",
        "--\nMia, Vendor support",
    ],
)
def test_in_doubt_nothing_is_cut(text):
    assert parted(text) == (text, "")


def test_nothing_of_a_text_is_lost():
    said, quoted = parted("One\n\nTwo\n\n> Three\n>\n> Four")
    assert (said, quoted) == ("One\n\nTwo", "> Three\n>\n> Four")


@pytest.mark.parametrize(
    "line", ["> a\nb\n", "On x wrote\n", "On " + "a " * 200 + "\n", "From: a\n", "_" * 40 + "\n", "> \n", "\n"]
)
def test_a_long_text_costs_no_more_than_its_length(line):
    text = line * (200_000 // len(line))
    began = time.perf_counter()
    parted(text)
    assert time.perf_counter() - began < 3
