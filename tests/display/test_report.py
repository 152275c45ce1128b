"""The report of a job."""

from __future__ import annotations

import base64
import gzip
import hashlib
import math
import re
from typing import Any

import attrs
import pytest

from proteiniq._display.report_record import MOST_EMBEDDED
from proteiniq._display.report_structures import section, shown
from proteiniq._display.shapes import Structure
from proteiniq._inputs.sent import Sent, sent

from .jobs import FAILURE, HOSTILE, JOB, SENT, failed, helix, made, reported, tool

PDB = "prediction.pdb"


def test_the_head_has_what_the_job_was() -> None:
    page = reported(tool=tool())
    assert '<p class="label">ESMFold</p><h1>Lysozyme</h1><p class="state good">Completed</p>' in page
    for fact in ("job_1", "2026-06-12 08:00:00 UTC", "3.0 s", "4 min 57 s", "50", "Predicts structures."):
        assert f">{fact}</" in page


def test_what_is_not_known_is_said_to_be_not_recorded() -> None:
    page = reported({}, job=failed())
    assert "<h1>job_2</h1>" in page
    assert (
        '<p class="state other">Budget exceeded</p><p class="failure" role="note">budget: Out of budget.</p>'
        in page
    )
    assert page.count("<dd>not recorded</dd>") >= 8
    assert "Not recorded: the service's result does not contain them" in page
    assert "The result has no structured data." in page
    assert "The result has no files." in page


def test_a_job_without_a_name_is_called_after_its_tool() -> None:
    nameless = attrs.evolve(JOB, name=None)
    assert "<h1>ESMFold</h1>" in reported(job=nameless, tool=tool())
    assert "<h1>esmfold</h1>" in reported(job=nameless)


def test_inputs_and_settings_are_those_that_were_sent() -> None:
    page = reported(sent=SENT, tool=tool())
    assert hashlib.sha256(b">a\nKVFGRC\n").hexdigest() in page
    assert '<pre tabindex="0">&gt;a\nKVFGRC\n</pre>' in page
    assert '<dt>recycles</dt><dd>2</dd><dd class="note">Rounds of refinement.</dd>' in page
    assert (
        '<dt>seed</dt><dd>7</dd><dd class="note">Default of the tool when this report was written.</dd>'
        in page
    )


def test_settings_of_an_unknown_tool() -> None:
    assert "<dt>recycles</dt><dd>2</dd></div>" in reported(sent=SENT)
    assert "<h3>Settings</h3><p>None.</p>" in reported(sent=attrs.evolve(SENT, settings={}))


def test_a_saved_file_as_input_is_named_by_its_id() -> None:
    entry = attrs.evolve(SENT.inputs[0], file_id="file_9", content=None, sha256=None)
    assert "<dd>file_9</dd>" in reported(sent=attrs.evolve(SENT, inputs=(entry,)))


def test_a_structure_is_in_3d_with_its_confidence() -> None:
    page = reported(None, made(PDB, helix(30), "chemical/x-pdb"), tool=tool())
    assert 'id="structure-1" data-source="structure-1-data"' in page
    assert "Confidence along the sequence" in page
    assert ">very high</text>" in page
    assert "The predicted structure." in page


def test_confidence_from_0_to_1_is_on_that_scale() -> None:
    page = reported(None, made(PDB, helix(30, "AB", 0.01), "chemical/x-pdb"), tool=tool())
    assert ">chain B</text>" in page
    assert ">0.8</text>" in page


def test_b_factors_are_confidence_only_if_the_contract_says_so() -> None:
    assert "Confidence along" not in reported(None, made(PDB, helix(30), "chemical/x-pdb"))


def test_as_many_numbers_as_residues_colour_the_structure() -> None:
    page = reported({"pka": [float(number) for number in range(30)]}, made(PDB, helix(30)))
    assert "30 points, from 0 to 29." in page
    assert ">residue</text>" in page
    assert '"pka"' in page


def test_columns_of_a_file_colour_the_structure_too() -> None:
    data = b'{"scores": [1.5, 2.5, 3.5], "others": [1, 2]}'
    page = reported(None, made(PDB, helix(3)), made("scores.json", data, "application/json"))
    assert '"scores.json: scores"' in names_of_colours(page)
    assert '"scores.json: others"' not in names_of_colours(page)


def test_a_structure_has_four_columns_of_rows_at_most() -> None:
    rows = [{"chain": "A", "number": at, **dict.fromkeys("abcdef", at)} for at in range(1, 6)]
    page = reported(
        {"rows": rows}, made(PDB, helix(5)), made("x.json", b'{"v": [1, 2, 3, 4, 5]}', "application/json")
    )
    assert re.findall('"([a-f]|x.json: v)"', names_of_colours(page)) == ["a", "b", "c", "d"]


def structure_sent(*contents: bytes | str, label: str | None = None, format: str | None = "pdb") -> Sent:
    texts = [each if isinstance(each, str) else each.decode() for each in contents]
    return sent([{"slotId": "s", "format": format, "label": label, "content": each} for each in texts], {})


def test_columns_are_shown_on_the_structure_that_was_sent() -> None:
    rows = [{"chain": "A", "number": at, "sasa": at / 2} for at in range(1, 6)]
    for given in (
        structure_sent(helix(5), label="mine.pdb"),
        structure_sent(helix(5), label="mine.pdb", format=None),
    ):
        page = reported({"rows": rows}, sent=given)
        assert "<figcaption>Input mine.pdb</figcaption>" in page
        assert "coloured by sasa" in page
    assert "Input mine.pdb" not in reported({"rows": rows}, made(PDB, helix(5)), sent=given)
    assert (
        "Input"
        not in reported({"rows": rows[:2]}, sent=given)
        .partition("Inputs and settings</h2>")[0]
        .partition("<main>")[2]
    )


def test_columns_that_fit_several_structures_are_on_none() -> None:
    rows = [{"chain": "A", "number": at, "sasa": at / 2} for at in range(1, 6)]
    assert '"sasa"' not in names_of_colours(
        reported({"rows": rows}, made(PDB, helix(5)), made("b.pdb", helix(5)))
    )
    assert 'id="structure"' not in reported({"rows": rows}, sent=structure_sent(helix(5), helix(5)))


def test_columns_that_fit_a_part_of_another_structure_are_on_none() -> None:
    rows = [{"chain": "A", "number": at, "letter": "A", "sasa": at / 2} for at in range(1, 6)]
    page = reported({"rows": rows}, made(PDB, helix(5)), made("b.pdb", helix(7)))
    assert '"sasa"' not in names_of_colours(page)


@pytest.mark.parametrize(
    "data",
    [
        {
            "rows": [
                {"number": at, "letter": "A", "v": value}
                for at, value in enumerate((1.5, 10**400, -1e308), 1)
            ]
        },
        {"rows": [{"v": 1.7e308}, {"v": 1.7e308}, {"v": 0.5}, {"v": 1.5}]},
        [{"v": [10**400, 1]}],
        [{"v": [9e300, 9e300]}],
        [{"v": [9e18, 9e18]}],
        {"v": [math.inf, math.nan, 5e-324]},
    ],
)
def test_numbers_of_any_size_are_reported(data: Any) -> None:
    assert "</main>" in reported(data, made(PDB, helix(3)))


def test_inputs_without_columns_or_text_are_no_structures() -> None:
    entries = [*structure_sent(helix(5)).inputs, *SENT.inputs, attrs.evolve(SENT.inputs[0], content=None)]
    page = reported({"rows": [{"v": 1}]}, sent=attrs.evolve(SENT, inputs=tuple(entries)))
    assert 'id="structure"' not in page


def test_rows_about_several_inputs_are_shown_on_each() -> None:
    rows = [
        {"structure": str(one), "chain": "A", "number": at, "pka": at * one}
        for one in range(1, 7)
        for at in range(1, 4)
    ]
    page = reported({"rows": rows}, sent=structure_sent(*[helix(3)] * 6))
    assert re.findall("<figcaption>(.*?)</figcaption>", page) == [f"Input {number}" for number in range(1, 5)]


def test_a_long_input_is_not_in_the_page_as_text() -> None:
    page = reported(sent=structure_sent("REMARK\n" * 2_000))
    assert "<summary>s</summary>" not in page
    assert "14000" in page


def names_of_colours(page: str) -> str:
    """What the viewer of the first structure can be coloured by."""
    found = re.search('"colourings": ?(.*?"models"|.*)', page)
    assert found is not None
    return "".join(re.findall('"name": ?"[^"]*"', found[1]))


def test_a_structure_that_can_not_be_read_is_text() -> None:
    found = Structure(name=PDB, format="pdb", text="not a structure", b_factor="plddt")
    (only,) = shown({}, [found], None)
    assert (only.traces, only.read) == ((), None)
    assert "is shown as text" in section([only])[0].body


def test_archives_are_only_files() -> None:
    page = reported(None, made("all.zip", b"PK\x03\x04\0\0"))
    assert 'download="all.zip.gz"' in page
    assert "<h3>all.zip</h3>" not in page


def test_lengths_of_given_sequences_are_known() -> None:
    data = {"scores": [1.0, 2.0, 4.0, 3.0, 5.0, 6.0]}
    assert ">residue</text>" in reported(data, sent=SENT)
    assert ">place in the list</text>" in reported(data)
    assert ">residue</text>" in reported(data, made("a.fasta", b">a\nKVFGRC\n"))


def test_contents_of_files_can_be_opened_beside_the_results() -> None:
    table = made("scores.csv", b"id,score\na,1.5\nb,2.5\n", "text/csv")
    assert '<details class="output"><summary>scores.csv</summary>' in reported(None, table)
    assert "<h3>scores.csv</h3>" in reported({}, table)


def test_files_are_in_the_page_with_size_and_hash() -> None:
    page = reported(None, made("log.txt", b"done\n" * 9, "text/plain"))
    found = re.search(
        'download="log.txt.gz" href="data:application/gzip;base64,([^"]*)" data-name="log.txt"', page
    )
    assert found is not None
    assert gzip.decompress(base64.b64decode(found[1])) == b"done\n" * 9
    assert hashlib.sha256(b"done\n" * 9).hexdigest() in page
    assert 'data-name="result.json"' in page


def test_a_file_named_as_the_result_is_not_doubled() -> None:
    assert reported(None, made("result.json", b"{}")).count('data-name="result.json"') == 1


def test_large_files_are_only_described() -> None:
    page = reported(
        None, made("a.bin", None, size=MOST_EMBEDDED + 1), made("b.bin", b"\0", size=MOST_EMBEDDED + 1)
    )
    assert page.count("no: too large") == 2


def test_the_page_may_load_nothing() -> None:
    page = reported(None, made(PDB, helix(5)))
    assert "default-src 'none'; img-src data:" in page
    assert "unsafe" not in page.split("</head>")[0].split("<title>")[0]


def test_the_same_result_gives_the_same_bytes() -> None:
    files = [made(PDB, helix(20), "chemical/x-pdb")]
    assert reported(None, *files, tool=tool(), sent=SENT) == reported(None, *files, tool=tool(), sent=SENT)


def test_nothing_from_a_job_is_markup() -> None:
    job = attrs.evolve(
        JOB, id=HOSTILE, name=HOSTILE, tool=HOSTILE, error=attrs.evolve(FAILURE, message=HOSTILE)
    )
    entry = attrs.evolve(SENT.inputs[0], slot=HOSTILE, label=HOSTILE, content=HOSTILE, format=HOSTILE)
    page = reported(
        {HOSTILE: HOSTILE},
        made(HOSTILE, HOSTILE.encode(), HOSTILE),
        job=job,
        tool=tool(name=HOSTILE, description=HOSTILE, version=HOSTILE),
        sent=attrs.evolve(SENT, inputs=(entry,), settings={HOSTILE: HOSTILE}),
        data_source=HOSTILE,
    )
    assert "<img src=x" not in page
    assert "<script>alert" not in page


def test_a_structure_of_300_residues_takes_less_than_800_kb() -> None:
    page = reported(None, made(PDB, helix(300), "chemical/x-pdb"), tool=tool(), sent=SENT)
    assert len(page.encode()) < 800_000
