"""Stops a Python that is too old, in words that even Python 2 can read.

This file and the scripts that call it have to be understood by any Python: no annotations, no f-strings, no unpacking
in lists, and ASCII only.
"""

import sys

OLDEST = (3, 11)


def refuse():
    # type: () -> None
    """Exit with a clear message on a Python that is older than `OLDEST`."""
    if sys.version_info < OLDEST:
        sys.exit(
            "proteiniq needs Python {}.{} or newer, and this is {}.{} ({}).\n"
            "Run this script with a newer one, e.g. `python3.12 {}`; Debian 12 and Ubuntu 24.04 have one.".format(
                *(OLDEST + sys.version_info[:2] + (sys.executable, sys.argv[0]))
            )
        )
