"""Check whether a live contract still fits this client: `python -m proteiniq.contract check [URL|FILE]`.

Exit codes: 0 same or additive; 1 breaking for other clients, but not for this one; 2 no contract could be
read; 3 breaking for this client.
"""

from __future__ import annotations

import argparse
import sys

from . import CannotFetch, NotAContract, check


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m proteiniq.contract",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "check", help="compare a contract with the one that this client was generated from"
    )
    command.add_argument("source", nargs="?", help="URL or file (default: the service's own document)")
    command.add_argument("--json", action="store_true", help="print one JSON object")
    command.add_argument("--github", action="store_true", help="print annotations for GitHub Actions")
    command.add_argument(
        "--timeout", type=float, default=30.0, help="timeout for the fetch in seconds (default: 30)"
    )
    chosen = parser.parse_args(arguments)
    try:
        report = check(chosen.source, timeout=chosen.timeout)
    except (CannotFetch, NotAContract) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(report.text(as_json=chosen.json, github=chosen.github) + "\n")
    return report.exit_code


if __name__ == "__main__":
    sys.exit(main())
