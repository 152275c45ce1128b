"""Generate `openapi/openapi.json` from `openapi/upstream.json` and `openapi/bindings.toml`.

Exit codes: 0 written (or, with --check, up to date); 1 not up to date; 2 not a contract; 3 a need of the facade
is not met, and nothing was written.
"""

from __future__ import annotations

import argparse
import sys

from _project import BINDINGS, CONTRACT, UPSTREAM, refused, settle

from proteiniq.contract import NeedsNotMet, NotAContract, bindings, dump, fetch, normalise, overlaid


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only compare, write nothing")
    arguments = parser.parse_args()
    try:
        fetched = fetch(UPSTREAM)
        assert fetched is not None
        text = dump(normalise(overlaid(fetched.document), bindings(BINDINGS)).document)
    except (NotAContract, NeedsNotMet) as error:
        return refused(error)
    fresh = settle(CONTRACT, text, check=arguments.check, remake="python scripts/normalise.py")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
