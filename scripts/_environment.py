"""The project's own `.venv`, made with nothing but Python.

This file, `quickstart.py` and `check.py` are the only ones that run before anything is installed: standard library
only.
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
    """The Python of a `.venv` that has this project and what it needs installed; made or completed if need be.

    It is left alone when pyproject.toml has not changed since. Exits with what pip said when something can't be had.
    """
    wanted = hashlib.sha256(
        (ROOT / "pyproject.toml").read_bytes() + repr((extras, groups)).encode()
    ).hexdigest()
    stamp = VENV / ".installed-{}".format("-".join(groups) or "run")
    if _works() and stamp.is_file() and stamp.read_text() == wanted:
        return PYTHON
    if not _works():
        say("making .venv")
        _make()
    say("installing into .venv (this takes a minute the first time)")
    _pip("install", "--upgrade", "pip>=25.1")  # the first that knows dependency groups
    command = ["install", "--editable", f"{ROOT}[{extras}]"]
    for group in groups:
        command += ["--group", "{}:{}".format(ROOT / "pyproject.toml", group)]
    _pip(*command)
    stamp.write_text(wanted)
    return PYTHON


def _works() -> bool:
    """Whether `.venv` has a Python that runs, is new enough and has pip."""
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
    """What is left where the standard library has no ensurepip: a pip or virtualenv that is there anyway."""
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
        "Python here can't make a virtual environment with pip: it lacks ensurepip.\n"
        "On Debian and Ubuntu: apt-get install python3-venv. Then run this again."
    )


def _pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(
            "pip could not install what is needed:\n\n{}\n(the command was: {})".format(
                done.stdout.strip(), " ".join(command)
            )
        )


def say(text: str) -> None:
    """Tell how far it is, in a line of its own."""
    # ASCII: a terminal of another encoding than UTF-8 must not end this.
    sys.stdout.write(f"- {text}\n")
    sys.stdout.flush()
