"""Make `openapi/openapi.json` from `openapi/upstream.json` and `openapi/bindings.toml`.

Exit codes: 0 made (or, with --check, up to date); 1 not up to date; 2 not a contract; 3 a need of the facade
is not met, and nothing was written.
"""

from __future__ import annotations

import argparse
import json
import sys

from _project import BINDINGS, CONTRACT, UPSTREAM, fail, settle

from proteiniq.contract import NeedsNotMet, NotAContract, bindings, dump, normalise


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    arguments = parser.parse_args()
    try:
        document = normalise(json.loads(UPSTREAM.read_bytes()), bindings(BINDINGS))
    except (NotAContract, json.JSONDecodeError) as error:
        fail(f"openapi/upstream.json is not a contract: {error}")
        return 2
    except NeedsNotMet as error:
        fail("the facade can't work with openapi/upstream.json (edit openapi/bindings.toml, or the facade):")
        for problem in error.problems:
            fail(f"  {problem}")
        return 3
    fresh = settle(CONTRACT, dump(document), check=arguments.check, remake="python scripts/normalise.py")
    return 0 if fresh else 1


if __name__ == "__main__":
    sys.exit(main())
