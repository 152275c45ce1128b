"""Refuse a Python that is too old, in code that even Python 2 can parse.

Any Python must be able to parse this file and the scripts that call it: no annotations, no f-strings, no unpacking in
lists, and ASCII only.
"""

import sys

OLDEST = (3, 11)


def refuse():
    # type: () -> None
    """Exit with a clear message if Python is older than `OLDEST`."""
    if sys.version_info < OLDEST:
        sys.exit(
            "proteiniq needs Python {}.{} or newer, but this is {}.{} ({}).\n"
            "Run this script with a newer one, e.g. `python3.12 {}`; Debian 12 and Ubuntu 24.04 have one.".format(
                *(OLDEST + sys.version_info[:2] + (sys.executable, sys.argv[0]))
            )
        )
