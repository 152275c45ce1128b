"""The examples of the README run as shown."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from proteiniq.sandbox import Sandbox

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- readme: (\w+) -->\n```python\n(.*?)```", README, re.DOTALL))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(rate_limit=6000) as running:
        yield running


def assert_runs(name: str, sandbox: Sandbox, folder: Path) -> None:
    (folder / "examples").symlink_to(ROOT / "examples")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EXAMPLES[name]],
        env={"PROTEINIQ_API_KEY": sandbox.api_key, "PROTEINIQ_BASE_URL": sandbox.url},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_every_python_block_of_the_readme_is_an_example_that_runs() -> None:
    assert README.count("```python") == len(EXAMPLES) > 0


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - {"batch"}))
def test_an_example_of_the_readme_runs(name: str, sandbox: Sandbox, tmp_path: Path) -> None:
    assert_runs(name, sandbox, tmp_path)


@pytest.mark.slow
def test_the_batch_of_the_readme_runs_where_a_day_has_room_for_it(tmp_path: Path) -> None:
    with Sandbox(rate_limit=6000, daily_limit=1000) as sandbox:
        assert_runs("batch", sandbox, tmp_path)


def test_every_local_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
