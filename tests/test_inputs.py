from __future__ import annotations

import gzip
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import numpy
import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

from proteiniq import File, InputWarning, InvalidInput, Setting, Slot, Tool
from proteiniq._inputs.entries import given_entries, part_of, prepared

from .structures import CIF, PDB, SDF


class Speed(Enum):
    FAST = "fast"


MISSING = "has no sequence: write it below the header, or remove the header"
SLOT = Slot(
    id="protein",
    name=None,
    description="One or more sequences.",
    kind="protein",
    formats=("fasta", "pdb"),
    required=True,
    max_entries=1,
    max_records=None,
    max_bytes=1000,
)
SETTING = Setting(
    id="ph",
    name=None,
    description=None,
    type="number",
    default=7,
    minimum=0,
    maximum=14,
    options=(),
    unit="pH",
)
TOOL = Tool(
    id="tool",
    name=None,
    description=None,
    category=None,
    subcategory=None,
    tags=(),
    version=None,
    beta=None,
    slots=(SLOT, attrs.evolve(SLOT, id="more", required=False, max_entries=None, formats=())),
    settings=(
        SETTING,
        attrs.evolve(SETTING, id="mode", type="string", options=("fast", "exact"), unit=None),
        attrs.evolve(SETTING, id="most", minimum=None, unit=None),
    ),
    outputs=(),
    results={},
    credit_model=None,
)
FILE = File(
    id="file_1",
    filename="a.fasta",
    format="FASTA",
    mime_type=None,
    size_bytes=None,
    origin=None,
    storage_owner=None,
    description=None,
    tags=(),
    collection_ids=(),
    created_at=None,
    updated_at=None,
)


def entries(tool: Tool, inputs: Any, settings: Any, **options: Any) -> list[dict[str, Any]]:
    return prepared(tool, inputs, settings, **options).entries


def made(value: Any, slot: str = "protein") -> list[dict[str, Any]]:
    rest = {} if slot == "protein" else {"protein": "MK"}
    return [entry for entry in entries(TOOL, {**rest, slot: value}, None) if entry["slotId"] == slot]


def problems(inputs: Any, settings: Any = None) -> list[str]:
    with pytest.raises(InvalidInput, match="nothing was sent") as caught:
        entries(TOOL, inputs, settings)
    return [str(issue) for issue in caught.value.issues]


def test_an_entry_of_text() -> None:
    assert made(">a\nMK\n") == [
        {
            "id": "protein-1",
            "slotId": "protein",
            "kind": "protein",
            "format": "fasta",
            "content": ">a\nMK\n",
            "source": {"type": "text"},
        }
    ]


def test_an_entry_of_a_file() -> None:
    (entry,) = made(FILE)
    assert entry["source"] == {"type": "file", "file_id": "file_1"}
    assert "content" not in entry
    assert (entry["format"], entry["label"]) == ("fasta", "a.fasta")


def test_a_path_is_labelled_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "my protein.pdb"
    path.write_text(PDB)
    (entry,) = made(path)
    assert (entry["label"], entry["format"]) == ("my protein.pdb", "pdb")


def test_several_sequences_of_a_slot_for_one_become_one_text() -> None:
    (entry,) = made(["MK", ">b\nVA", SeqRecord(Seq("GG"), id="c", description="")])
    assert entry["content"] == ">sequence-1\nMK\n>b\nVA\n>c\nGG\n"


def test_several_values_of_a_slot_for_many_stay_several() -> None:
    assert [entry["id"] for entry in made([">a\nMK", ">b\nVA"], "more")] == ["more-1", "more-2"]


def without(slot: str, **changes: Any) -> Tool:
    """The tool with fewer details of a slot."""
    slots = tuple(attrs.evolve(each, **changes) if each.id == slot else each for each in TOOL.slots)
    return attrs.evolve(TOOL, slots=slots)


@pytest.mark.case
@pytest.mark.parametrize("kind", [None, ""])
def test_an_unstated_kind_is_left_out(kind: str | None) -> None:
    (entry,) = entries(without("protein", kind=kind), {"protein": ">a\nMK"}, None)
    assert "kind" not in entry
    assert entry["format"] == "fasta"


@pytest.mark.case
def test_an_unstated_format_that_the_data_does_not_show_is_left_out() -> None:
    tool = without("protein", formats=(), max_records=1)
    (entry,) = entries(tool, {"protein": "MK"}, None)
    assert (entry["content"], entry["kind"]) == ("MK", "protein")
    assert "format" not in entry
    with pytest.raises(InvalidInput, match="expected at most 1, got 2 entries"):
        entries(tool, {"protein": ["MK", "VA"]}, None)


@pytest.mark.parametrize("format", [None, ""])
def test_an_unstated_format_of_a_saved_file_is_left_out(format: str | None) -> None:
    file = attrs.evolve(FILE, filename="data", format=format)
    (entry,) = entries(without("protein", formats=()), {"protein": file}, None)
    assert entry["source"] == {"type": "file", "file_id": "file_1"}
    assert "format" not in entry


@pytest.mark.parametrize(
    ("value", "format"),
    [(">a\nMK", "fasta"), (PDB, "pdb"), (FILE, "fasta"), (attrs.evolve(FILE, format="CIF"), "cif")],
    ids=["FASTA", "PDB", "file", "CIF"],
)
def test_data_may_show_its_format_if_the_service_does_not(value: Any, format: str) -> None:
    (entry,) = entries(without("protein", formats=()), {"protein": value}, None)
    assert entry["format"] == format


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "None is not a valid input"),
        ("", "is empty"),
        (" \n", "is empty"),
        (5, "list or iterator of these, got int"),
        (b"\xff", "byte 0 is not valid UTF-8"),
        (">a\nM\ud800", "lone surrogate"),
        ("M" * 1001, "must be at most 1,000 bytes, got 1,001"),
        ("data_x\n_a 1\n", "expected fasta or pdb, but the data looks like cif"),
        (Path("/no/such/file.fasta"), "can't read '/no/such/file.fasta': No such file"),
        (Path("/"), "can't read '/': it is a directory, not a file"),
        (Path("/dev/zero"), "can't read '/dev/zero': it is a device, not a file"),
        (Path("a\0"), "embedded null"),
        (attrs.evolve(FILE, format="CIF"), "expected fasta or pdb, but file"),
        ([FILE, FILE], "expected at most 1, got 2 entries"),
        ("lysozyme.fasta", "pass pathlib.Path('lysozyme.fasta')"),
    ],
)
def test_an_unsupported_value(value: Any, problem: str) -> None:
    found = problems({"protein": value})
    assert any(problem in each and each.startswith("slot 'protein'") for each in found), found


def slot_with(value: Any, **changes: Any) -> list[dict[str, Any]]:
    """The entries of `value` in a slot that is like SLOT but for `changes`."""
    slot = attrs.evolve(SLOT, id="it", max_bytes=None, **changes)
    return entries(attrs.evolve(TOOL, slots=(slot,)), {"it": value}, None)


@pytest.mark.parametrize(
    ("formats", "value", "format"),
    [
        (("sdf", "smiles"), "CCO", "smiles"),
        (("sdf", "smiles"), SDF, "sdf"),
        (("SDF", "SMI"), "CCO", "SMI"),
        (("pdb", "fasta"), "MKV", "fasta"),
        (("pdb", "mmcif"), CIF, "mmcif"),
        (("pdb", "cif"), PDB, "pdb"),
        (("fasta", "smiles"), "CCO", "fasta"),
        (("a3m",), ">a\nMK\n>b\nM1\n", "a3m"),
        (("pdbqt",), PDB, "pdbqt"),
        (("fasta", "txt"), "pH 7", "txt"),
        ((), "CC(=O)O", "smiles"),
        (("smiles", "fasta"), "M" * 200_000, "fasta"),
        (("smiles", "fasta"), "MKV\n" * 50_000, "fasta"),
        (("sdf", "smiles"), "CCO\n" * 50_000, "smiles"),
    ],
)
def test_the_format_has_the_slots_spelling(formats: tuple[str, ...], value: str, format: str) -> None:
    (entry,) = slot_with(value, formats=formats)
    assert entry["format"] == format


@pytest.mark.parametrize(
    ("changes", "value", "problem"),
    [
        (
            {"formats": ("pdb", "cif")},
            "MKV",
            "slot 'it': expected pdb or cif, but the data looks like none of them",
        ),
        ({"formats": ("pdb", "cif")}, SDF, "slot 'it': expected pdb or cif, but the data looks like sdf"),
        ({"formats": ("fasta",)}, "CC(=O)O", "slot 'it': expected fasta, but the data looks like smiles"),
        (
            {"formats": ("sdf", "smiles")},
            "CCO\nCC(",
            "slot 'it', line 2: unclosed '('",
        ),
        (
            {"formats": ("fasta",), "kind": "nucleotide"},
            ">a\nMKLPEF",
            "slot 'it', line 2: record 'a' looks like a protein, but the slot takes nucleotides: check it, or pass "
            "check=False to send it as it is",
        ),
        (
            {"formats": ("fasta",), "max_records": 2},
            ">a\nM\n>b\nK\n>c\nV\n",
            "slot 'it', line 5: expected at most 2, got 3 records; the excess starts on this line",
        ),
        (
            {"formats": ("fasta",), "max_records": 1},
            ["M", "K"],
            "slot 'it', line 1: value 2: expected at most 1, got 2 records; the excess starts on this line",
        ),
        (
            {"formats": ("fasta",), "max_entries": None},
            ["MK", ">b\nV\n>c"],
            f"slot 'it', line 3: value 2: record 'c' {MISSING}",
        ),
        (
            {"formats": ("fasta",)},
            ["MK", ">b"],
            f"slot 'it', line 1: value 2: record 'b' {MISSING}",
        ),
    ],
)
def test_data_that_the_slot_refuses_is_named_with_its_line(
    changes: dict[str, Any], value: Any, problem: str
) -> None:
    with pytest.raises(InvalidInput, match="nothing was sent") as caught:
        slot_with(value, **changes)
    assert [str(issue) for issue in caught.value.issues] == [problem]


def test_a_value_that_is_a_file_is_named_by_it(tmp_path: Path) -> None:
    path = tmp_path / "b.fasta"
    path.write_text(">b\n")
    with pytest.raises(InvalidInput, match=r"line 1: value 2 \(b\.fasta\): record 'b' has no sequence"):
        slot_with(["MK", path])


def test_an_uploaded_file_without_a_name_has_no_label() -> None:
    (entry,) = made(attrs.evolve(FILE, filename=None))
    assert "label" not in entry


def test_an_uploaded_file_that_is_too_large() -> None:
    assert (
        "must be at most 1,000 bytes, got 1,001"
        in problems({"protein": attrs.evolve(FILE, size_bytes=1001)})[0]
    )


def test_the_name_of_an_uploaded_file_may_differ_from_its_format() -> None:
    file = attrs.evolve(FILE, filename="x.mmcif", format=None)
    assert slot_with(file, formats=("pdb", "CIF"))[0]["format"] == "CIF"


def test_a_path_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.fasta"
    path.write_bytes(b"M" * 1001)
    path.chmod(0)
    assert "got 1,001" in problems({"protein": path})[0]


@pytest.mark.parametrize("inputs", ["MK", None, []])
def test_inputs_that_are_not_a_mapping(inputs: Any) -> None:
    with pytest.raises(InvalidInput, match="the slots are 'protein', 'more'"):
        entries(TOOL, inputs, None)


@pytest.mark.parametrize("settings", ["ph", ["ph"]])
def test_settings_that_are_not_a_mapping(settings: Any) -> None:
    with pytest.raises(InvalidInput, match="settings must be a mapping of settings"):
        entries(TOOL, {"protein": "MK"}, settings)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"ph": 15}, "setting 'ph': must be from 0 to 14 pH, got 15"),
        ({"ph": "7"}, "setting 'ph': must be a number, got '7'"),
        ({"most": 15}, "setting 'most': must be at most 14, got 15"),
        ({"ph": True}, "setting 'ph': must be a number, got True"),
        ({"pH": 7}, "setting 'pH': tool has no such setting: did you mean 'ph'?"),
        ({"speed": 7}, "setting 'speed': tool has no such setting: choose from ph, mode, most"),
        ({"mode": "slow"}, "setting 'mode': must be one of fast, exact; got 'slow'"),
        ({"mode": ["fast"]}, "setting 'mode': must be a string, got ['fast']"),
        ({"ph": 10**5000}, "setting 'ph': must be from 0 to 14 pH, got int with too many digits to show"),
    ],
)
def test_an_unsupported_setting(settings: Any, problem: str) -> None:
    assert problems({"protein": "MK"}, settings) == [problem] or problems({"protein": "MK"}, settings)[
        0
    ].startswith(problem)


@pytest.mark.parametrize(
    ("inputs", "settings"),
    [
        ({"protein": "MK", "M" * 10**6: "MK"}, None),
        ({"protein": "MK"}, {"ph": "M" * 10**6}),
        ({"protein": "MK"}, {"mode": "M" * 10**6}),
        ({"protein": "MK"}, {"M" * 10**6: 1}),
        ({"protein": "MK"}, "M" * 10**6),
    ],
)
def test_a_file_in_the_wrong_place_is_not_repeated_in_the_message(inputs: Any, settings: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        entries(TOOL, inputs, settings)
    assert len(str(caught.value)) < 500


def test_settings_of_a_tool_without_a_list_are_checked_by_the_service() -> None:
    assert entries(attrs.evolve(TOOL, settings=()), {"protein": "MK"}, {"anything": object()})


def test_validate_reports_the_same_without_a_request() -> None:
    TOOL.validate({"protein": "MK"}, {"ph": 7})
    TOOL.validate([{"slotId": "anything"}])
    TOOL.validate({"inputs": [{"slotId": "anything"}]})
    with pytest.raises(InvalidInput, match="must be from 0 to 14 pH, got -1"):
        TOOL.validate({"protein": "MK"}, {"ph": -1})


def test_entries_are_given_as_a_list_or_as_the_documented_object() -> None:
    listed = [{"slotId": "protein"}, {"slotId": "ligand"}]
    assert given_entries(listed) == listed
    assert given_entries({"inputs": listed}) == listed


@pytest.mark.parametrize("listed", [[], [{"slotId": "protein"}, "MK"], {"slotId": "protein"}, "slotId"])
def test_other_inputs_are_not_entries(listed: Any) -> None:
    assert given_entries(listed) is None
    assert given_entries({"inputs": listed}) is None


def test_an_object_with_another_key_is_a_mapping_of_slots() -> None:
    assert given_entries({"inputs": [{"slotId": "protein"}], "protein": "MK"}) is None


@pytest.mark.parametrize("value", ["MKV", ["MKV", "MKA"]])
def test_a_slot_may_be_named_inputs(value: Any) -> None:
    tool = attrs.evolve(TOOL, slots=(attrs.evolve(TOOL.slots[0], id="inputs", max_entries=1),))
    (made,) = entries(tool, {"inputs": value}, None)
    assert made["slotId"] == "inputs"
    assert "MKV" in made["content"]
    with pytest.raises(InvalidInput, match="slot 'inputs'"):
        tool.validate({"inputs": ""})


SMILES = {"formats": ("smiles",), "kind": "ligand"}


@pytest.mark.case
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("proteins.pep", "looks like a file name: to read the file, pass pathlib.Path('proteins.pep')"),
        ("proteins.fa.gz", "looks like a file name"),
        ("~/proteins", "pass pathlib.Path('~/proteins').expanduser()"),
        ("https://example.org/x.fasta", "this is a URL: download the file"),
        ("file_123", "pass the file, client.files.get('file_123')"),
        ("job_123", "looks like the id of a job"),
        (repr(Seq("MK")), "is what Python prints for an object"),
        (repr(["MK", "VA"]), "is what Python prints for an object"),
        (repr(b"MK" * 200), "is what Python prints for an object"),
        (repr({"a": "MK"}.values()), "is what Python prints for an object"),
        (repr(("MK", "VA")), "is what Python prints for an object"),
        (repr({"a": "MK"}), "is what Python prints for an object"),
        ("<memory at 0x7f18f8dbe440>", "is what Python prints for an object"),
        ("0    MKT\n1    AAA\nName: seq, dtype: object", "is what Python prints for an object"),
        ('["MK", "VA"]', "the data looks like JSON"),
        ("/data/proteins", "looks like a file name"),
        (r"C:\data\proteins", "looks like a file name"),
        ({"a": "proteins.pep"}, "looks like a file name"),
        ("None", "'None' stands for a missing value: leave it out"),
        ("N/A", "'N/A' stands for a missing value: leave it out"),
        ("'MK'", "is what Python prints for an object"),
        ("LOCUS       X   4 aa\n", "expected fasta, but the data looks like GenBank"),
        (">gene\n" + "ATGGCCAAGGTTTGCACGATTACAGGC" * 2, "record 'gene' looks like a nucleotide sequence"),
        ("MKV\n\nVLA\n", "text after an empty line, and no header"),
        (gzip.compress(b"M" * 2000, mtime=0), "must unpack to at most 1,000 bytes"),
        ("M\0K", "contains a NUL character"),
        ([1] * 50, "and 1 more"),
    ],
)
def test_what_would_be_another_sequence_is_refused_unless_it_is_not_checked(value: Any, problem: str) -> None:
    tool = without("protein", formats=("fasta",))
    with pytest.raises(InvalidInput) as caught:
        entries(tool, {"protein": value, "none": ""}, None)
    assert problem in str(caught.value)
    if isinstance(value, str) and "\0" not in value:
        (entry,) = entries(tool, {"protein": value}, {"ph": "any"}, check=False)
        assert entry["content"] == value


@pytest.mark.case
def test_the_name_of_an_existing_file_is_not_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert made("GATTACA")
    (tmp_path / "GATTACA").touch()
    assert "pass check=False to send it as it is" in problems({"protein": "GATTACA"})[0]


@pytest.mark.case
def test_a_text_that_no_file_can_be_named_after_is_data() -> None:
    assert made("M" * 299)
    (entry,) = slot_with("https://example.org/x", formats=("url",))
    assert entry["format"] == "url"


@pytest.mark.case
@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"formats": ("fasta",)}, ">x\nMKV:VLA\n"),
        ({"formats": ("fasta",)}, "HEADERMKVLAAGIVG"),
        ({"formats": ("fasta",)}, b"\xef\xbb\xbf>x\nMKV"),
        (SMILES, "SMILES Name\nCCO ethanol\n"),
        (SMILES, "N->[Pt]<-N"),
        (SMILES, "/C/C=C/C"),
        ({"formats": ("json",)}, '["MKV", "VLA"]'),
        ({"formats": ("fasta",)}, "~~~MKV"),
        ({"formats": ("fasta",)}, attrs.evolve(FILE, format="A3M")),
        ({"formats": ("fasta",)}, attrs.evolve(FILE, format="SEQUENCE")),
    ],
)
def test_what_a_tool_may_take_is_sent(changes: dict[str, Any], value: Any) -> None:
    assert slot_with(value, **changes)


@pytest.mark.case
@pytest.mark.parametrize(
    ("formats", "format"),
    [(("fasta",), "fasta"), (("pdb", "TXT"), "TXT"), (("pdb", "fasta"), "pdb"), ((), "txt")],
)
def test_a_saved_file_without_a_known_format_may_be_any(formats: tuple[str, ...], format: str) -> None:
    (entry,) = slot_with(attrs.evolve(FILE, filename="seqs.txt", format="TXT"), formats=formats)
    assert entry["format"] == format


@pytest.mark.case
def test_the_name_of_a_saved_text_is_not_its_format() -> None:
    (entry,) = slot_with(attrs.evolve(FILE, filename="notes.pdb", format="TXT"), formats=("fasta",))
    assert entry["format"] == "fasta"


@pytest.mark.case
def test_a_record_for_a_slot_without_sequences_is_refused() -> None:
    with pytest.raises(InvalidInput, match="records can't be taken, only smiles: pass text"):
        slot_with(SeqRecord(Seq("MK"), id="a"), **SMILES)


@pytest.mark.case
def test_joined_texts_lose_their_marks_and_keep_their_headers() -> None:
    (entry,) = made(["\ufeff>a\nMK\n", "; half\n>b\nVA\n", b"\xef\xbb\xbfGG"])
    assert entry["content"] == ">a\nMK\n; half\n>b\nVA\n>sequence-3\nGG\n"


@pytest.mark.case
def test_joined_texts_know_the_lines_of_their_values() -> None:
    (parts,) = prepared(TOOL, {"protein": [">a\nMK\n", "VA\n", ">c\nGG"]}, None).parts
    places = []
    for line in range(1, 7):
        part = part_of(parts, line)
        assert part is not None
        places.append((part.item.number, line - part.shift))
    # The header on line 3 is not the user's.
    assert places == [(1, 1), (1, 2), (2, 0), (2, 1), (3, 1), (3, 2)]


@pytest.mark.case
def test_lines_that_may_be_several_sequences_are_warned_of() -> None:
    with pytest.warns(InputWarning, match="value 2: these 2 lines without a header") as caught:
        TOOL.validate({"protein": [">a\nMK", "MKV\nMKVLAA\n"]})
    assert [Path(each.filename).name for each in caught] == [Path(__file__).name]


@pytest.mark.case
@pytest.mark.parametrize(
    ("value", "warning"),
    [
        (list("MKV"), "3 single letters are read as a sequence each"),
        (numpy.array(list("MKV")), "3 single letters are read as a sequence each"),
        (("insulin", "MKVLA"), "two texts are read as two sequences"),
    ],
)
def test_texts_that_may_be_one_sequence_are_warned_of(value: Any, warning: str) -> None:
    with pytest.warns(InputWarning, match=warning):
        TOOL.validate({"protein": value})


@pytest.mark.case
def test_the_name_of_a_record_may_start_as_a_header() -> None:
    (entry,) = made({">a": "MKV"})
    assert entry["content"] == ">a\nMKV\n"


@pytest.mark.case
def test_an_array_without_dimensions_is_refused() -> None:
    assert "an array must have one dimension" in problems({"protein": numpy.array("MKV")})[0]


@pytest.mark.case
def test_text_that_is_not_utf_8_is_warned_of() -> None:
    with pytest.warns(InputWarning, match="line 1 is not valid UTF-8"):
        TOOL.validate({"protein": ">Müller\nMKV\n".encode("latin-1")})


@pytest.mark.case
@pytest.mark.parametrize(
    ("setting", "value", "sent"),
    [
        ({"type": "integer"}, 2.0, 2),
        ({"type": "integer"}, numpy.int64(2), 2),
        ({"type": "integer"}, Decimal(2), 2),
        ({"type": "number"}, numpy.float32(0.1), 0.1),
        ({"type": "number"}, Decimal("0.5"), 0.5),
        ({"type": "number"}, numpy.longdouble("0.1"), 0.1),
        ({"type": "string", "options": ("fast",)}, Speed.FAST, "fast"),
        ({"type": "several", "options": ("fast", "exact")}, ["exact"], ["exact"]),
        ({"type": "integer", "default": None}, None, None),
        ({"type": "boolean"}, numpy.True_, True),
        ({"type": "string", "options": ("1", "all")}, 1, "1"),
        ({"type": "string", "options": ("1", "all")}, 1.0, "1"),
        ({"type": "integer", "options": (1, 2)}, "2", 2),
        (
            {"type": None},
            [numpy.int64(1), {"a": numpy.array([2, 3])}, None, "x", ...],
            [1, {"a": [2, 3]}, None, "x", ...],
        ),
    ],
)
def test_a_setting_of_another_type_of_number_is_sent_as_the_contract_has_it(
    setting: dict[str, Any], value: Any, sent: Any
) -> None:
    free: dict[str, Any] = {"minimum": None, "maximum": None, "options": ()}
    tool = attrs.evolve(TOOL, settings=(attrs.evolve(SETTING, **{**free, **setting}),))
    made = prepared(tool, {"protein": "MK"}, {"ph": value}).settings["ph"]
    assert made == sent
    assert type(made) is type(sent)


@pytest.mark.parametrize("value", [float("inf"), Decimal("NaN")])
def test_a_number_that_json_does_not_have_is_refused(value: Any) -> None:
    tool = attrs.evolve(TOOL, settings=(attrs.evolve(SETTING, minimum=None, maximum=None),))
    with pytest.raises(InvalidInput, match="must be a finite number"):
        entries(tool, {"protein": "MK"}, {"ph": value})


@pytest.mark.case
@pytest.mark.parametrize("value", [Decimal("sNaN"), Fraction(10**400, 3)])
def test_a_number_without_a_value_is_refused(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"settings: .* pass plain numbers"):
        entries(TOOL, {"protein": "MK"}, {"ph": value})


def test_settings_nested_without_end_are_refused() -> None:
    nested: list[Any] = []
    nested.append(nested)
    with pytest.raises(InvalidInput, match="nested too deeply"):
        entries(TOOL, {"protein": "MK"}, {"ph": nested})
