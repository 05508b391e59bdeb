#!/usr/bin/env python3
"""Every command of the portal. `up` and `test` need nothing but Python 3.11: they install the rest themselves."""

import os
import sys


def main() -> None:
    """Run one command in the right Python; the imports wait until it is known to be one."""
    if sys.version_info < (3, 11):  # noqa: UP036 - older ones are told so
        sys.stderr.write("Python 3.11 or newer is needed; this one is %d.%d.\n" % sys.version_info[:2])  # noqa: UP031
        sys.exit(2)
    from escalation_portal.local.command_line import prepare  # noqa: PLC0415

    prepare(sys.argv[1:])
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "escalation_portal.settings")
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
