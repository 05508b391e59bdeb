"""What an import remarks of the policies that it brings in. It refuses none of it: a file is not an editor."""

from collections.abc import Iterable

from accounts.configuration import Run
from tiers.lint import lint
from tiers.lint_facts import known
from tiers.policies import live_policies


def remark_faults(names: Iterable[str], run: Run) -> None:
    """Remark on what is dead in the policies of these names, as they stand now with all that they lead to."""
    imported = set(names)
    for version in live_policies():
        if version.of.name in imported:
            faults = lint(version.document, known(now=run.now, policy=version.of.name), now=run.now)
            for fault in faults:
                run.remark(f"{version.of.name}: {fault.words}")
