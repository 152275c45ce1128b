"""See it work: a local service, real sequences, results on disk. Needs only Python 3.11 or newer.

python scripts/quickstart.py           run on this machine, without an account
python scripts/quickstart.py --keep    and keep the local service running
python scripts/quickstart.py --live    run one esmfold job on the real service with PROTEINIQ_API_KEY (costs credits)
"""

import sys

import _old_python

_old_python.refuse()

import argparse  # noqa: E402 - an old Python must be refused before these imports
import os  # noqa: E402
import subprocess  # noqa: E402
from pathlib import Path  # noqa: E402

import _environment  # noqa: E402

ROOT = _environment.ROOT


def main():
    # type: () -> int
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--keep", action="store_true", help="keep the local service running")
    parser.add_argument("--live", action="store_true", help="use the real service, with PROTEINIQ_API_KEY")
    parser.add_argument(
        "--max-credits",
        type=float,
        default=50.0,
        help="with --live: maximum price of the job (default 50, as in the documentation's example of a quote)",
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "quickstart-results", help="folder for the results"
    )
    arguments = parser.parse_args()
    if arguments.live and arguments.keep:
        parser.error("--keep cannot be used with --live, which has no local service")
    if arguments.live and not os.environ.get("PROTEINIQ_API_KEY"):
        parser.error("--live requires PROTEINIQ_API_KEY in the environment")
    try:
        arguments.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error("--out cannot be created: " + str(error))
    if not os.access(arguments.out, os.W_OK):
        parser.error("--out is not writable: " + str(arguments.out))
    python = _environment.ensure(extras="sandbox")
    command = [str(python), str(ROOT / "scripts" / "_tour.py"), "--out", str(arguments.out.resolve())]
    command += ["--live", "--max-credits", str(arguments.max_credits)] if arguments.live else []
    command += ["--keep"] if arguments.keep else []
    # Greek letters that the terminal can't show become question marks instead of an error.
    environment = dict(os.environ, PYTHONIOENCODING=":replace")
    tour = subprocess.Popen(command, env=environment)
    try:
        return tour.wait()
    except KeyboardInterrupt:
        # The terminal interrupts the tour too. It then stops the local service, which takes a moment.
        try:
            tour.wait(timeout=10)
        except (KeyboardInterrupt, subprocess.TimeoutExpired):
            tour.terminate()
            tour.wait()
        return 130


if __name__ == "__main__":
    sys.exit(main())
