"""What the service says is wrong with an input, in terms of what the user passed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from proteiniq import Issue, ProteinIQ, Request, ValidationError
from proteiniq._inputs.entries import Part
from proteiniq._inputs.values import Item
from proteiniq._responses.refusals import explain
from proteiniq.sandbox import Sandbox

from ._sync.clients import connect
from .support import ENTRY

pytestmark = pytest.mark.case

ENTRIES = [{"slotId": "query"}, {"slotId": "target"}]
PARTS = [
    (Part(Item("")),),
    (Part(Item("", 1, "a.fasta"), 1, 0), Part(Item("", 2, "b.fasta"), 3, 3)),
]


def told(details: Any, message: str = "invalid", parts: Any = PARTS) -> ValidationError:
    """The error after it was explained."""
    error = ValidationError(
        message, code="validation_error", status=400, request=Request("POST", "/api/v1/jobs"), details=details
    )
    explain(error, "tool", ENTRIES, parts)
    return error


@pytest.mark.parametrize(
    ("issue", "expected"),
    [
        (
            {"path": "input.inputs[1].content", "message": "bad, line 5, column 2", "line": 5},
            Issue("value 2 (b.fasta): bad, line 2, column 2", slot="target", line=2, entry=2),
        ),
        (
            {"loc": ["body", "input", "inputs", 1, "content"], "msg": "line 2 is bad"},
            Issue("value 1 (a.fasta): line 2 is bad", slot="target", line=2, entry=1),
        ),
        ({"path": "input.inputs[0].content", "message": "bad"}, Issue("bad", slot="query")),
        ({"path": "input.inputs[1].content", "message": "bad"}, Issue("bad", slot="target")),
        ({"path": "input", "message": "bad", "slot": "query"}, Issue("bad", slot="query")),
        ({"path": "input", "message": "bad", "slot": "other"}, Issue("bad", slot="other")),
        ({"path": "input.inputs[7].content", "message": "bad"}, Issue("input.inputs[7].content: bad")),
        ({"path": "settings.ph", "message": "bad"}, Issue("bad", setting="ph")),
        ({"message": "bad"}, Issue("bad")),
    ],
)
def test_an_issue_has_the_place_of_what_was_passed(issue: dict[str, Any], expected: Issue) -> None:
    error = told({"issues": [issue]})
    assert error.issues == (expected,)
    assert str(error) == (
        f"invalid input for tool, refused by the service (validation_error, POST /api/v1/jobs):\n  {expected}"
    )


def test_an_issue_in_the_message_alone_is_found() -> None:
    assert told(None, "input.inputs[1].content: bad").issues == (Issue("bad", slot="target"),)


@pytest.mark.parametrize("details", [None, "bad", ["bad"], {"issues": [{"path": 1}]}])
def test_details_of_another_structure_are_left_as_they_are(details: Any) -> None:
    error = told(details, "no tool of that name")
    assert (str(error), error.issues) == ("no tool of that name", ())


def test_a_message_of_the_service_is_made_printable_and_cut() -> None:
    error = told([{"path": "settings.ph", "message": "\x1b[2J" + "a" * 10_000}])
    assert str(error).replace("\n", "").isprintable()
    assert len(str(error)) < 1000


def test_a_message_shows_twenty_issues() -> None:
    error = told([{"path": "settings.ph", "message": str(number)} for number in range(30)])
    assert len(error.issues) == 30
    assert str(error).endswith("  setting 'ph': 19\n  and 10 more")


def test_entries_of_the_users_own_keep_the_services_message() -> None:
    error = told([{"path": "input.inputs[1].content", "message": "bad", "line": 5}], "invalid", None)
    assert str(error) == "invalid"
    assert error.issues == (Issue("bad", slot="target", line=5),)


@pytest.fixture
def client(sandbox: Sandbox, key: str) -> Iterator[ProteinIQ]:
    with connect(sandbox, key) as connected:
        yield connected


def test_a_joined_list_is_recognised_by_its_values(client: ProteinIQ) -> None:
    values = [">a\nMKV\n", ">d\nMKV\n>e\nMK*V\n"]
    for call in (client.jobs.quote, client.jobs.submit):
        with pytest.raises(ValidationError) as caught:
            call("protein-parameters", {"protein": values})
        (issue,) = caught.value.issues
        assert (issue.slot, issue.entry, issue.line) == ("protein", 2, 4)
        assert "slot 'protein', line 4: value 2: Record 'e', line 4, column 3" in str(caught.value)


def test_an_unchecked_input_is_judged_by_the_service(client: ProteinIQ) -> None:
    dna = {"protein": ">gene\n" + "ATGGCCAAGGTTTGCACGATTACAGGC" * 2}
    assert client.run("protein-parameters", dna, check=False).data["rows"][0]["length"] == 54
    with pytest.raises(ValidationError):
        client.jobs.quote("protein-parameters", [{**ENTRY, "content": "M1"}])
