"""Input that can't be computed: an error that says what to change, no job, no charge.

Each is given twice: as a user gives it, which the client refuses, and as API entries, which the service refuses.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from proteiniq import AsyncProteinIQ, InvalidInput, NotFound, PayloadTooLarge, ValidationError

from ..support import ENTRY, LYSOZYME

GOOD = {"protein": LYSOZYME}


async def untouched(client: AsyncProteinIQ) -> bool:
    """Whether the workspace has no job and all its credits."""
    credits = (await client.account.get()).workspace.credits
    assert credits is not None
    return await client.jobs.list().list() == [] and credits.available == 10**9


async def refused(client: AsyncProteinIQ, inputs: Any, settings: Any = None) -> InvalidInput:
    """The error of the client, before any job."""
    with pytest.raises(InvalidInput) as caught:
        await client.jobs.submit("protein-parameters", inputs, settings)
    assert await untouched(client)
    return caught.value


async def refused_by_the_service(
    client: AsyncProteinIQ, entries: Any, settings: Any = None, tool: str = "protein-parameters"
) -> tuple[str, dict[str, str]]:
    """The message, and path → message of the details."""
    with pytest.raises(ValidationError) as caught:
        await client.jobs.submit(tool, entries, settings)
    assert caught.value.code == "validation_error"
    assert caught.value.status == 400
    assert not caught.value.retryable
    assert await untouched(client)
    return str(caught.value), {issue["path"]: issue["message"] for issue in caught.value.details["issues"]}


def entry(content: str = LYSOZYME, **changes: Any) -> list[dict[str, Any]]:
    return [{**ENTRY, "content": content, **changes}]


@pytest.mark.anyio
async def test_an_empty_fasta(client: AsyncProteinIQ) -> None:
    error = await refused(client, {"protein": ""})
    assert "slot 'protein': is empty" in str(error)


@pytest.mark.anyio
async def test_a_record_without_residues(client: AsyncProteinIQ) -> None:
    error = await refused(client, {"protein": ">a\nMK\n>b\n"})
    assert "slot 'protein', line 3: the record 'b' has no sequence" in str(error)


@pytest.mark.anyio
async def test_an_empty_fasta_at_the_service(client: AsyncProteinIQ) -> None:
    message, issues = await refused_by_the_service(client, entry(""))
    assert [path for path in issues if path.startswith("input.inputs[0].content")]
    assert "input.inputs[0].content" in message


@pytest.mark.anyio
async def test_letters_that_are_no_residues(client: AsyncProteinIQ) -> None:
    error = await refused(client, {"protein": ">a\nMKV\nMK1V\n"})
    assert "slot 'protein', line 3: '1' is not a sequence letter" in str(error)
    assert [(issue.slot, issue.line) for issue in error.issues] == [("protein", 3)]


@pytest.mark.anyio
async def test_letters_that_are_no_residues_at_the_service(client: AsyncProteinIQ) -> None:
    message, issues = await refused_by_the_service(client, entry(">a\nMKV\nMK1V\n"))
    assert any(path.startswith("input.inputs[0]") for path in issues)
    assert "1" in message


@pytest.mark.anyio
async def test_a_slot_that_does_not_exist(client: AsyncProteinIQ) -> None:
    error = await refused(client, {**GOOD, "protien": LYSOZYME})
    assert "slot 'protien': protein-parameters has no such slot: did you mean 'protein'?" in str(error)


@pytest.mark.anyio
async def test_a_slot_that_does_not_exist_at_the_service(client: AsyncProteinIQ) -> None:
    _, issues = await refused_by_the_service(client, [*entry(), *entry(slotId="protien", id="b")])
    assert "input.inputs[1].slotId" in issues


@pytest.mark.anyio
async def test_a_missing_slot(client: AsyncProteinIQ) -> None:
    error = await refused(client, {})
    assert "slot 'protein': required but missing" in str(error)


@pytest.mark.anyio
async def test_a_missing_slot_at_the_service(client: AsyncProteinIQ) -> None:
    message, _ = await refused_by_the_service(
        client, [{**ENTRY, "slotId": "query", "content": LYSOZYME}], tool="pairwise-alignment"
    )
    assert "target" in message


@pytest.mark.anyio
async def test_a_setting_out_of_range(client: AsyncProteinIQ) -> None:
    tool = await client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput, match=r"setting 'gap_open': must be from 1 to 100, got 1000"):
        await client.jobs.submit(tool, {"query": LYSOZYME, "target": LYSOZYME}, {"gap_open": 1000})
    assert await untouched(client)


@pytest.mark.anyio
async def test_a_setting_out_of_range_at_the_service(client: AsyncProteinIQ) -> None:
    both = [*entry(slotId="query", kind="sequence"), *entry(slotId="target", kind="sequence", id="b")]
    message, issues = await refused_by_the_service(
        client, both, {"gap_open": 1000}, tool="pairwise-alignment"
    )
    assert "settings.gap_open" in issues
    assert "100" in message


@pytest.mark.anyio
async def test_a_setting_that_does_not_exist(client: AsyncProteinIQ) -> None:
    tool = await client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput, match=r"has no such setting: did you mean 'gap_open'"):
        await client.jobs.submit(tool, {"query": LYSOZYME, "target": LYSOZYME}, {"gap_opn": 10})


@pytest.mark.anyio
async def test_a_setting_of_another_type(client: AsyncProteinIQ) -> None:
    tool = await client.tools.get("pairwise-alignment")
    with pytest.raises(InvalidInput, match=r"setting 'gap_open': must be a number, got 'ten'"):
        await client.jobs.submit(tool, {"query": LYSOZYME, "target": LYSOZYME}, {"gap_open": "ten"})


@pytest.mark.anyio
async def test_everything_that_is_wrong_is_said_at_once(client: AsyncProteinIQ) -> None:
    tool = await client.tools.get("pairwise-alignment")
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


@pytest.mark.anyio
async def test_an_unknown_tool(client: AsyncProteinIQ) -> None:
    with pytest.raises(NotFound, match="protein-parametres"):
        await client.jobs.submit("protein-parametres", GOOD)
    assert await untouched(client)


@pytest.mark.anyio
async def test_an_unknown_tool_at_the_service(client: AsyncProteinIQ) -> None:
    with pytest.raises((NotFound, ValidationError), match="nosuchtool"):
        await client.jobs.submit("nosuchtool", entry())
    assert await untouched(client)


@pytest.mark.anyio
async def test_an_unknown_file(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(LYSOZYME.encode(), filename="a.fasta")
    with pytest.raises((NotFound, ValidationError), match="file_of_nobody"):
        await client.jobs.submit("protein-parameters", {"protein": attrs.evolve(file, id="file_of_nobody")})
    assert await untouched(client)


@pytest.mark.anyio
async def test_a_file_of_another_format(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(b"HEADER    X\nEND\n", filename="a.pdb")
    error = await refused(client, {"protein": file})
    assert "expected fasta, but file 'a.pdb' is pdb" in str(error)


@pytest.mark.anyio
async def test_fifty_megabytes_of_text(client: AsyncProteinIQ) -> None:
    error = await refused(client, {"protein": ">a\n" + "M" * 50_000_000})
    assert "got 50,000,003" in str(error)
    assert "split the input" in str(error)
    assert len(str(error)) < 1000


@pytest.mark.anyio
async def test_fifty_megabytes_of_text_at_the_service(client: AsyncProteinIQ) -> None:
    with pytest.raises(PayloadTooLarge) as caught:
        await client.jobs.submit("protein-parameters", entry(">a\n" + "M" * 50_000_000))
    assert (caught.value.status, caught.value.code) == (413, "payload_too_large")
    assert await untouched(client)


@pytest.mark.anyio
async def test_an_entry_without_what_it_needs(client: AsyncProteinIQ) -> None:
    _, issues = await refused_by_the_service(client, [{"slotId": "protein"}])
    assert {
        "input.inputs[0].id",
        "input.inputs[0].kind",
        "input.inputs[0].format",
        "input.inputs[0].source",
    } <= set(issues)


@pytest.mark.anyio
async def test_the_same_is_refused_when_only_quoted(client: AsyncProteinIQ) -> None:
    with pytest.raises(InvalidInput, match="is empty"):
        await client.jobs.quote("protein-parameters", {"protein": " "})
    with pytest.raises(ValidationError):
        await client.jobs.quote("protein-parameters", entry(">a\nMK1\n"))


@pytest.mark.anyio
@pytest.mark.parametrize("part", ["label", "content"])
async def test_an_entry_with_a_number_that_python_does_not_write(client: AsyncProteinIQ, part: str) -> None:
    with pytest.raises(InvalidInput, match="can't be written as JSON"):
        await client.jobs.submit("protein-parameters", [{**ENTRY, part: 10**5000}])


@pytest.mark.anyio
async def test_more_entries_than_the_slot_takes(client: AsyncProteinIQ) -> None:
    files = [await client.files.upload(b">a\nMK\n", filename=f"{n}.fasta") for n in range(2)]
    with pytest.raises(InvalidInput, match="slot 'query': expected at most 1, got 2 entries"):
        await client.jobs.submit("pairwise-alignment", {"query": files, "target": LYSOZYME})
    assert await untouched(client)
