# Made from tests/_async/test_cassettes.py by scripts/unasync.py: edit that file instead.

"""What the sandbox once answered, replayed without it: see `tests/cassettes/`."""

from __future__ import annotations

import re

import pytest

from proteiniq import ProteinIQ

from ..cassettes import FOLDER, KEY, URL, NotRecorded, recorder
from ..support import FastClock
from .scenarios import SCENARIOS


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_cassette(name: str) -> None:
    with ProteinIQ(KEY, URL, timeout=1000.0, rate_limit=100_000, clock=FastClock()) as client:
        with recorder("none").use_cassette(name) as cassette:
            SCENARIOS[name](client)
        assert cassette.all_played


def test_what_was_not_recorded_is_not_sent() -> None:
    with ProteinIQ(KEY, URL, max_retries=0, rate_limit=100_000) as client:
        with (
            recorder("none").use_cassette("account"),
            pytest.raises(NotRecorded),
        ):
            client.tools.get("esmfold")


def test_there_is_a_cassette_for_each_scenario_and_no_other() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(SCENARIOS)


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_no_cassette_holds_a_secret(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text()
    assert not re.search(
        r"bearer|authorization|api_key: |set-cookie|/home/|/tmp/|/root/|/work/", text, re.IGNORECASE
    )
    assert not re.search(r"pq_live_(?!cassette\b)|pq_live_cassette_", text)
    assert not re.search(r"(signature|sig|token)=(?!scrubbed)", text)
    assert set(re.findall(r"https?://[^/\s\"'\\]+", text)) <= {URL}
    without_checksums = re.sub(r"etag:\n *- .*", "", text)
    assert not re.search(r"\b[0-9a-f]{40,}\b", without_checksums)
