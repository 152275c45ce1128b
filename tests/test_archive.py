"""The package is imported from a zip archive, as a zipapp or a cluster's list of Python files does it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import proteiniq_openapi
import pytest

import proteiniq
from proteiniq.contract import path

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import proteiniq.contract
from proteiniq._inputs import requests
assert proteiniq.__file__.startswith(sys.argv[1])
print(requests.endpoint("submit_job").path)
try:
    proteiniq.contract.path("openapi.json")
except FileNotFoundError as error:
    print(error)
"""


@pytest.mark.case
def test_the_contract_is_read_from_the_archive_that_the_modules_are_in(tmp_path: Path) -> None:
    archive = tmp_path / "modules.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for package in (proteiniq, proteiniq_openapi):
            folder = Path(str(package.__file__)).parent
            for module in folder.rglob("*.py"):
                packed.write(module, module.relative_to(folder.parent))
        for name in ("openapi.json", "upstream.json", "bindings.toml"):
            packed.write(path(name), f"proteiniq/_contract_data/{name}")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(archive)], capture_output=True, text=True, timeout=60, check=True
    )
    route, why = done.stdout.splitlines()
    assert route == "/api/v1/jobs"
    assert why.startswith("openapi.json is in an archive")
    assert why.endswith("install proteiniq, or unpack the archive")
