"""Everything here held against the JSON that the service's documentation shows, letter for letter.

`openapi/documented.json` has it. It is the only evidence of what the service sends and takes, so the contract, the
sandbox and the client's requests must agree with it, not only with each other.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import attrs
import httpx
import pytest
import sources
from _project import OPENAPI, UPSTREAM
from jsonschema_rs import Draft202012Validator

from proteiniq import APIError, ProteinIQ
from proteiniq.errors import BY_CODE
from proteiniq.models import Model
from proteiniq.sandbox import Sandbox

from ._sync.clients import over
from .support import LYSOZYME, QUOTE, SUBMIT, Routes, Stub, answer, documented, job

Json = dict[str, Any]

DOCUMENTED = json.loads((OPENAPI / "documented.json").read_bytes())
CONTRACT = json.loads(UPSTREAM.read_bytes())

BODIES = [request for request in DOCUMENTED["requests"] if "body" in request]
INPUTS = [request for request in DOCUMENTED["requests"] if "input" in request]
SUCCESSES = [response for response in DOCUMENTED["responses"] if response.get("status", 200) < 400]
REFUSALS = [response for response in DOCUMENTED["responses"] if response.get("status", 200) >= 400]


def by_page(example: Json) -> str:
    return f"{example['page']}-{example.get('operation', '')}"


# ---- the contract


PAGES = {"overview", "authentication", "quickstart", "account", "tools", "jobs", "results", "files", "errors"}
"""The pages of the documentation that anything is known of."""


@attrs.frozen
class Stated:
    """A sentence of the documentation, as it was noted, and the elements that it is the source of."""

    page: str
    says: str
    elements: tuple[str, ...]


STATED = [
    Stated(
        "overview",
        "Base https://proteiniq.io/api/v1; openapi.json is public",
        ("GET /api/v1/openapi.json", "GET /api/v1/openapi.json · 200"),
    ),
    Stated(
        "overview",
        "Saved files are referenced from input.inputs[] with source.file_id",
        ("InputEntry.source.file_id",),
    ),
    Stated("authentication", "data routes need `Authorization: Bearer <key>`", ("apiKey",)),
    Stated(
        "authentication",
        "Scopes: jobs:read, jobs:write, files:read, files:write. A new key has all four",
        ("Account.api_key.scopes",),
    ),
    Stated(
        "errors",
        'Error envelope {"error":{"code","message","details"?}}; clients branch on code',
        (
            "ErrorEnvelope",
            "ErrorEnvelope.error",
            "ErrorEnvelope.error.code",
            "ErrorEnvelope.error.message",
            "ErrorEnvelope.error.details",
        ),
    ),
    Stated(
        "errors",
        "400: invalid_json, validation_error: an invalid body, query, cursor or route input",
        ("BadRequest", "BadQuery", "POST /api/v1/jobs · 400", "GET /api/v1/* · 400", "* /api/v1/*Id}* · 400"),
    ),
    Stated(
        "errors",
        "401: unauthorized: a missing, malformed, expired, revoked or invalid key",
        ("Unauthorized", "* /api/v1/* · 401"),
    ),
    Stated(
        "errors",
        "402: insufficient_credits, paid_plan_required, daily_limit_exceeded, concurrent_job_limit_exceeded",
        ("PaymentRequired", "PlanRequired", "POST /api/v1/jobs · 402"),
    ),
    Stated("errors", "Missing scope: 403 forbidden", ("Forbidden", "* /api/v1/* · 403")),
    Stated(
        "errors",
        "404: user_not_found, team_not_found, not_found. Another workspace's job: 404 not_found",
        (
            "NotFound",
            "WorkspaceNotFound",
            "* /api/v1/jobs/{jobId}/* · 404",
            "GET /api/v1/results/{jobId} · 404",
        ),
    ),
    Stated("errors", "405: method_not_allowed", ("MethodNotAllowed", "* /api/v1/* · 405")),
    Stated(
        "errors",
        "409: conflict, job_not_completed (with details.current_status and Retry-After: 5)",
        ("Conflict", "JobNotCompleted", "GET /api/v1/results/{jobId} · 409"),
    ),
    Stated("errors", "413: payload_too_large", ("PayloadTooLarge",)),
    Stated(
        "errors",
        "415: unsupported_media_type: a JSON route called without Content-Type: application/json",
        ("UnsupportedMediaType", "POST /api/v1/jobs · 415", "POST /api/v1/jobs/quote · 415"),
    ),
    Stated(
        "errors",
        "429: rate_limited: wait as Retry-After says",
        ("RateLimited", "Retry-After", "* /api/v1/* · 429"),
    ),
    Stated("errors", "500: internal_error", ("InternalError", "* /api/v1/* · 500")),
    Stated(
        "tools",
        "GET /tools/{toolId} adds subcategory, version, beta, processing, input (slots, mode-dependent schemas, "
        "settings, limits), output, limits; the credit model is base, per-unit or calculator-based",
        (
            "GET /api/v1/tools/{toolId}",
            "GET /api/v1/tools/{toolId} · toolId",
            "GET /api/v1/tools/{toolId} · 200",
            "Tool",
            "Tool.subcategory",
            "Tool.version",
            "Tool.beta",
            "Tool.processing",
            "Tool.input",
            "Tool.input.settings",
            "Tool.input.limits",
            "Tool.output",
            "Tool.limits",
        ),
    ),
    Stated("tools", "input.slots[] is literal", ("Tool.input.slots",)),
    Stated(
        "tools",
        "GET /tools/{toolId} adds to what the list has of a tool",
        (
            "Tool.id",
            "Tool.object",
            "Tool.name",
            "Tool.description",
            "Tool.category",
            "Tool.tags",
            "Tool.credit_model",
            "Tool.credit_model.is_free",
        ),
    ),
    Stated(
        "jobs",
        "Idempotency-Key or X-Idempotency-Key, scoped to the workspace, stops a repeated submit from making a "
        "second job",
        ("POST /api/v1/jobs · *Idempotency-Key",),
    ),
    Stated("jobs", "GET /jobs exists", ("GET /api/v1/jobs",)),
    Stated(
        "jobs",
        "GET /jobs/{jobId}/status: the job's state",
        ("GET /api/v1/jobs/{jobId}/status", "GET /api/v1/jobs/{jobId}/status · jobId"),
    ),
    Stated(
        "jobs",
        "Terminal: COMPLETED, FAILED, TIMEOUT, CANCELLED, BUDGET_EXCEEDED; POST /jobs answers a job resource",
        ("Job", "Job.status"),
    ),
    Stated(
        "jobs",
        "GET /jobs/{jobId}/events: text/event-stream; Cache-Control: private, no-cache, no-transform; each event's "
        "data is job status data",
        (
            "GET /api/v1/jobs/{jobId}/events",
            "GET /api/v1/jobs/{jobId}/events · jobId",
            "GET /api/v1/jobs/{jobId}/events · 200",
            "GET /api/v1/jobs/{jobId}/events · 200 · Cache-Control",
        ),
    ),
    Stated("results", "GET /results/{jobId}", ("GET /api/v1/results/{jobId} · jobId",)),
    Stated(
        "files",
        "GET /files: limit, starting_after, q, format, origin (UPLOAD, JOB_OUTPUT, JOB_INPUT, IMPORT), collection_id, "
        "mine; the list envelope",
        ("GET /api/v1/files", "GET /api/v1/files · *", "FilePage", "FilePage.*"),
    ),
    Stated(
        "files",
        "One resource shape for single files and list items: id, object, origin, storage_owner (FILE_LIBRARY, "
        "JOB_ARTIFACT)",
        ("File", "File.id", "File.object", "File.origin", "File.storage_owner"),
    ),
    Stated(
        "files",
        "GET /files/{fileId}: metadata only",
        (
            "GET /api/v1/files/{fileId}",
            "GET /api/v1/files/{fileId} · fileId",
            "GET /api/v1/files/{fileId} · 200",
        ),
    ),
    Stated(
        "files",
        "DELETE /files/{fileId}",
        ("DELETE /api/v1/files/{fileId}", "DELETE /api/v1/files/{fileId} · fileId"),
    ),
]
"""What is stated in words. Where an example shows an element, it needs no sentence."""

UNPAGED = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}
"""Stated, on a page that was not noted: "Headers when present: X-RateLimit-Limit, X-RateLimit-Remaining, …"."""


def elements(schema: Mapping[str, Any], place: str, value: Any) -> Iterator[str]:
    """The places of the contract that a documented value is an example of. Every key has one."""
    yield place
    if "$ref" in schema:
        target = schema["$ref"].removeprefix("#")
        yield from elements(CONTRACT["components"]["schemas"][target.rpartition("/")[2]], target, value)
    elif isinstance(value, Mapping):
        for key, each in value.items():
            if "properties" in schema:
                assert key in schema["properties"], f"{place} has no {key}"
                yield from elements(schema["properties"][key], f"{place}/properties/{key}", each)
    elif isinstance(value, list):
        for each in value:
            yield from elements(schema["items"], f"{place}/items", each)


def operation(example: Json) -> Any:
    method, path = example["operation"].split()
    return CONTRACT["paths"][path][method.lower()]


def schema_of(example: Json) -> Any:
    """The schema of an example: of a request's body or its input, or of a response's body."""
    if example in DOCUMENTED["responses"]:
        if "operation" not in example:
            return {"$ref": "#/components/schemas/ErrorEnvelope"}
        response = operation(example)["responses"][str(example.get("status", 200))]
        if "$ref" in response:
            response = CONTRACT["components"]["responses"][response["$ref"].rpartition("/")[2]]
        return response["content"]["application/json"]["schema"]
    if "body" in example:
        return operation(example)["requestBody"]["content"]["application/json"]["schema"]
    return {"$ref": "#/components/schemas/JobInput"}


EXAMPLES = [*BODIES, *INPUTS, *DOCUMENTED["responses"]]


def places(example: Json) -> set[str]:
    """The places of the contract that an example shows."""
    value = example.get("body", example.get("input"))
    return set(elements(schema_of(example), "/components/schemas/-", value))


def shown_by_examples() -> dict[str, set[str]]:
    """Element → the pages with an example of it."""
    pages: dict[str, set[str]] = {}
    for example in EXAMPLES:
        found = {sources.shown(place) for place in places(example)}
        if "operation" in example:
            found.add(example["operation"])
        if "operation" in example and example in DOCUMENTED["responses"]:
            found.add(f"{example['operation']} · {example.get('status', 200)}")
        page, *_ = example["page"].split()
        for name in found:
            pages.setdefault(name, set()).add(page)
    return pages


STATED_ELEMENTS = [
    (name, mark) for name, mark in sources.elements(CONTRACT) if mark.startswith("S") and name not in UNPAGED
]


def test_every_page_of_a_mark_and_of_an_example_is_one_of_the_documentation() -> None:
    assert {mark.partition(" ")[2] for _, mark in STATED_ELEMENTS} <= PAGES
    examples = [*DOCUMENTED["requests"], *DOCUMENTED["responses"]]
    assert {example["page"].split()[0] for example in examples} <= PAGES
    assert {stated.page for stated in STATED} <= PAGES


def test_a_documented_element_is_in_an_example_or_a_sentence_of_its_page() -> None:
    examples = shown_by_examples()
    unsupported = [
        f"{name}: {mark}"
        for name, mark in STATED_ELEMENTS
        if mark.partition(" ")[2] not in examples.get(name, ())
        and not any(
            mark == f"S {stated.page}" and fnmatchcase(name, _pattern(element))
            for stated in STATED
            for element in stated.elements
        )
    ]
    assert unsupported == []


def _pattern(element: str) -> str:
    """`*` is the only wildcard."""
    return re.sub(r"[][?]", lambda found: f"[{found[0]}]", element)


def test_an_element_in_an_example_is_marked_as_documented() -> None:
    """Nothing that is shown may pass for our choice."""
    marks = dict(sources.marks(CONTRACT["components"], "/components"))
    shown = {place for example in EXAMPLES for place in places(example)}
    assert [place for place in shown if not marks.get(place, "S").startswith("S")] == []


def test_every_sentence_is_the_source_of_something() -> None:
    idle = [
        (stated.page, element)
        for stated in STATED
        for element in stated.elements
        if not any(
            mark == f"S {stated.page}" and fnmatchcase(name, _pattern(element))
            for name, mark in STATED_ELEMENTS
        )
    ]
    assert idle == []


@pytest.mark.parametrize("example", EXAMPLES, ids=by_page)
def test_every_example_fits_the_contract(example: Json) -> None:
    schema = {**schema_of(example), "components": CONTRACT["components"]}
    Draft202012Validator(schema, validate_formats=False).validate(example.get("body", example.get("input")))
    assert places(example)


@pytest.mark.parametrize("example", BODIES, ids=by_page)
def test_a_bare_list_does_not_fit_the_contract(example: Json) -> None:
    schema = {**schema_of(example), "components": CONTRACT["components"]}
    bare = {**example["body"], "input": example["body"]["input"]["inputs"]}
    assert not Draft202012Validator(schema).is_valid(bare)


# ---- the sandbox


def of_the_sandbox(example: Json) -> tuple[str, Json]:
    """The route and body of a documented request, with a tool, slot and sequence that the sandbox has."""
    body = copy.deepcopy(example.get("body") or {"tool": "", "name": "a job", "input": example["input"]})
    body["tool"] = "protein-parameters"
    for entry in body["input"]["inputs"]:
        entry |= {"slotId": "protein", "content": LYSOZYME}
    return example.get("operation", "POST /api/v1/jobs").split()[1], body


def post(sandbox: Sandbox, key: str, path: str, body: Json, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{sandbox.url}{path}", json=body, headers={"Authorization": f"Bearer {key}", **headers}
    )


@pytest.mark.parametrize("example", [*BODIES, *INPUTS], ids=by_page)
def test_the_sandbox_takes_every_documented_request(sandbox: Sandbox, key: str, example: Json) -> None:
    path, body = of_the_sandbox(example)
    headers = example.get("headers", {})
    first = post(sandbox, key, path, body, **headers)
    assert first.is_success, first.text
    if "Idempotency-Key" in headers:
        assert post(sandbox, key, path, body, **headers).json()["id"] == first.json()["id"]


def test_the_sandbox_refuses_a_bare_list(sandbox: Sandbox, key: str) -> None:
    path, body = of_the_sandbox(BODIES[0])
    refused = post(sandbox, key, path, {**body, "input": body["input"]["inputs"]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "validation_error")
    (issue,) = refused.json()["error"]["details"]["issues"]
    assert issue == {"path": "input", "message": "must be an object with inputs"}


def test_the_sandbox_takes_a_saved_file_where_it_is_documented(sandbox: Sandbox, key: str) -> None:
    with ProteinIQ(key, sandbox.url) as client:
        saved = client.files.upload(LYSOZYME.encode(), filename="lysozyme.fasta")
    path, body = of_the_sandbox(BODIES[-1])
    (entry,) = body["input"]["inputs"]
    del entry["content"]
    entry["source"] = {"type": "file", "file_id": saved.id}
    assert post(sandbox, key, path, body).status_code == 201


# ---- what the client sends


def sent(example: Json, tool: str, inputs: Any) -> Json:
    """The body that the client sends for the content of a documented body."""
    body = example["body"]
    service = Routes(
        {
            f"GET /api/v1/tools/{tool}": answer(documented("get_tool")),
            QUOTE: answer(documented("quote_job")),
            SUBMIT: answer(job(), 201),
        }
    )
    limit = body["billing"]["max_reserved_credits"]
    with over(service) as client:
        if "name" in body:
            client.jobs.submit(tool, inputs, body["settings"], name=body["name"], max_reserved_credits=limit)
        else:
            client.jobs.quote(tool, inputs, body["settings"], max_reserved_credits=limit)
    request = service.requests[-1]
    assert f"{request.method} {request.url.path}" == example["operation"]
    return json.loads(request.content)  # type: ignore[no-any-return]


@pytest.mark.parametrize("example", BODIES, ids=by_page)
@pytest.mark.parametrize("entries_alone", [False, True])
def test_a_documented_input_is_sent_letter_for_letter(example: Json, entries_alone: bool) -> None:
    given = example["body"]["input"]
    assert sent(example, "esmfold", given["inputs"] if entries_alone else given) == example["body"]


@pytest.mark.parametrize("example", BODIES, ids=by_page)
def test_a_sequence_is_submitted_as_the_documented_body(example: Json) -> None:
    """Only the entry's id, which is a name within the job, and the sequence are others."""
    expected = copy.deepcopy(example["body"])
    expected["input"]["inputs"][0] |= {"id": "protein-1", "content": LYSOZYME}
    assert sent(example, "esmfold", {"protein": LYSOZYME}) == expected


def test_an_idempotency_key_is_sent_under_its_documented_name() -> None:
    (example,) = (request for request in DOCUMENTED["requests"] if "headers" in request)
    service = Stub(answer(job(), 201))
    with over(service) as client:
        client.jobs.submit("esmfold", example["input"], idempotency_key=example["headers"]["Idempotency-Key"])
    (request,) = service.requests
    assert (
        request.headers.items() >= {name.lower(): value for name, value in example["headers"].items()}.items()
    )
    assert json.loads(request.content)["input"] == example["input"]


# ---- what the client reads


def extras(value: Any) -> Iterator[Mapping[str, Any]]:
    """What the models in `value` have no attribute for."""
    if isinstance(value, Model):
        if value.extra:
            yield value.extra
        for field in attrs.fields(type(value)):
            yield from extras(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from extras(each)


CALLS: Mapping[str, Any] = {
    "GET /api/v1/account": lambda client: client.account.get(),
    "GET /api/v1/tools": lambda client: client.tools.list().list(),
    "POST /api/v1/jobs/quote": lambda client: client.jobs.quote("esmfold", BODIES[0]["body"]["input"]),
    "GET /api/v1/results/{jobId}": lambda client: client.results.get("job_123"),
}


@pytest.mark.parametrize("example", SUCCESSES, ids=by_page)
def test_every_documented_response_is_read_without_losses(example: Json) -> None:
    with over(Stub(answer(example["body"]))) as client:
        read = CALLS[example["operation"]](client)
        assert list(extras(read)) == []
        if isinstance(read, Model):
            assert read.raw == example["body"]


@pytest.mark.parametrize("example", REFUSALS, ids=by_page)
def test_every_documented_refusal_is_read(example: Json) -> None:
    headers = {name.replace("-", "_"): value for name, value in example.get("headers", {}).items()}
    call = CALLS[example.get("operation", "POST /api/v1/jobs/quote")]
    said = example["body"]["error"]
    service = Stub(answer(example["body"], example["status"], **headers))
    with over(service, max_retries=0) as client, pytest.raises(APIError) as caught:
        call(client)
    error = caught.value
    assert type(error) is BY_CODE[said["code"]]
    assert (error.status, error.code, error.details) == (example["status"], said["code"], said.get("details"))
    assert said["message"] in str(error)
    assert error.retry_after == (float(headers["Retry_After"]) if headers else None)
