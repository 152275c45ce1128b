"""Invalid input: an error that says what to change, without a job or a charge.

Each is given twice: as a user gives it, which the client refuses, and as API entries, which the service refuses.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from proteiniq import InvalidInput, NotFound, PayloadTooLarge, ProteinIQ, ValidationError
from proteiniq.sandbox import Sandbox

from ._sync.clients import connect
from .support import ENTRY, LYSOZYME


@pytest.fixture
def client(sandbox: Sandbox, key: str) -> Iterator[ProteinIQ]:
    """A client of the session's sandbox, in a workspace of its own."""
    with connect(sandbox, key) as connected:
        yield connected


GOOD = {"protein": LYSOZYME}


def untouched(client: ProteinIQ) -> bool:
    """Whether the workspace has no job and all its credits."""
    credits = (client.account.get()).workspace.credits
    assert credits is not None
    return client.jobs.list().list() == [] and credits.available == 10**9


def refused(client: ProteinIQ, inputs: Any, settings: Any = None) -> InvalidInput:
    """The error of the client, before any job."""
    with pytest.raises(InvalidInput) as caught:
        client.jobs.submit("protein-parameters", inputs, settings)
    assert untouched(client)
    return caught.value


def refused_by_the_service(
    client: ProteinIQ, entries: Any, settings: Any = None, tool: str = "protein-parameters"
) -> tuple[str, dict[str, str]]:
    """The message, and path → message of the details."""
    with pytest.raises(ValidationError) as caught:
        client.jobs.submit(tool, entries, settings)
    assert caught.value.code == "validation_error"
    assert caught.value.status == 400
    assert not caught.value.retryable
    assert untouched(client)
    return str(caught.value), {issue["path"]: issue["message"] for issue in caught.value.details["issues"]}


def entry(content: str = LYSOZYME, **changes: Any) -> list[dict[str, Any]]:
    return [{**ENTRY, "content": content, **changes}]


def test_an_empty_fasta(client: ProteinIQ) -> None:
    error = refused(client, {"protein": ""})
    assert "slot 'protein': is empty" in str(error)


def test_a_record_without_residues(client: ProteinIQ) -> None:
    error = refused(client, {"protein": ">a\nMK\n>b\n"})
    assert "slot 'protein', line 3: record 'b' has no sequence" in str(error)


def test_an_empty_fasta_at_the_service(client: ProteinIQ) -> None:
    message, issues = refused_by_the_service(client, entry(""))
    assert [path for path in issues if path.startswith("input.inputs[0].content")]
    assert "input.inputs[0].content" in message


def test_letters_that_are_not_residues_at_the_service(client: ProteinIQ) -> None:
    message, issues = refused_by_the_service(client, entry(">a\nMKV\nMK1V\n"))
    assert any(path.startswith("input.inputs[0]") for path in issues)
    assert "1" in message


def test_a_slot_that_does_not_exist(client: ProteinIQ) -> None:
    error = refused(client, {**GOOD, "protien": LYSOZYME})
    assert "slot 'protien': protein-parameters has no such slot: did you mean 'protein'?" in str(error)


def test_a_slot_that_does_not_exist_at_the_service(client: ProteinIQ) -> None:
    _, issues = refused_by_the_service(client, [*entry(), *entry(slotId="protien", id="b")])
    assert "input.inputs[1].slotId" in issues


def test_a_missing_slot(client: ProteinIQ) -> None:
    error = refused(client, {})
    assert "slot 'protein': required but missing" in str(error)


def test_a_missing_slot_at_the_service(client: ProteinIQ) -> None:
    message, _ = refused_by_the_service(
        client, [{**ENTRY, "slotId": "query", "content": LYSOZYME}], tool="pairwise-alignment"
    )
    assert "target" in message


def test_a_setting_out_of_range(client: ProteinIQ) -> None:
    tool = client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput, match=r"setting 'gap_open': must be from 1 to 100, got 1000"):
        client.jobs.submit(tool, {"query": LYSOZYME, "target": LYSOZYME}, {"gap_open": 1000})
    assert untouched(client)


def test_a_setting_out_of_range_at_the_service(client: ProteinIQ) -> None:
    both = [*entry(slotId="query", kind="sequence"), *entry(slotId="target", kind="sequence", id="b")]
    message, issues = refused_by_the_service(client, both, {"gap_open": 1000}, tool="pairwise-alignment")
    assert "settings.gap_open" in issues
    assert "100" in message


def test_a_setting_that_does_not_exist(client: ProteinIQ) -> None:
    tool = client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput, match=r"has no such setting: did you mean 'gap_open'"):
        client.jobs.submit(tool, {"query": LYSOZYME, "target": LYSOZYME}, {"gap_opn": 10})


def test_a_setting_of_another_type(client: ProteinIQ) -> None:
    tool = client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput, match=r"setting 'gap_open': must be a number, got 'ten'"):
        client.jobs.submit(tool, {"query": LYSOZYME, "target": LYSOZYME}, {"gap_open": "ten"})


def test_all_problems_are_reported_together(client: ProteinIQ) -> None:
    tool = client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput) as caught:
        tool.validate({"query": "", "taget": LYSOZYME}, {"mode": "glocal", "end_gaps": 5})
    places = {(issue.slot, issue.setting) for issue in caught.value.issues}
    assert places == {
        ("query", None),
        ("taget", None),
        ("target", None),
        (None, "mode"),
        (None, "end_gaps"),
    }


def test_an_unknown_tool(client: ProteinIQ) -> None:
    with pytest.raises(NotFound, match="protein-parametres"):
        client.jobs.submit("protein-parametres", GOOD)
    assert untouched(client)


def test_an_unknown_tool_at_the_service(client: ProteinIQ) -> None:
    with pytest.raises((NotFound, ValidationError), match="nosuchtool"):
        client.jobs.submit("nosuchtool", entry())
    assert untouched(client)


def test_an_unknown_file(client: ProteinIQ) -> None:
    file = client.files.upload(LYSOZYME.encode(), filename="a.fasta")
    with pytest.raises((NotFound, ValidationError), match="file_of_nobody"):
        client.jobs.submit("protein-parameters", {"protein": attrs.evolve(file, id="file_of_nobody")})
    assert untouched(client)


def test_a_file_of_another_format(client: ProteinIQ) -> None:
    file = client.files.upload(b"HEADER    X\nEND\n", filename="a.pdb")
    error = refused(client, {"protein": file})
    assert "expected fasta, but file 'a.pdb' is pdb" in str(error)


def test_fifty_megabytes_of_text(client: ProteinIQ) -> None:
    error = refused(client, {"protein": ">a\n" + "M" * 50_000_000})
    assert "got 50,000,003" in str(error)
    assert "split the input" in str(error)
    assert len(str(error)) < 1000


def test_fifty_megabytes_of_text_at_the_service(client: ProteinIQ) -> None:
    with pytest.raises(PayloadTooLarge) as caught:
        client.jobs.submit("protein-parameters", entry(">a\n" + "M" * 50_000_000))
    assert (caught.value.status, caught.value.code) == (413, "payload_too_large")
    assert untouched(client)


def test_an_entry_without_its_required_fields(client: ProteinIQ) -> None:
    _, issues = refused_by_the_service(client, [{"slotId": "protein"}])
    assert {
        "input.inputs[0].id",
        "input.inputs[0].kind",
        "input.inputs[0].format",
        "input.inputs[0].source",
    } <= set(issues)


def test_the_same_is_refused_when_only_quoted(client: ProteinIQ) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        client.jobs.quote("protein-parameters", {"protein": " "})
    with pytest.raises(ValidationError):
        client.jobs.quote("protein-parameters", entry(">a\nMK1\n"))


@pytest.mark.parametrize("part", ["label", "content"])
def test_an_entry_with_a_number_that_python_does_not_write(client: ProteinIQ, part: str) -> None:
    with pytest.raises(InvalidInput, match="can't be written as JSON"):
        client.jobs.submit("protein-parameters", [{**ENTRY, part: 10**5000}])


def test_more_entries_than_the_slot_takes(client: ProteinIQ) -> None:
    files = [client.files.upload(b">a\nMK\n", filename=f"{n}.fasta") for n in range(2)]
    with pytest.raises(InvalidInput, match="slot 'query': expected at most 1, got 2 entries"):
        client.jobs.submit("pairwise-alignment", {"query": files, "target": LYSOZYME})
    assert untouched(client)
