"""Invalid input: every problem is reported with its place, and nothing is created or charged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proteiniq.sandbox import Sandbox

from .clients import Api, body, code, entry, error, file_entry, issues, job


@pytest.fixture(autouse=True)
def nothing_happens(api: Api) -> Iterator[None]:
    """Check after each test that the workspace has no job and all its credits, unless the test ran a job."""
    before = api.credits()
    yield
    ran = [j for j in body(api.get("jobs"))["data"] if j["status"] == "COMPLETED"]
    assert body(api.get("jobs"))["data"] == ran
    assert api.credits() == before - sum(j["credits_used"] for j in ran)


def refused(api: Api, *, name: str = "choosy", **changes: Any) -> dict[str, str]:
    """The issues of a refused submission, which a quote must report too."""
    submitted = api.post("jobs", json=job(name, **changes))
    quoted = api.post("jobs/quote", json=job(name, **{**changes, "name": None}))
    assert code(submitted) == code(quoted) == (400, "validation_error")
    assert issues(submitted) == issues(quoted)
    return issues(submitted)


def test_an_unknown_tool_is_not_found_with_a_suggestion(api: Api) -> None:
    response = api.post("jobs", json=job("chosy"))
    assert code(response) == (404, "not_found")
    assert issues(response)["tool"].endswith("Did you mean choosy?")
    assert code(api.post("jobs/quote", json=job("chosy", name=None))) == (404, "not_found")


def test_an_unknown_slot_is_named_with_the_known_ones(api: Api) -> None:
    found = refused(api, inputs=[entry(), entry(id="b", slotId="mor")])
    message = "is not a slot of choosy, which has text and more. Did you mean more?"
    assert found == {"input.inputs[1].slotId": message}


def test_a_missing_required_slot_is_named(api: Api) -> None:
    found = refused(api, inputs=[entry(slotId="more")])
    assert found == {"input.inputs": "slot text (Text) is required: add an entry with slotId text"}


def test_too_many_entries_of_a_slot_are_refused(api: Api) -> None:
    found = refused(api, inputs=[entry(id="a"), entry(id="b")])
    assert found == {"input.inputs": "slot text has too many entries: at most 1 allowed, got 2"}


def test_ids_of_entries_must_be_unique(api: Api) -> None:
    found = refused(api, inputs=[entry(), entry(slotId="more")])
    assert list(found) == ["input.inputs[1].id"]


def test_kind_and_format_must_match_the_slot(api: Api) -> None:
    found = refused(api, inputs=[entry(kind="nucleotide", format="pdb")])
    assert found == {
        "input.inputs[0].kind": "must be protein in slot text",
        "input.inputs[0].format": "must be fasta or txt in slot text",
    }


def test_the_case_of_a_format_does_not_matter(api: Api) -> None:
    assert api.run("choosy", inputs=[entry(format="FASTA", kind="Protein")])["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"content": None}, "input.inputs[0].content"),
        ({"source": {"type": "file"}}, "input.inputs[0].source.file_id"),
        ({"source": {"type": "file", "file_id": "file_0"}}, "input.inputs[0].content"),
        ({"source": {"type": "text", "file_id": "file_0"}}, "input.inputs[0].source.file_id"),
    ],
)
def test_an_entry_has_either_content_or_a_file(api: Api, changes: dict[str, Any], path: str) -> None:
    assert path in refused(
        api, inputs=[{**entry(), **changes}] if "content" not in changes else [entry(**changes)]
    )


def test_an_unknown_file_is_named(api: Api) -> None:
    found = refused(api, inputs=[file_entry("file_0")])
    assert found == {"input.inputs[0].source.file_id": "No such file in this workspace: 'file_0'."}


def test_a_deleted_file_is_named(api: Api) -> None:
    uploaded = api.upload()["id"]
    api.delete(f"files/{uploaded}")
    assert list(refused(api, inputs=[file_entry(uploaded)])) == ["input.inputs[0].source.file_id"]


def test_a_file_of_another_format_is_named(api: Api) -> None:
    uploaded = api.upload("a.pdb", b"HEADER    X\n")["id"]
    found = refused(api, inputs=[file_entry(uploaded)])
    assert found == {"input.inputs[0].format": "must be the format of the file, PDB"}


def test_a_file_that_is_not_text_is_named(api: Api) -> None:
    uploaded = api.upload("a.fasta", b">a\nM\xff\n")["id"]
    assert "byte 4" in refused(api, inputs=[file_entry(uploaded)])["input.inputs[0].source.file_id"]


@pytest.mark.case
@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\x1f\x8b\x08\x00MK", "it is gzip data"),
        (b"%PDF-1.4\n\xe2", "it is a PDF file"),
        (">a\nMK\n".encode("utf-16"), "it is UTF-16"),
    ],
)
def test_a_file_that_is_not_utf_8_is_called_what_it_is(api: Api, content: bytes, what: str) -> None:
    uploaded = api.upload("a.fasta", content)["id"]
    assert what in refused(api, inputs=[file_entry(uploaded)])["input.inputs[0].source.file_id"]


def test_a_file_that_is_too_large_is_named(api: Api) -> None:
    uploaded = api.upload("a.fasta", b">a\n" + b"M" * 30_000)["id"]
    found = refused(api, inputs=[file_entry(uploaded)])
    message = "has 30003 bytes; slot text takes at most 20000"
    assert found == {"input.inputs[0].source.file_id": message}


def test_too_much_content_is_named_in_bytes(api: Api) -> None:
    found = refused(api, inputs=[entry("é" * 10_001)])
    assert found == {"input.inputs[0].content": "has 20002 bytes; slot text takes at most 20000"}


def test_fifty_megabytes_of_text_are_refused(api: Api) -> None:
    response = api.post("jobs", json=job(inputs=[entry("M" * 50_000_000)]))
    assert code(response) == (413, "payload_too_large")


def test_too_many_records_are_named(api: Api) -> None:
    found = refused(api, inputs=[entry(">a\nM\n" * 4)])
    assert found == {"input.inputs[0].content": "has 4 records; slot text takes at most 3"}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"size": 11}, "must be from 0 to 10 Å"),
        ({"size": True}, "must be of type number"),
        ({"size": None}, "must be of type number"),
        ({"count": 0}, "must be at least 1"),
        ({"count": 1.5}, "must be of type integer"),
        ({"mode": "exat"}, "must be fast or exact. Did you mean exact?"),
        ({"mode": 1}, "must be of type string"),
        ({"code": 3}, "must be 1, 2 or 11"),
        ({"deep": 0}, "must be of type boolean"),
    ],
)
def test_an_invalid_setting_is_named(api: Api, settings: dict[str, Any], message: str) -> None:
    assert refused(api, settings=settings) == {f"settings.{next(iter(settings))}": message}


def test_an_unknown_setting_is_named_with_the_known_ones(api: Api) -> None:
    found = refused(api, settings={"dep": True})
    assert found["settings.dep"].startswith("is not a setting of choosy, which has size, count, mode,")
    assert found["settings.dep"].endswith("Did you mean deep?")
    assert "has no settings" in refused(api, name="plain", settings={"x": 1})["settings.x"]


@pytest.mark.case
def test_a_long_name_of_a_setting_is_cut(api: Api) -> None:
    ((path, message),) = refused(api, settings={"a" * 10_000: 1}).items()
    assert len(path) + len(message) < 300


def test_a_problem_found_by_the_tool_has_its_place(api: Api) -> None:
    inputs = [
        entry(id="a", slotId="more"),
        entry(">a\nMK\nM1\n", id="b"),
        entry(">a\n?\n", id="c", slotId="more"),
    ]
    changes = {"inputs": inputs, "settings": {"mode": "exact", "deep": True}}
    response = api.post("jobs", json=job("choosy", **changes))
    found = {issue["path"]: issue for issue in error(response)["details"]["issues"]}
    assert set(found) == {"input.inputs[1].content", "input.inputs[2].content", "settings.deep"}
    assert (found["input.inputs[1].content"]["slot"], found["input.inputs[1].content"]["line"]) == ("text", 3)
    assert (found["input.inputs[2].content"]["slot"], found["input.inputs[2].content"]["line"]) == ("more", 2)
    assert found["settings.deep"]["setting"] == "deep"


def test_all_problems_are_listed_at_once(api: Api) -> None:
    found = refused(
        api,
        inputs=[entry(format="pdb"), entry(slotId="x", id="b")],
        settings={"size": 99, "mode": "slow", "nothing": 1},
    )
    assert set(found) == {
        "input.inputs[0].format",
        "input.inputs[1].slotId",
        "settings.size",
        "settings.mode",
        "settings.nothing",
    }


def test_the_list_of_problems_is_bounded(api: Api) -> None:
    response = api.post("jobs", json=job("choosy", inputs=[entry("1\n" * 5000)]))
    assert len(error(response)["details"]["issues"]) == 100
    assert "4999 more" in error(response)["message"]


def test_settings_reach_the_tool_with_their_defaults(api: Api) -> None:
    done = api.run("choosy", settings={"count": 5.0, "size": 3})
    results = body(api.get(f"results/{done['id']}"))["results"]
    assert results["settings"] == {
        "size": 3,
        "count": 5,
        "mode": "fast",
        "code": 1,
        "deep": False,
    }
    assert results["slots"] == ["text"]


def test_a_price_above_the_reservation_limit_is_refused(api: Api) -> None:
    response = api.post("jobs", json=job("priced", billing={"max_reserved_credits": 19}))
    assert code(response) == (400, "validation_error")
    assert "price of 20 credits" in issues(response)["billing.max_reserved_credits"]
    assert api.run("priced", billing={"max_reserved_credits": 20})["credits_used"] == 20


@pytest.fixture(scope="module")
def built_in() -> Iterator[Api]:
    """The API of a sandbox with its built-in tools."""
    with Sandbox() as sandbox, Api(sandbox) as api:
        yield api


@pytest.mark.parametrize("content", ["", ">a\nMK1T\n"])
def test_an_invalid_sequence_is_named(built_in: Api, content: str) -> None:
    inputs = [entry(content, slotId="protein")]
    response = built_in.post("jobs", json=job("protein-parameters", inputs=inputs))
    assert code(response) == (400, "validation_error")
    assert "input.inputs[0].content" in issues(response)
    assert body(built_in.get("jobs"))["data"] == []
