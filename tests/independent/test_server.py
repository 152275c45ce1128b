"""The server of the independent documents keeps to them, whoever asks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import attrs
import httpx
import pytest

from .dialects import BY_LETTER
from .document import DOCUMENTS, BrokenDocument, Document
from .engine import OUTPUT, QUEUED_FOR, RUNS_FOR
from .server import VARIABLE, Server, named_document

ENTRY = {
    "id": "protein-1",
    "slotId": "protein",
    "kind": "protein",
    "format": "fasta",
    "content": ">a\nMK\n",
    "source": {"type": "text"},
}


STATUSES = ("QUEUED", "PROCESSING", "COMPLETED")


class Clock:
    """The time that the server is told."""

    def __init__(self) -> None:
        self.now = 1_781_251_500.0

    def __call__(self) -> float:
        return self.now

    def run(self) -> None:
        """Until a queued job runs."""
        self.now += QUEUED_FOR

    def finish(self) -> None:
        """Until a queued job has ended."""
        self.now += QUEUED_FOR + RUNS_FOR


@attrs.frozen
class Bench:
    """A client that sends what it is told, with the key of a new workspace."""

    server: Server
    clock: Clock
    client: httpx.Client

    @property
    def letter(self) -> str:
        return self.server.letter

    def spelled(self, status: str) -> str:
        """A status as the document has it."""
        return status.lower() if self.letter == "f" else status

    def order(self, **changes: Any) -> dict[str, Any]:
        return {"tool": "esmfold", "name": "a job", "input": {"inputs": [ENTRY]}, **changes}

    def submit(self, key: str | None = None, **changes: Any) -> httpx.Response:
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.client.post("/jobs", json=self.order(**changes), headers=headers)

    def job(self, **settings: Any) -> str:
        """The id of a new job."""
        return str(self.submit(settings=settings).json()["id"])

    def upload(self, name: str = "x.fasta", content: bytes = b">x\nMK\n", **fields: Any) -> httpx.Response:
        """An upload in the document's own form."""
        if self.letter == "e":
            body = {"filename": name, "content_base64": base64.b64encode(content).decode(), **fields}
            return self.client.post("/files", json=body)
        if self.letter == "d":
            return self._upload_in_steps({"filename": name, **fields}, content)
        if self.letter == "f":
            binary = {"Content-Type": "application/octet-stream"}
            return self.client.post(
                "/files", content=content, params={"filename": name, **fields}, headers=binary
            )
        data = {"metadata": json.dumps(fields)} if self.letter == "a" and fields else fields
        if self.letter == "b":
            data = {key: ",".join(value) for key, value in fields.items()}
        return self.client.post("/files", files={"file": (name, content, "text/plain")}, data=data)

    def _upload_in_steps(self, fields: dict[str, Any], content: bytes) -> httpx.Response:
        told = {"content_type": "text/plain", "size": len(content), **fields}
        ticket = self.client.post("/files", json=told).json()
        where = ticket["upload"]
        httpx.put(where["url"], content=content, headers=where["headers"], trust_env=False)
        return self.client.post(f"/files/{ticket['file_id']}/complete")

    def refusal(self, response: httpx.Response, status: int = 400) -> str:
        """The words of a refusal, which is written as the document's toolchain writes it."""
        body = response.json()
        if self.letter == "c" and status in (400, 415):
            assert response.status_code == 422
            return str([each["msg"] for each in body["detail"]])
        assert response.status_code == (400 if self.letter == "e" and status == 415 else status)
        return str(body["error"])


@pytest.fixture(scope="module", params=sorted(BY_LETTER))
def serving(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Clock]]:
    clock = Clock()
    with Server(Document.load(DOCUMENTS / f"{request.param}.json"), clock=clock) as server:
        yield server, clock


@pytest.fixture
def bench(serving: tuple[Server, Clock]) -> Iterator[Bench]:
    server, clock = serving
    headers = {"Authorization": f"Bearer {server.new_key()}"}
    with httpx.Client(base_url=server.api, headers=headers, trust_env=False, verify=False) as client:
        yield Bench(server, clock, client)


def only(*letters: str) -> pytest.MarkDecorator:
    """A test of what these documents alone have."""
    return pytest.mark.parametrize("serving", letters, indirect=True)


def but(*letters: str) -> pytest.MarkDecorator:
    """A test of what these documents alone don't have."""
    return only(*sorted(BY_LETTER.keys() - set(letters)))


# ---- the document


def test_a_response_that_does_not_fit_the_document_is_noticed() -> None:
    document = Document.load(DOCUMENTS / "a.json")
    account = document.operation("GET /account")
    with pytest.raises(BrokenDocument, match="GET /account, 200"):
        account.check_response(200, {"object": "account"})


def test_the_environment_names_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(DOCUMENTS / "c.json"))
    assert named_document().letter == "c"


@pytest.mark.parametrize("path", ["", "nowhere/a.json", str(DOCUMENTS / "README.md")])
def test_without_a_document_the_message_says_what_to_set(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, path)
    with pytest.raises(LookupError, match=f"set {VARIABLE}"):
        named_document()


def test_every_response_fits_the_document(bench: Bench) -> None:
    job = bench.job()
    file = bench.upload().json()["id"]
    bench.clock.finish()
    paths = ["/account", "/tools", "/tools/boltz-2", "/jobs", "/files", f"/files/{file}"]
    for path in [*paths, f"/jobs/{job}/status", f"/results/{job}"]:
        response = bench.client.get(path)
        assert response.status_code == 200, response.text
    assert bench.client.post("/jobs/quote", json={"tool": "esmfold", "input": {"inputs": [ENTRY]}}).is_success
    assert bench.client.delete(f"/files/{file}").is_success


def test_the_document_is_served_where_it_says_so(bench: Bench) -> None:
    response = httpx.get(f"{bench.server.api}/openapi.json", trust_env=False)
    if bench.letter == "a":
        assert response.json() == bench.server.document.content
    else:
        assert response.status_code == 404


# ---- strictness


def test_a_request_without_a_key_is_refused(bench: Bench) -> None:
    response = httpx.get(f"{bench.server.api}/account", trust_env=False)
    assert "unauthorized" in bench.refusal(response, 401)


@pytest.mark.parametrize("path", ["/tools", "/jobs", "/files", "/account"])
def test_an_unknown_query_parameter_is_refused(bench: Bench, path: str) -> None:
    assert "unknown parameter" in bench.refusal(bench.client.get(path, params={"order": "asc"}))


def size_of_page(bench: Bench) -> str:
    return "pageSize" if bench.letter == "d" else "limit"


def test_a_limit_out_of_range_is_refused(bench: Bench) -> None:
    assert "maximum" in bench.refusal(bench.client.get("/jobs", params={size_of_page(bench): 101}))


def test_a_limit_that_is_not_a_number_is_refused(bench: Bench) -> None:
    refusal = bench.refusal(bench.client.get("/jobs", params={size_of_page(bench): "ten"}))
    assert "integer" in refusal or "number" in refusal


def test_a_query_parameter_that_is_given_twice_is_refused(bench: Bench) -> None:
    twice = {size_of_page(bench): ["1", "2"]}
    assert "more than once" in bench.refusal(bench.client.get("/jobs", params=twice))


def test_a_body_that_does_not_validate_is_refused(bench: Bench) -> None:
    response = bench.client.post("/jobs", json={"tool": "esmfold", "input": {"inputs": [ENTRY]}})
    assert "name" in bench.refusal(response)


def test_entries_outside_of_input_inputs_are_refused(bench: Bench) -> None:
    bench.refusal(bench.submit(input=[ENTRY]))


def test_a_body_that_is_not_json_is_refused(bench: Bench) -> None:
    response = bench.client.post("/jobs", content=b"{", headers={"Content-Type": "application/json"})
    assert "not JSON" in bench.refusal(response)


def test_another_content_type_is_refused(bench: Bench) -> None:
    response = bench.client.post("/jobs", content=b"{}", headers={"Content-Type": "text/plain"})
    assert "expected application/json" in bench.refusal(response, 415)


def test_an_upload_of_another_content_type_is_refused(bench: Bench) -> None:
    if bench.letter in ("d", "e"):
        response = bench.client.post("/files", files={"file": ("x.fasta", b"MK")})
    else:
        response = bench.client.post("/files", json={"filename": "x.fasta", "content": "MK"})
    assert "expected" in bench.refusal(response, 415)


@only("a", "b", "c")
def test_an_unknown_part_of_a_form_is_refused(bench: Bench) -> None:
    form: dict[str, Any] = {"files": {"file": ("x.fasta", b"MK")}, "data": {"folder": "mine"}}
    assert "unknown part" in bench.refusal(bench.client.post("/files", **form))


@only("a", "b", "c")
def test_a_form_without_a_file_is_refused(bench: Bench) -> None:
    form: dict[str, Any] = {"files": {"other": ("x.fasta", b"MK")}}
    bench.refusal(bench.client.post("/files", **form))


@only("a")
@pytest.mark.parametrize("metadata", ["no JSON", "[]", '{"folder": "mine"}'])
def test_metadata_that_the_document_does_not_describe_is_refused(bench: Bench, metadata: str) -> None:
    form: dict[str, Any] = {"files": {"file": ("x.fasta", b"MK")}, "data": {"metadata": metadata}}
    assert "JSON object" in bench.refusal(bench.client.post("/files", **form))


@only("e")
@pytest.mark.parametrize("content", [{}, {"content": "MK", "content_base64": "TUs="}])
def test_an_upload_in_json_has_one_content(bench: Bench, content: dict[str, str]) -> None:
    response = bench.client.post("/files", json={"filename": "x.fasta", **content})
    assert "content or content_base64" in bench.refusal(response)


def test_a_route_that_the_document_does_not_have_is_not_found(bench: Bench) -> None:
    assert "Not Found" in bench.refusal(bench.client.get("/collections"), 404)


def test_a_method_that_the_document_does_not_have_is_not_allowed(bench: Bench) -> None:
    assert "Method Not Allowed" in bench.refusal(bench.client.put("/jobs"), 405)


@only("e")
def test_without_a_route_for_it_nothing_is_cancelled(bench: Bench) -> None:
    assert bench.client.post(f"/jobs/{bench.job(slow=True)}/cancel").status_code == 404


# ---- lists


@only("a", "b", "e")
def test_tools_by_cursor(bench: Bench) -> None:
    first = bench.client.get("/tools", params={"limit": 1}).json()
    second = bench.client.get("/tools", params={"limit": 1, "starting_after": first["next_cursor"]}).json()
    assert [page["data"][0]["id"] for page in (first, second)] == ["esmfold", "boltz-2"]
    assert first["has_more"]


@only("c")
def test_tools_by_offset(bench: Bench) -> None:
    page = bench.client.get("/tools", params={"limit": 1, "offset": 2}).json()
    assert [tool["id"] for tool in page["data"]] == ["chai-1"]
    assert (page["has_more"], page["total"], page["next_cursor"]) == (False, 3, None)


@only("d")
def test_jobs_by_pages_newest_first(bench: Bench) -> None:
    jobs = [bench.job() for _ in range(3)]
    pages = [bench.client.get("/jobs", params={"page": number}).json() for number in (1, 2, 3)]
    assert [job["id"] for page in pages for job in page["data"]] == jobs[::-1]
    assert {page["meta"]["pageCount"] for page in pages} == {2}


@only("f")
def test_jobs_by_offset_newest_first(bench: Bench) -> None:
    jobs = [bench.job() for _ in range(3)]
    pages = [bench.client.get("/jobs", params={"offset": start}).json() for start in (0, 2)]
    assert [job["id"] for page in pages for job in page["data"]] == jobs[::-1]
    assert {page["total"] for page in pages} == {3}


@but("d", "f")
def test_jobs_by_cursor_newest_first(bench: Bench) -> None:
    jobs = [bench.job() for _ in range(3)]
    first = bench.client.get("/jobs").json()
    second = bench.client.get("/jobs", params={"starting_after": first["next_cursor"]}).json()
    assert [job["id"] for page in (first, second) for job in page["data"]] == jobs[::-1]
    assert (first["has_more"], second["has_more"], second["next_cursor"]) == (True, False, None)


@but("d", "f")
def test_an_unknown_cursor_is_refused(bench: Bench) -> None:
    assert "cursor" in bench.refusal(bench.client.get("/jobs", params={"starting_after": "job_0"}))


@but("e")
def test_jobs_by_status(bench: Bench) -> None:
    done, queued = bench.job(), bench.job(slow=True)
    bench.clock.finish()
    found = {
        status: [
            job["id"]
            for job in bench.client.get("/jobs", params={"status": bench.spelled(status)}).json()["data"]
        ]
        for status in ("COMPLETED", "QUEUED", "FAILED")
    }
    assert found == {"COMPLETED": [done], "QUEUED": [queued], "FAILED": []}


@only("b", "c")
def test_jobs_by_several_statuses(bench: Bench) -> None:
    bench.job()
    bench.job(slow=True)
    bench.clock.finish()
    page = bench.client.get("/jobs", params={"status": ["COMPLETED", "QUEUED"]}).json()
    assert len(page["data"]) == 2


@but("e")
def test_a_status_that_there_is_not_is_refused(bench: Bench) -> None:
    bench.refusal(bench.client.get("/jobs", params={"status": "DONE"}))


def test_workspaces_see_their_own_jobs_only(bench: Bench) -> None:
    bench.job()
    other = {"Authorization": f"Bearer {bench.server.new_key()}"}
    assert bench.client.get("/jobs", headers=other).json()["data"] == []


# ---- jobs


def test_a_job_goes_from_queued_to_completed(bench: Bench) -> None:
    job = bench.job()
    seen = []
    for _ in range(3):
        seen.append(bench.client.get(f"/jobs/{job}/status").json()["status"])
        bench.clock.run()
    assert seen == [bench.spelled(status) for status in STATUSES]


def test_a_job_that_fails_says_why(bench: Bench) -> None:
    job = bench.job(fail=True)
    bench.clock.finish()
    state = bench.client.get(f"/jobs/{job}" if bench.letter == "d" else f"/jobs/{job}/status").json()
    message = state["error_message"] if bench.letter == "f" else state["error"]["message"]
    assert (state["status"], message) == (bench.spelled("FAILED"), "CUDA out of memory")


def test_one_idempotency_key_makes_one_job(bench: Bench) -> None:
    first, second = bench.submit(key="k"), bench.submit(key="k")
    assert first.json()["id"] == second.json()["id"]
    made = {"b": 200, "f": 202}.get(bench.letter, 201)
    assert (first.status_code, second.status_code) == (made, 200 if bench.letter == "a" else made)


def test_an_idempotency_key_of_another_order_is_a_conflict(bench: Bench) -> None:
    bench.submit(key="k")
    assert "conflict" in bench.refusal(bench.submit(key="k", name="another"), 409)


def test_a_job_that_can_not_be_paid_is_refused(bench: Bench) -> None:
    assert "insufficient_credits" in bench.refusal(bench.submit(settings={"block": True}), 402)


def test_a_quote_says_what_blocks_the_job(bench: Bench) -> None:
    order = {"tool": "esmfold", "input": {"inputs": [ENTRY]}, "settings": {"block": True}}
    (blocking,) = bench.client.post("/jobs/quote", json=order).json()["blocking_errors"]
    assert (blocking if bench.letter == "d" else blocking["code"]) == "insufficient_credits"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"slotId": "receptor"}, "has no slot"),
        ({"kind": "dna"}, "takes protein"),
        ({"format": "pdb"}, "takes fasta"),
        ({"content": ""}, "needs content"),
    ],
)
def test_an_entry_that_the_tool_does_not_take_is_refused(
    bench: Bench, wrong: dict[str, str], words: str
) -> None:
    assert words in bench.refusal(bench.submit(input={"inputs": [{**ENTRY, **wrong}]}))


def test_a_tool_that_there_is_not_is_refused(bench: Bench) -> None:
    assert "no tool" in bench.refusal(bench.submit(tool="alphafold"))


def cancelled(bench: Bench, job: str) -> httpx.Response:
    """The response to a cancel in the document's own way."""
    if bench.letter == "b":
        return bench.client.delete(f"/jobs/{job}")
    if bench.letter == "d":
        return bench.client.patch(f"/jobs/{job}", json={"status": "CANCELLED"})
    return bench.client.post(f"/jobs/{job}/cancel")


@but("e")
def test_a_queued_job_is_cancelled(bench: Bench) -> None:
    job = bench.job(slow=True)
    assert cancelled(bench, job).is_success
    assert bench.client.get(f"/jobs/{job}/status").json()["status"] == bench.spelled("CANCELLED")


@but("e")
def test_a_job_that_runs_is_not_cancelled(bench: Bench) -> None:
    job = bench.job()
    bench.clock.run()
    assert "conflict" in bench.refusal(cancelled(bench, job), 409)


@only("d")
def test_a_file_that_was_not_put_is_not_complete(bench: Bench) -> None:
    told = {"filename": "x.fasta", "content_type": "text/plain", "size": 2}
    ticket = bench.client.post("/files", json=told).json()
    assert "conflict" in bench.refusal(bench.client.post(f"/files/{ticket['file_id']}/complete"), 409)


@only("d")
@pytest.mark.parametrize("wrong", [{"content-type": "text/html"}, {"authorization": "Bearer x"}])
def test_a_put_with_other_headers_is_refused(bench: Bench, wrong: dict[str, str]) -> None:
    told = {"filename": "x.fasta", "content_type": "text/plain", "size": 2}
    where = bench.client.post("/files", json=told).json()["upload"]
    response = httpx.put(where["url"], content=b"MK", headers={**where["headers"], **wrong}, trust_env=False)
    assert response.status_code in (400, 403)


# ---- events


def events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """The name and the data of each event."""
    name = ""
    for line in lines:
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data: "):
            yield name, json.loads(line.removeprefix("data: "))


def test_the_stream_has_every_status_and_ends_with_the_last(bench: Bench) -> None:
    job = bench.job()
    bench.clock.finish()
    with bench.client.stream("GET", f"/jobs/{job}/events") as stream:
        found = [(name, data["status"]) for name, data in events(stream.iter_lines())]
    assert found == [("status", bench.spelled(status)) for status in STATUSES]


def test_the_stream_follows_the_job(bench: Bench) -> None:
    job = bench.job()
    with bench.client.stream("GET", f"/jobs/{job}/events") as stream:
        seen = []
        for _, data in events(stream.iter_lines()):
            seen.append(data["status"])
            bench.clock.run()
    assert seen == [bench.spelled(status) for status in STATUSES]


def test_the_stream_has_comments(bench: Bench) -> None:
    job = bench.job()
    bench.clock.finish()
    response = bench.client.get(f"/jobs/{job}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.text.startswith(": keep-alive\n\n")


# ---- results


def test_a_result_that_comes_too_early_says_when_to_ask_again(bench: Bench) -> None:
    response = bench.client.get(f"/results/{bench.job()}")
    assert "QUEUED" in bench.refusal(response, 409)
    assert response.headers["retry-after"] == "5"


def test_a_job_that_failed_has_no_result(bench: Bench) -> None:
    job = bench.job(fail=True)
    bench.clock.finish()
    assert bench.client.get(f"/results/{job}").status_code == 404


def signed_url(bench: Bench) -> str:
    job = bench.job()
    bench.clock.finish()
    result = bench.client.get(f"/results/{job}").json()
    (file,) = (result["output"] if bench.letter == "f" else result)["files"]
    return str(file["url"])


def test_a_signed_url_gives_the_file(bench: Bench) -> None:
    assert httpx.get(signed_url(bench), trust_env=False).content == OUTPUT


def test_a_signed_url_refuses_a_key(bench: Bench) -> None:
    assert bench.client.get(signed_url(bench)).status_code == 400


def test_a_url_with_another_signature_is_refused(bench: Bench) -> None:
    url = signed_url(bench).replace("/storage/", "/storage/0")
    assert httpx.get(url, trust_env=False).status_code == 403


# ---- files


def test_an_upload_keeps_its_bytes_and_name(bench: Bench) -> None:
    stored = bench.upload("x.bin", b"\x00\xff").json()
    key = bench.client.headers["authorization"].removeprefix("Bearer ")
    assert bench.server.workspace(key).files[stored["id"]].upload.content == b"\x00\xff"
    assert stored["name" if bench.letter == "d" else "filename"] == "x.bin"


def test_an_upload_keeps_its_tags(bench: Bench) -> None:
    stored = bench.upload(tags=["a", "b"]).json()
    key = bench.client.headers["authorization"].removeprefix("Bearer ")
    assert list(bench.server.workspace(key).files[stored["id"]].upload.tags) == ["a", "b"]


@only("e")
def test_text_is_uploaded_as_it_is(bench: Bench) -> None:
    stored = bench.client.post("/files", json={"filename": "x.fasta", "content": ">ä\nMK\n"}).json()
    assert stored["size"] == len(">ä\nMK\n".encode())


def test_a_deleted_file_is_gone(bench: Bench) -> None:
    file = bench.upload().json()["id"]
    assert bench.client.delete(f"/files/{file}").is_success
    assert "not_found" in bench.refusal(bench.client.get(f"/files/{file}"), 404)


def test_a_file_is_an_input_under_the_documents_own_name(bench: Bench) -> None:
    file = bench.upload().json()["id"]
    source = {"type": BY_LETTER[bench.letter].file_source or "anything", "file_id": file}
    entry = {**{name: ENTRY[name] for name in ("id", "slotId", "kind", "format")}, "source": source}
    assert bench.submit(input={"inputs": [entry]}).is_success


@but("e")
def test_a_file_under_another_name_is_refused(bench: Bench) -> None:
    file = bench.upload().json()["id"]
    source = {"type": "upload", "file_id": file}
    entry = {**{name: ENTRY[name] for name in ("id", "slotId", "kind", "format")}, "source": source}
    bench.refusal(bench.submit(input={"inputs": [entry]}))


def test_a_file_that_there_is_not_is_refused(bench: Bench) -> None:
    source = {"type": BY_LETTER[bench.letter].file_source or "anything", "file_id": "file_0"}
    entry = {**{name: ENTRY[name] for name in ("id", "slotId", "kind", "format")}, "source": source}
    assert "no file" in bench.refusal(bench.submit(input={"inputs": [entry]}))
