"""What one reader is told of an edit: nothing of accounts whose clients that reader may not see. Pure."""

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any

Form = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """An edit as a reader sees it; `is_partial` where something of it is kept back."""

    before: dict[str, Any]
    after: dict[str, Any]
    note: str
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """Whom a reader may see: `clients` by name, and `others`, the names of the clients that are not among them."""

    clients: Set[str]
    others: Set[str]

    def of(self, before: Form, after: Form, note: str) -> Seen:
        """What is left of an edit. A client of a name that nobody has now is seen by whoever sees every client."""
        (old, old_hidden), (new, new_hidden) = self._parted(before), self._parted(after)
        named = {account["client"] for account in [*old_hidden, *new_hidden]}
        silent = _names_one_of(note, self.others | named)
        return Seen(old, new, "" if silent else note, silent or old_hidden != new_hidden)

    def _parted(self, form: Form) -> tuple[dict[str, Any], list[Form]]:
        """The form without the accounts that are not shown, and those accounts."""
        shown: list[Form] = []
        hidden: list[Form] = []
        for account in form.get("accounts") or ():
            (shown if account["client"] in self.clients or not self.others else hidden).append(account)
        return {**form, "accounts": shown} if hidden else dict(form), hidden


def _names_one_of(note: str, names: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", note, re.IGNORECASE) for name in names if note)
