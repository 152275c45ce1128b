"""Create the project's own `.venv` with nothing but Python.

This file, `quickstart.py` and `check.py` run before anything is installed, so they use only the standard library.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from _old_python import OLDEST

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def ensure(*, extras: str, groups: "tuple[str, ...]" = ()) -> Path:
    """Return the Python of `.venv`, and create it or install the project and its dependencies first if needed.

    An environment is left alone if pyproject.toml has not changed since. If pip fails, exit with its output.
    """
    wanted = hashlib.sha256(
        (ROOT / "pyproject.toml").read_bytes() + repr((extras, groups)).encode()
    ).hexdigest()
    stamp = VENV / ".installed-{}".format("-".join(groups) or "run")
    if _works() and stamp.is_file() and stamp.read_text() == wanted:
        return PYTHON
    if not _works():
        say("creating .venv")
        _make()
    say("installing into .venv (this takes a minute the first time)")
    _pip("install", "--upgrade", "pip>=25.1")  # the first version that supports dependency groups
    command = ["install", "--editable", f"{ROOT}[{extras}]"]
    for group in groups:
        command += ["--group", "{}:{}".format(ROOT / "pyproject.toml", group)]
    _pip(*command)
    stamp.write_text(wanted)
    return PYTHON


def _works() -> bool:
    """Whether `.venv` has a working Python that is new enough and has pip."""
    if not PYTHON.exists():
        return False
    test = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([str(PYTHON), "-c", test], stderr=subprocess.DEVNULL).returncode == 0


def _make() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        import ensurepip  # noqa: F401 - Debian has it in a package of its own

        venv.create(VENV, with_pip=True)
    except (ImportError, subprocess.CalledProcessError):
        _make_without_ensurepip()


def _make_without_ensurepip() -> None:
    """Fall back to an installed pip or virtualenv if the standard library lacks ensurepip."""
    shutil.rmtree(VENV, ignore_errors=True)
    venv.create(VENV, with_pip=False)
    attempts = (
        [sys.executable, "-m", "pip", "--python", str(PYTHON), "install", "pip"],
        [sys.executable, "-m", "virtualenv", "--clear", str(VENV)],
    )
    for attempt in attempts:
        if subprocess.run(attempt, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
            return
    shutil.rmtree(VENV, ignore_errors=True)
    sys.exit(
        "This Python can't create a virtual environment with pip: it lacks ensurepip.\n"
        "On Debian and Ubuntu: apt-get install python3-venv. Then run this again."
    )


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(
            "pip could not install the dependencies:\n\n{}\n(the command was: {})".format(
                done.stdout.strip(), " ".join(command)
            )
        )


def say(text: str) -> None:
    """Print a line of progress."""
    # ASCII, so that a terminal with another encoding than UTF-8 doesn't cause an error.
    sys.stdout.write(f"- {text}\n")
    sys.stdout.flush()
