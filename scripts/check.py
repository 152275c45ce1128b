"""Run everything that must pass before a change lands: derived files, lint, types, tests. Needs Python 3.11 or newer.

python scripts/check.py            run everything
python scripts/check.py -k retry   pass further arguments to pytest
"""

import sys

import _old_python

_old_python.refuse()

import os  # noqa: E402 - an old Python must be refused before these imports
import subprocess  # noqa: E402
import time  # noqa: E402

import _environment  # noqa: E402

ROOT = _environment.ROOT

STEPS = (
    ("derived files are up to date", ["scripts/regenerate.py", "--check"]),
    ("the sync client is up to date", ["scripts/unasync.py", "--check"]),
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
    python = str(_environment.ensure(extras="cli,sandbox,structure", groups=("dev",)))
    environment = dict(os.environ)
    for name in ("PROTEINIQ_API_KEY", "PROTEINIQ_BASE_URL"):
        environment.pop(name, None)  # no test may reach a real workspace
    if len(sys.argv) == 1:
        _environment.say("This takes about 5 minutes on 2 cores; the tests are most of it.")
    failed = []
    for title, command in STEPS:
        started = time.monotonic()
        code = subprocess.run([python] + command, cwd=ROOT, env=environment).returncode
        took = time.monotonic() - started
        _environment.say("{} {} ({:.0f} s)".format("FAILED" if code else "ok    ", title, took))
        if code:
            failed.append(title)
    if failed:
        # The output ends with pytest's summary, so earlier failures are repeated before it.
        _environment.say("FAILED before the tests: " + "; ".join(failed))
    tests = [python, "-m", "pytest", "--numprocesses", "2"] + sys.argv[1:]
    code = subprocess.run(tests, cwd=ROOT, env=environment).returncode
    return code or bool(failed)


if __name__ == "__main__":
    sys.exit(main())
