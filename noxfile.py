"""The project's tasks: `nox -l` lists them, `nox -s NAME` runs one."""

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
PRISM = Path("tests/prism")
BROWSER = Path("tests/browser")


def install(session: nox.Session, *groups: str, extras: str = "") -> None:
    """Install the project and some dependency groups of `pyproject.toml`."""
    wanted = nox.project.dependency_groups(PROJECT, *groups)
    session.install("-e", f".{extras}", *wanted)


def install_node(session: nox.Session, packages: Path) -> Path:
    """Install the npm packages of the folder `packages` with the session's Node. Returns the path of node_modules."""
    folder = Path(session.create_tmp()).resolve()
    shutil.copy(packages / "package.json", folder)
    options = ["--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    session.run("npm", "install", "--prefix", str(folder), *options, silent=True)
    return folder / "node_modules"


def run_tests(session: nox.Session, *options: str, env: Mapping[str, str] | None = None) -> None:
    """Run pytest without the user's API key: no test may reach a real workspace."""
    whole = {"PROTEINIQ_API_KEY": None, "PROTEINIQ_BASE_URL": None, **(env or {})}
    session.run("pytest", *options, *session.posargs, env=whole)


def run_script(session: nox.Session, *command: str, env: Mapping[str, str] | None = None) -> None:
    """Run a script of the project, and exit with its exit code, which is more specific than nox's 0 and 1."""
    path = f"{session.bin}{os.pathsep}{os.environ.get('PATH', '')}"
    whole = {**os.environ, **(env or {}), "PATH": path}
    done = subprocess.run([f"{session.bin}/python", *command], env=whole, check=False)
    if done.returncode == 1:
        session.error(f"{command[0]}: see above")
    if done.returncode:
        raise SystemExit(done.returncode)


@nox.session
def regenerate(session: nox.Session) -> None:
    """Generate openapi.json, SOURCES.md and generated/ from upstream.json. `-- --check` only compares."""
    install(session, "generate")
    run_script(session, "scripts/regenerate.py", *session.posargs)


@nox.session
def fetch(session: nox.Session) -> None:
    """Fetch the service's document into openapi/upstream.json. `-- --from URL|FILE` fetches another one."""
    install(session, "generate")
    run_script(session, "scripts/fetch.py", *session.posargs)


@nox.session
def drift(session: nox.Session) -> None:
    """Check whether the live contract still fits. Takes `-- --from URL|FILE`, `--json`, `--github`."""
    install(session, "generate", "node")
    redocly = install_node(session, NODE) / "@redocly/cli/bin/cli.js"
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    run_script(session, "scripts/drift.py", *session.posargs, "--redocly", "node", str(redocly), env=quiet)


@nox.session
def independent(session: nox.Session) -> None:
    """Run the facade end to end with clients generated from other OpenAPI documents. `-- --write` saves the table."""
    install(session, "generate", "test", "types", extras="[cli,sandbox,structure]")
    run_script(session, "scripts/independent.py", "--types", *(session.posargs or ["--check"]))


@nox.session
def downstream(session: nox.Session) -> None:
    """Run a TypeScript client and pydantic models, generated from the contract, against a local sandbox."""
    install(session, "downstream", extras="[sandbox]")
    run_script(session, "scripts/downstream.py", str(install_node(session, NODE)))


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests of `scripts/check.py` on each supported Python. `-- PATH` runs some of them."""
    install(session, "generate", "test", "frames", extras="[cli,sandbox,structure]")
    run_tests(session, "--numprocesses", "2")


@nox.session
def cases(session: nox.Session) -> None:
    """Run the tests of reported faults, which are among those of `scripts/check.py`."""
    install(session, "generate", "test", extras="[cli,sandbox,structure]")
    run_tests(session, "--numprocesses", "2", "-m", "case")


@nox.session
def coverage(session: nox.Session) -> None:
    """Lines and branches of the facade that the tests reach; fails below 100 %."""
    install(session, "generate", "test", "frames", "coverage", extras="[cli,sandbox,structure]")
    without = ("contract", "independent", "sandbox", "scripts", "_sync")
    ignored = [f"--ignore=tests/{folder}" for folder in without]
    measured = ["--cov", "--cov-report=term-missing:skip-covered", "--cov-fail-under=100"]
    run_tests(session, "--numprocesses", "2", *ignored, *measured)


@nox.session
def mutation(session: nox.Session) -> None:
    """Change the policies in hundreds of ways: in 19 of 20 a test has to fail. `tests/mutation.md` has the rest."""
    install(session, "test", "mutation", extras="[cli,sandbox,structure]")
    shutil.rmtree("mutants", ignore_errors=True)
    session.run("mutmut", "run", "--max-children", "2")
    session.run("python", "tests/mutation.py")


@nox.session
def pyright(session: nox.Session) -> None:
    """Check the programs of `tests/typing` with pyright; mypy checks them with everything else."""
    install(session, "test", "pyright", extras="[cli,sandbox,structure]")
    session.run("pyright")


@nox.session
def faults(session: nox.Session) -> None:
    """Wait through a real nginx that buffers, compresses, times out, or has no upstream."""
    install(session, "test", extras="[cli,sandbox,structure]")
    files = ("tests/_async/faults/behind_nginx.py", "tests/_sync/faults/behind_nginx.py")
    run_tests(session, *files)


@nox.session
def cli(session: nox.Session) -> None:
    """Run the tests of the command line with the oldest click and rich that it takes."""
    install(session, "test", extras="[cli,sandbox,structure]")
    session.install("click==8.4.0", "rich==14.0.0")
    run_tests(session, "--numprocesses", "2", "tests/cli")


@nox.session
def batch(session: nox.Session) -> None:
    """Run batches of real computations while their process and the service are killed, and on a full disk."""
    install(session, "test", extras="[cli,sandbox,structure]")
    run_tests(session, "--numprocesses", "2", "tests/batch/under_kills.py")


@nox.session
def dask(session: nox.Session) -> None:
    """Run jobs on a Dask cluster of processes, some of which are killed. `-- PATH` runs some, or `under_kills.py`."""
    install(session, "test", extras="[cli,sandbox,dask]")
    run_tests(session, "-m", "dask", *([] if session.posargs else ["tests/sandbox/dask"]))


@nox.session
def slow(session: nox.Session) -> None:
    """Run the tests that take minutes or gigabytes: transfers of 1 GiB."""
    install(session, "generate", "test", extras="[cli,sandbox,structure]")
    run_tests(session, "-m", "slow")


@nox.session(python=PYTHONS[0], venv_backend="virtualenv")
def esmfold(session: nox.Session) -> None:
    """Fold with Transformers and a tiny model of random weights. Installs torch, with pip, for the oldest Python."""
    install(session, "test", "esmfold", extras="[sandbox]")
    run_tests(session, "-m", "esmfold", "tests/sandbox/tools/test_esmfold.py")


@nox.session
def pacing(session: nox.Session) -> None:
    """Check the pacing of four processes with one key: no request lost, few refused, the rate nearly used up."""
    install(session, extras="[sandbox]")
    session.run("python", "benchmarks/pacing.py", "--check", *session.posargs)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz the parsers with atheris (Linux only), 20 s each. `-- TARGET SECONDS` runs one of them."""
    install(session, "test", "fuzz", extras="[cli,sandbox,structure]")
    target, seconds = session.posargs or (None, "20")
    for each in [target] if target else ["sse", "events", "answers", "headers", "inputs", "uploads"]:
        session.run("python", "-m", "tests.fuzz", each, seconds)


@nox.session
def prism(session: nox.Session) -> None:
    """Run the client against Prism, an independent server, with our contract."""
    install(session, "test", "node", extras="[cli,sandbox,structure]")
    cli = install_node(session, PRISM) / "@stoplight/prism-cli/dist/index.js"
    run_tests(session, "-m", "prism", "tests/prism", env={"PROTEINIQ_PRISM": str(cli)})


@nox.session
def browser(session: nox.Session) -> None:
    """Look at pages in a headless Chromium (pixels, clicks, keyboard, phones, policies), and run notebooks."""
    install(session, "test", "node", "browser", "notebook", extras="[cli,sandbox]")
    axe = install_node(session, BROWSER) / "axe-core/axe.min.js"
    spread = ("--numprocesses", "2", "--dist", "loadgroup")
    hanging = ("-o", "faulthandler_timeout=300", "-o", "faulthandler_exit_on_timeout=true")
    folders = ("tests/browser", "tests/notebook")
    run_tests(session, *spread, *hanging, "-m", "browser", *folders, env={"PROTEINIQ_AXE": str(axe)})


@nox.session(venv_backend="none")
def reference(session: nox.Session) -> None:
    """Compare the reference values of the tools' tests with the EMBOSS, FreeSASA and DSSP of this machine."""
    for script in ("make_emboss.py", "make_structures.py"):
        session.run("python3", f"tests/reference/{script}", "--check", external=True)
