"""What tickets say that are made for measuring: as different from each other as those of a real provider. Pure."""

import random
from dataclasses import dataclass

SUBJECTS = (
    "Mail is not delivered", "Outlook asks for the password again and again", "VPN disconnects after a minute",
    "Printer prints blank pages", "Disk is almost full", "Backup failed in the night", "Teams call has no sound",
    "File share cannot be reached", "Laptop does not start", "Certificate expires soon", "Site is slow",
    "User cannot sign in", "OneDrive does not sync", "Phone has no dial tone", "Antivirus found something",
    "Server does not answer", "Accounting program crashes", "New colleague needs an account",
    "Shared calendar is empty", "Wireless network drops out",
)  # fmt: skip
PLACES = (
    "reception", "warehouse", "accounts department", "board room", "branch in Leeds", "branch in Cork", "workshop",
    "call centre", "home office", "second floor",
)  # fmt: skip
STORIES = (
    "It began this morning and happens to everybody there.", "Restarting helped for an hour, then it came back.",
    "Nothing was changed as far as we know.", "The update of last night may have to do with it.",
    "Two people wait for it, one of them with a customer on the line.", "A second device at the same desk works.",
)  # fmt: skip
CODES = tuple(f"0x80{number:06x}" for number in range(0x04DE40, 0x04DE40 + 7 * 60, 7))
KINDS = ("PC", "NB", "SRV", "PRN", "FW")
NOTE = "Called back, {story} Looked at the event log of {device}; {code} stands there {times} times."


@dataclass(frozen=True, slots=True)
class Said:
    """What a ticket says; `note` is what somebody wrote on it, "" for nothing."""

    title: str
    description: str
    error_code: str
    device_name: str
    note: str


def said(number: int, chance: random.Random, *, noted: bool) -> Said:
    """The words of the ticket of this number: every fourth has an error code, and a device stands in about three."""
    device = f"{chance.choice(KINDS)}-{number // 3:05}"
    code = chance.choice(CODES) if number % 4 == 0 else ""
    subject, place = chance.choice(SUBJECTS), chance.choice(PLACES)
    story = " ".join(chance.sample(STORIES, 3))
    note = NOTE.format(story=story, device=device, code=code or "nothing", times=chance.randrange(2, 90))
    return Said(
        title=f"{subject}, {place}",
        description=f"{subject} at the {place} ({device}). {story}",
        error_code=code,
        device_name=device,
        note=note if noted else "",
    )
