import string

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox.tools._fasta import NUCLEOTIDE, STANDARD, Record, Rules, read

RULES = Rules(STANDARD, "standard amino acids", max_records=3, max_length=50, unique_ids=True)


def messages(content: str) -> list[tuple[int | None, str]]:
    return [(problem.line, problem.message) for problem in read(content, RULES)[1]]


def test_reads_name_description_and_residues() -> None:
    assert read(">P1 some protein\nMKV\nAC\n", RULES) == ([Record("P1", "some protein", "MKVAC", 1)], [])


def test_text_without_header_is_one_record_named_sequence() -> None:
    assert read("\nmkv\nAC\n", RULES) == ([Record("sequence", "", "MKVAC", 2)], [])


@pytest.mark.parametrize(
    "content", ["\ufeff>a\r\nMK V\r\nAC*\r\n", ">a\rmkvac\r", ">a\n\n MKV\tAC *\n\n", ">a\nMKVAC\n*"]
)
def test_accepts_what_does_not_change_the_sequence(content: str) -> None:
    assert [record.sequence for record in read(content, RULES)[0]] == ["MKVAC"]
    assert messages(content) == []


@pytest.mark.case
@pytest.mark.parametrize(
    "content",
    [
        "; made by hand\n>a\nMKV\n; half\nAC\n",
        "# made by hand\n>a\nMKVAC",
        ">a\nMK\fV\vAC\xa0\n\u2003\n",
        "\xa0>a\nM\u200bKVAC",
        "\ufeff\ufeff>a\nMKVAC",
    ],
)
def test_comments_blanks_and_marks_are_not_residues(content: str) -> None:
    assert [(record.id, record.sequence) for record in read(content, RULES)[0]] == [("a", "MKVAC")]
    assert messages(content) == []


@pytest.mark.case
@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (">P1;CRAA\nCRYSTALLIN\nMKV*\n", 1, "'P1;CRAA' is a header of the PIR format"),
        ("Sample A\n>a\nMKV\n", 1, "Text before the first header ('>'), 'Sample A'"),
        ("MKV\n\nACD\n", 3, "Text after an empty line, and no header"),
        ("alpha\tMKV\nbeta\tACD\n", 1, "looks like a table of names and sequences"),
        ("alpha MKVLAAGIVGLC\n", 1, "looks like a table of names and sequences"),
        ("Human insulin\nMKV\n", 1, "'Human insulin' looks like a title"),
        (">a\nMetLysVal\n", 2, "record 'a' is written in the three-letter code"),
        ("LOCUS       X   4 aa\nORIGIN\n", 1, "the text looks like GenBank"),
    ],
)
def test_refuses_what_would_be_another_sequence(content: str, line: int, what: str) -> None:
    ((found, message),) = messages(content)
    assert found == line
    assert what.lower() in message.lower()


@pytest.mark.case
def test_a_name_in_a_message_is_short_and_printable() -> None:
    for name in ("\x1b[2Jred", "a" * 10_000):
        for line, message in messages(f">{name}\nM1\n"):
            assert line is not None
            assert message.isprintable()
            assert len(message) < 500


@pytest.mark.parametrize("accession", ["P00698", "A0A024R1R8", "1lyz"])
def test_an_accession_is_called_one(accession: str) -> None:
    ((line, message),) = messages(accession)
    assert line == 1
    assert f"{accession.upper()!r} is an accession, not a sequence." in message


def test_a_protein_for_a_nucleotide_tool_is_called_one() -> None:
    rules = Rules(NUCLEOTIDE, "nucleotide letters", max_records=1, max_length=50, stop=False)
    messages = [problem.message for problem in read(">a\nMKVLAAGIVGLC\n", rules)[1]]
    assert messages
    assert all("The sequence looks like a protein." in message for message in messages)


@pytest.mark.parametrize("content", ["", "\n \r\n\t"])
def test_refuses_text_without_a_sequence(content: str) -> None:
    assert messages(content) == [(1, "The FASTA text is empty. Give at least one sequence.")]


@pytest.mark.parametrize("content", [">a\n", ">a\n\n>b\nMK", ">a\n*\n"])
def test_refuses_a_header_without_residues(content: str) -> None:
    assert messages(content)[0] == (
        1,
        "Record 'a' (line 1) has no sequence. Put its residues below the header, or remove the header.",
    )


def test_refuses_a_header_without_a_name() -> None:
    assert messages(">a\nMK\n> \nMK\n")[0] == (3, "The header on line 3 has no name. Write one after '>'.")


@pytest.mark.parametrize(
    ("letter", "why"),
    [
        ("1", "the digit '1' is not a residue. Remove the numbering."),
        ("-", "'-' is a gap. Give the sequence without its alignment."),
        ("*", "'*' is a stop. Only a protein may have one, at its end."),
        (
            "x",
            f"'x' is not accepted here, only standard amino acids ({STANDARD}). "
            "Replace the letter with a definite one.",
        ),
        (
            "u",
            f"'u' is selenocysteine, for which this tool has no values, only for standard amino acids ({STANDARD}).",
        ),
        (":", "':' joins chains, and this tool takes single chains. Give each chain a record of its own."),
        ("ı", f"'ı' (LATIN SMALL LETTER DOTLESS I) is not a residue. Use standard amino acids ({STANDARD})."),
    ],
)
def test_names_record_line_column_and_position_of_a_wrong_letter(letter: str, why: str) -> None:
    assert messages(f">a\nMKV\n A{letter}C\n") == [(3, f"Record 'a', line 3, column 3, position 5: {why}")]


def test_reports_a_wrong_letter_once_per_record() -> None:
    assert [line for line, _ in messages(">a\nX1X1\nXX\n>b\n1\n")] == [2, 2, 5]


def test_reports_at_most_twenty_problems() -> None:
    found = messages(">a\n" + "bjouxzBJOUXZ1234567890-.~")
    assert len(found) == 21
    assert found[-1][1] == "… and 5 more problems like these."


def test_refuses_a_duplicate_name() -> None:
    assert messages(">a\nMK\n>b\nMK\n>a\nMK\n") == [
        (5, "The name 'a' on line 5 was used before. Give every record a unique name.")
    ]


def test_refuses_too_many_records() -> None:
    content = "".join(f">{name}\nMK\n" for name in "abcd")
    assert messages(content) == [
        (7, "At most 3 records are allowed, got 4. Remove 'd' and everything after it.")
    ]


def test_refuses_a_record_that_is_too_long() -> None:
    assert messages(">a\n" + "M" * 51) == [(1, "Record 'a' must have at most 50 residues, got 51. Split it.")]


def test_refuses_a_control_character_in_a_header() -> None:
    assert messages(">a b\x00c\nMK") == [(1, "The header on line 1 contains a control character. Remove it.")]


def test_refuses_an_unpaired_surrogate() -> None:
    assert messages(">a\n>\ud800\nMK") == [
        (2, "The text contains an unpaired surrogate. Send it as valid UTF-8.")
    ]


@given(st.text())
def test_any_text_gives_records_or_problems(content: str) -> None:
    records, faults = read(content, RULES)
    assert records or faults
    lines = content.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert all(fault.line is None or 1 <= fault.line <= lines for fault in faults)


@given(
    st.lists(
        st.tuples(
            st.text(string.ascii_letters + string.digits, min_size=1),
            st.text(STANDARD + STANDARD.lower(), min_size=1, max_size=50),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda record: record[0],
    ),
    st.integers(1, 60),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_line_breaks_do_not_change_the_sequences(
    sequences: list[tuple[str, str]], width: int, newline: str
) -> None:
    lines = []
    for name, residues in sequences:
        lines += [f">{name}", *(residues[i : i + width] for i in range(0, len(residues), width))]
    records, faults = read(newline.join(lines), RULES)
    assert faults == []
    assert [(record.id, record.sequence) for record in records] == [
        (name, residues.upper()) for name, residues in sequences
    ]
