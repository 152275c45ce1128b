"""Which way the imports between the parts go."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "proteiniq"


def run(script: str) -> str:
    """The output of a script in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def imported(path: Path) -> Iterator[str]:
    """The absolute names of all modules that a module imports, at any place in it."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*base, *((node.module or "").split(".") if node.module else ())))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def modules(*folders: str, without: tuple[str, ...] = ()) -> list[Path]:
    found = [path for folder in folders for path in sorted((PACKAGE / folder).rglob("*.py"))]
    return [path for path in found if not any(part in path.relative_to(PACKAGE).parts for part in without)]


def importers(wanted: str, paths: list[Path]) -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in paths
        if any(name == wanted or name.startswith(f"{wanted}.") for name in imported(path))
    }


FACADE = modules(".", without=("sandbox", "contract", "testing"))


def test_a_client_only_loads_the_readers_of_the_contract() -> None:
    script = (
        "import sys\n"
        "from proteiniq._inputs import requests\n"
        "from proteiniq._responses import convert\n"
        "requests.endpoint('get_job_status')\n"
        "print(sorted(name for name in sys.modules if name.startswith('proteiniq.contract.')))"
    )
    assert run(script) == str(
        ["proteiniq.contract._endpoints", "proteiniq.contract._packaged", "proteiniq.contract._reshape"]
    )


def test_an_unknown_name() -> None:
    assert run("import proteiniq\ntry: proteiniq.Proteins\nexcept AttributeError as e: print(e)") == (
        "module 'proteiniq' has no attribute 'Proteins'"
    )


def test_one_module_imports_the_libraries_of_http() -> None:
    assert importers("httpx", FACADE) == {"_wire/libraries.py"}
    assert importers("httpcore", FACADE) == {"_wire/libraries.py"}


def test_the_wire_uses_no_private_attributes_of_other_objects() -> None:
    ours = {"made._of_parent"}
    for path in modules("_wire"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr.startswith("_") and node.attr[1] != "_":
                assert ast.unparse(node.value) in ("self", "cls") or ast.unparse(node) in ours, path


def test_the_sandbox_imports_no_module_of_the_facade() -> None:
    allowed = (
        "proteiniq",
        "proteiniq.sandbox",
        "proteiniq.contract",
        "proteiniq._text",
        "proteiniq._message_text",
    )
    for path in modules("sandbox"):
        ours = {name for name in imported(path) if name.split(".")[0] in ("proteiniq", "proteiniq_openapi")}
        strangers = {name for name in ours if name not in allowed and not name.startswith(allowed[1:])}
        assert not strangers, path


def test_what_is_known_of_text_formats_imports_neither_the_facade_nor_the_sandbox() -> None:
    allowed = ("proteiniq._text", "proteiniq._message_text")
    for path in modules("_text"):
        ours = {name for name in imported(path) if name.split(".")[0] == "proteiniq"}
        assert not {name for name in ours if name != "proteiniq" and not name.startswith(allowed)}, path


def test_the_contract_imports_no_module_of_the_facade() -> None:
    for path in modules("contract"):
        ours = {name for name in imported(path) if name.split(".")[0] == "proteiniq"}
        assert not {n for n in ours if n != "proteiniq" and not n.startswith("proteiniq.contract")}, path


def test_the_facade_does_not_import_the_sandbox() -> None:
    assert importers("proteiniq.sandbox", FACADE) <= {"_cli/sandbox.py"}


def test_nothing_imports_what_is_for_tests_of_users() -> None:
    assert importers("proteiniq.testing", [*FACADE, *modules("sandbox", "contract")]) == set()


def test_the_generated_client_imports_no_module_of_ours() -> None:
    for path in sorted((ROOT / "generated").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        assert "import proteiniq\n" not in text, path
        assert "from proteiniq " not in text, path
        assert "from proteiniq." not in text, path


def test_the_policies_import_no_wire_and_no_clock() -> None:
    for path in modules("_policy"):
        names = {each.split(".")[0] for each in imported(path)}
        assert not names & {"time", "asyncio", "anyio", "httpx", "random"}, path


def test_only_the_retry_budget_has_a_lock() -> None:
    assert importers("threading", modules("_policy")) == set()
    assert importers("proteiniq._forks", modules("_policy")) == {"_policy/retry.py"}


def test_locks_are_created_where_a_fork_resets_them() -> None:
    threads = {"_wire/addresses.py", "_wire/crew.py"}  # start some, and have no lock
    assert importers("threading", FACADE) - threads == {"_forks.py", "_wire/turns.py"}


FOLDERS = ("_policy", "_inputs", "_wire", "_responses", "_transfer", "_frames")


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_import_only_from_those_before_them(folder: str) -> None:
    after = (*FOLDERS[FOLDERS.index(folder) + 1 :], "_async", "_sync")
    for path in modules(folder):
        names = {each.split(".")[1] for each in imported(path) if each.startswith("proteiniq.")}
        assert not names & {*after}, path


def test_the_folder_of_a_batch_needs_no_client() -> None:
    for path in modules("batch", without=("__init__.py",)):
        names = {each.split(".")[1] for each in imported(path) if each.startswith("proteiniq.")}
        assert not names & {"_wire", "_responses", "_async", "_sync"}, path


def test_what_is_shown_needs_no_client() -> None:
    allowed = {"proteiniq._wire.key", "proteiniq._wire.key.hide_keys", "proteiniq._wire"}
    for path in modules("_display"):
        names = {each for each in imported(path) if each.startswith("proteiniq.") and each not in allowed}
        assert not {each.split(".")[1] for each in names} & {
            "_policy",
            "_wire",
            "_responses",
            "_async",
            "_sync",
        }, path


def test_errors_models_and_hooks_import_no_folder() -> None:
    allowed = {"proteiniq._inputs", "proteiniq._inputs.reader"}  # Tool.validate
    for name in ("errors", "models", "hooks"):
        folders = (*FOLDERS, "_async", "_sync")
        found = {
            each
            for each in imported(PACKAGE / f"{name}.py")
            if each.startswith("proteiniq.") and each.split(".")[1] in folders
        }
        assert found <= allowed, name


def test_no_test_module_is_imported() -> None:
    tests = Path(__file__).parent
    for path in [*sorted(tests.rglob("*.py")), *sorted((ROOT / "scripts").rglob("*.py"))]:
        for name in imported(path):
            parts = name.split(".")
            is_test = parts[0] == "tests" and any(part.startswith("test_") for part in parts)
            assert not (is_test and (tests.parent.joinpath(*parts).with_suffix(".py")).exists()), (path, name)


def test_no_script_imports_tests() -> None:
    for path in sorted((ROOT / "scripts").rglob("*.py")):
        assert not [name for name in imported(path) if name.split(".")[0] == "tests"], path


def test_the_sync_facade_imports_no_module_of_the_async_one() -> None:
    assert importers("proteiniq._async", modules("_sync")) == set()
    assert importers("proteiniq._sync", modules("_async")) == set()


def test_a_client_that_is_never_closed_does_no_harm() -> None:
    script = (
        "from proteiniq import ProteinIQ\n"
        "from proteiniq.sandbox import Sandbox\n"
        "with Sandbox() as sandbox:\n"
        "    client = ProteinIQ(sandbox.api_key, sandbox.url)\n"
        "    print(client.account.get().workspace.id)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("team_sandbox", "")


def test_only_the_command_line_imports_what_its_extra_installs() -> None:
    for package in ("click", "rich"):
        assert {name.partition("/")[0] for name in importers(package, FACADE)} == {"_cli"}
    assert importers("proteiniq._cli", FACADE) - {"__main__.py"} == {
        name for name in importers("proteiniq._cli", FACADE) if name.startswith("_cli/")
    }
