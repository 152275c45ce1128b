"""Everything that has to hold before a change lands: derived files, lint, types, tests. Python 3.11 or newer.

python scripts/check.py            all of it
python scripts/check.py -k retry   further arguments go to pytest
"""

import sys

import _old_python

_old_python.refuse()

import os  # noqa: E402 - nothing newer is touched before the version is known
import subprocess  # noqa: E402
import time  # noqa: E402

import _environment  # noqa: E402

ROOT = _environment.ROOT

STEPS = (
    ("derived files are what their scripts make", ["scripts/regenerate.py", "--check"]),
    ("the sync half is what unasync makes", ["scripts/unasync.py", "--check"]),
    (
        "the contract is valid OpenAPI",
        ["-m", "openapi_spec_validator", "openapi/upstream.json", "openapi/openapi.json"],
    ),
    ("lint", ["-m", "ruff", "check", "--quiet"]),
    ("format", ["-m", "ruff", "format", "--check", "--quiet"]),
    ("types", ["-m", "mypy"]),
)


def main():
    # type: () -> int
    python = str(_environment.ensure(extras="sandbox", groups=("dev",)))
    environment = dict(os.environ)
    for name in ("PROTEINIQ_API_KEY", "PROTEINIQ_BASE_URL"):
        environment.pop(name, None)  # no test may reach a real workspace
    failed = []
    for title, command in STEPS:
        started = time.monotonic()
        code = subprocess.run([python] + command, cwd=ROOT, env=environment).returncode
        took = time.monotonic() - started
        _environment.say("{} {} ({:.0f} s)".format("FAILED" if code else "ok    ", title, took))
        if code:
            failed.append(title)
    if failed:
        # pytest's summary ends the output, so what failed before it is said again.
        _environment.say("FAILED before the tests: " + "; ".join(failed))
    tests = [python, "-m", "pytest", "--numprocesses", "2"] + sys.argv[1:]
    code = subprocess.run(tests, cwd=ROOT, env=environment).returncode
    return code or bool(failed)


if __name__ == "__main__":
    sys.exit(main())
