"""Named tasks: `nox -l` lists them, `nox -s NAME` runs one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import nox

nox.needs_version = ">=2026.4"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = []

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
NODE = Path("scripts/node")


def install(session: nox.Session, *groups: str, extras: str = "") -> None:
    """The project, and the groups of `pyproject.toml` that the session needs."""
    wanted = nox.project.dependency_groups(PROJECT, *groups)
    session.install("-e", f".{extras}", *wanted)


def install_node(session: nox.Session) -> Path:
    """The npm packages of `scripts/node`, with the Node of the session. Returns the folder they are in."""
    folder = Path(session.create_tmp()).resolve()
    shutil.copy(NODE / "package.json", folder)
    options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    session.run("npm", "install", "--prefix", str(folder), *options, silent=True)
    return folder


def run_script(session: nox.Session, *command: str, env: Mapping[str, str] | None = None) -> None:
    """Run a script of ours, and end with its exit code, which says more than nox's own 0 and 1."""
    path = f"{session.bin}{os.pathsep}{os.environ.get('PATH', '')}"
    whole = {**os.environ, **(env or {}), "PATH": path}
    done = subprocess.run([f"{session.bin}/python", *command], env=whole, check=False)
    if done.returncode == 1:
        session.error(f"{command[0]}: see above")
    if done.returncode:
        raise SystemExit(done.returncode)


@nox.session
def regenerate(session: nox.Session) -> None:
    """Make openapi.json, SOURCES.md and generated/ from upstream.json: all or nothing. `-- --check` compares."""
    install(session, "generate")
    run_script(session, "scripts/regenerate.py", *session.posargs)


@nox.session
def fetch(session: nox.Session) -> None:
    """Fetch the service's document into openapi/upstream.json. `-- --from URL|FILE` fetches another."""
    install(session, "generate")
    run_script(session, "scripts/fetch.py", *session.posargs)


@nox.session
def drift(session: nox.Session) -> None:
    """Ask whether the live contract still fits. `-- --from URL|FILE`, `--json`, `--github`."""
    install(session, "generate", "node")
    redocly = install_node(session) / "node_modules/@redocly/cli/bin/cli.js"
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    run_script(session, "scripts/drift.py", *session.posargs, "--redocly", "node", str(redocly), env=quiet)


@nox.session
def respelled(session: nox.Session) -> None:
    """Run the facade's tests on clients from other spellings of the contract. `-- --case NAME` runs one of them."""
    install(session, "generate", "test", extras="[sandbox]")
    run_script(session, "scripts/respelled.py", *session.posargs)


@nox.session
def downstream(session: nox.Session) -> None:
    """Run a TypeScript client and pydantic models, generated from the contract, against a local sandbox."""
    install(session, "downstream", extras="[sandbox]")
    run_script(session, "scripts/downstream.py", str(install_node(session) / "node_modules"))
