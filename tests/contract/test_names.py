"""Things that the service calls something else keep our names in Python, and have theirs on the wire."""

from __future__ import annotations

import pytest

from proteiniq.contract import Bindings, BindingsError, NeedsNotMet, normalise, path
from proteiniq.contract._bindings import parse
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import GENERATED, contract, files, generated, names, reconstruction


def with_names(entry: str, names: str) -> Bindings:
    """The bindings with other names for things of one entry."""
    text = path("bindings.toml").read_text()
    return parse(text.replace(f"[{entry}]\n", f"[{entry}]\nnames = {names}\n"))


def test_a_mapped_field() -> None:
    mutated = m.both(m.field_called("File", "size_bytes", "length"), m.field_called("File", "id", "key"))
    mapped = with_names("schemas.File", '{ size_bytes = ["size", "length"], id = ["key"] }')
    document = contract(mutated, mapped)
    made = generated(document)
    assert names(made) == names(files(GENERATED))
    assert 'd.pop("length", UNSET)' in made["models/file.py"]
    assert document["components"]["schemas"]["File"]["required"] == ["key"]


def test_a_mapped_field_of_a_request() -> None:
    mapped = with_names("schemas.JobRequest", '{ input = ["entries"], settings = ["options"] }')
    mutated = m.both(
        m.field_called("JobRequest", "input", "entries"), m.field_called("JobRequest", "settings", "options")
    )
    document = contract(mutated, mapped)
    made = generated(document)
    assert names(made) == names(files(GENERATED))
    assert 'field_dict["options"] = settings' in made["models/job_request.py"]
    assert dict(endpoint(document, "submit_job").body)["input"] == "entries"


def test_a_mapped_query_parameter() -> None:
    mapped = with_names("operations.list_jobs", '{ starting_after = ["cursor"] }')
    document = contract(m.query_called("/api/v1/jobs", "starting_after", "cursor"), mapped)
    made = generated(document)
    assert names(made) == names(files(GENERATED))
    assert 'params["cursor"] = starting_after' in made["api/jobs/list_jobs.py"]


def test_the_other_spelling_of_the_idempotency_key() -> None:
    def only_the_other(document: m.Document) -> None:
        submit = document["paths"]["/api/v1/jobs"]["post"]
        submit["parameters"] = [each for each in submit["parameters"] if each["name"].startswith("X-")]

    document = contract(m.changed(only_the_other))
    assert endpoint(document, "submit_job").headers == {"Idempotency-Key": "X-Idempotency-Key"}
    assert 'headers["X-Idempotency-Key"] = idempotency_key' in generated(document)["api/jobs/submit_job.py"]


def test_two_names_of_the_mapping_are_there() -> None:
    mapped = with_names("schemas.File", '{ size_bytes = ["size"] }')
    mutated = m.field_is("File", "size", {"type": "integer"})
    with pytest.raises(NeedsNotMet, match="size and size_bytes could both be it"):
        normalise(mutated(reconstruction()), mapped)


def test_camel_case_beside_our_own_spelling() -> None:
    document = contract(m.field_is("File", "sizeBytes", {"type": "integer"}))
    file = document["components"]["schemas"]["File"]
    assert "size_bytes" in file["properties"]
    assert file["x-extra"] == {"sizeBytes": "integer"}


def test_slots_keep_the_spelling_that_the_service_states() -> None:
    assert "field_dict: dict[str, Any] = {}\n" in files(GENERATED)["models/input_entry.py"]
    assert '"slotId": slot_id' in files(GENERATED)["models/input_entry.py"]


def test_an_answer_keeps_what_the_facade_does_not_know_as_extra() -> None:
    job = contract(m.new_fields_in_answers)["components"]["schemas"]["Job"]
    assert job["x-extra"] == {"region": "object"}
    assert "region" not in job["properties"]
    assert job["additionalProperties"] is True


def test_the_names_that_generated_code_needs_are_not_taken() -> None:
    document = contract(m.awkward_names)
    entry = document["components"]["schemas"]["InputEntry"]
    apart = {"", "9lives", "größe", "cls", "self", "d", "field_dict", "to_dict", "additional_properties"}
    assert entry["x-extra"].keys() == apart | {"slot_id", "aB", "a_b"}
    assert "a-b" in entry["properties"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("[schemas.Job]", "[schemas.Jab]"), "names the role Job, which is not under"),
        (('answer = "Account"', 'answer = "Acount"'), "operations.get_account.* names the role Acount"),
        (("GET /account", "FETCH /account"), "is not a route"),
        (("[schemas.Plan]\nuses", "[schemas.Plan]\nused"), "schemas.Plan.*`used` means nothing"),
        (("[schemas.Plan]\n", "[schemas.Plan]\nsends = {}\n"), "not both"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nnames = { plan = ["p"] }\n'), "`names` has plan"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nneeds = { tier = "string" }\n'), "tier stands in two groups"),
        (('tier = "string"', "tier = 3"), "tier = 3 is not a type"),
        (('tag = "account"\n', ""), "operations.get_account.*`tag` is missing"),
        (("public = true", "public = 1.5"), "`public` is not true or false"),
        (('q = "string", tag', 'q = "Job", tag'), "q has a role as its type"),
        (("[schemas.Plan]", "[schemas.Plan"), "bindings.toml: "),
    ],
)
def test_a_slip_in_the_bindings_is_named(edit: tuple[str, str], words: str) -> None:
    text = path("bindings.toml").read_text()
    assert edit[0] in text
    with pytest.raises(BindingsError, match=words):
        parse(text.replace(*edit, 1))


def test_a_scope_that_the_document_does_not_tell_is_the_documented_one() -> None:
    assert contract(m.bare)["paths"]["/api/v1/jobs"]["post"]["x-scope"] == "jobs:write"
