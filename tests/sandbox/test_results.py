"""Results and their signed URLs."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox._errors import APIError
from proteiniq.sandbox._storage import parse_range

from .clients import Api, Clock, Json, body, code, error, generous, issues

CONTENT = ">a\nMKLV\n"


@pytest.fixture
def result(api: Api) -> Json:
    job = api.run(inputs=[{**INPUT, "content": CONTENT}])
    return body(api.get(f"results/{job['id']}"))


INPUT: Json = {
    "id": "e",
    "slotId": "text",
    "kind": "protein",
    "format": "fasta",
    "source": {"type": "text"},
}


@pytest.fixture
def url(result: Json) -> str:
    return str(result["files"][0]["url"])


@pytest.fixture
def slow() -> Iterator[Api]:
    with generous(job_read_interval=5.0) as sandbox, Api(sandbox) as api:
        yield api


def test_a_result_has_the_tools_document_and_files(api: Api, result: Json) -> None:
    (file,) = result.pop("files")
    job_id = result.pop("job_id")
    assert result.pop("completed_at").endswith("Z")
    assert result == {
        "object": "job_result",
        "tool": "plain",
        "status": "COMPLETED",
        "data_source": "sandbox",
        "results": {"length": len(CONTENT)},
    }
    assert file["name"] == "copy.txt"
    assert file["key"] == f"outputs/{job_id}/copy.txt"
    assert file["content_type"] == "text/plain"
    assert httpx.get(file["url"]).text == CONTENT


def test_a_result_before_the_end_is_refused_with_retry_after(slow: Api) -> None:
    job_id = slow.submit("waits")["id"]
    slow.until(job_id, status="PROCESSING")
    response = slow.get(f"results/{job_id}")
    assert code(response) == (409, "job_not_completed")
    assert error(response)["details"] == {"current_status": "PROCESSING"}
    assert response.headers["Retry-After"] == "5"


def test_a_failure_without_output_has_no_result(api: Api) -> None:
    response = api.get(f"results/{api.run('fails')['id']}")
    assert code(response) == (404, "not_found")


def test_a_failure_with_output_has_a_result(api: Api) -> None:
    job_id = api.run("fails", settings={"how": "partial"})["id"]
    result = body(api.get(f"results/{job_id}"))
    assert (result["status"], result["results"]) == ("FAILED", {})
    assert httpx.get(result["files"][0]["url"]).text == "half"


def test_undocumented_files_are_in_the_result_too(api: Api) -> None:
    result = body(api.get(f"results/{api.run('talkative')['id']}"))
    files = {file["name"]: file for file in result["files"]}
    assert list(files) == ["big.bin", "extra é.csv"]
    assert files["extra é.csv"]["content_type"] == "text/csv"
    assert httpx.get(files["extra é.csv"]["url"]).text == "a,b\n"
    assert len(httpx.get(files["big.bin"]["url"]).content) > 3_000_000


def test_a_download_has_descriptive_headers(url: str) -> None:
    headers = httpx.get(url).headers
    assert headers["Content-Type"] == "text/plain"
    assert headers["Content-Length"] == str(len(CONTENT))
    assert headers["Accept-Ranges"] == "bytes"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''copy.txt"
    assert "X-RateLimit-Limit" not in headers


def test_head_returns_the_same_headers_without_the_content(url: str) -> None:
    head, get = httpx.head(url), httpx.get(url)
    assert head.content == b""
    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
        assert head.headers[name] == get.headers[name]


@pytest.mark.parametrize(
    ("wanted", "content", "content_range"),
    [
        ("bytes=0-2", CONTENT[:3], "bytes 0-2/8"),
        ("bytes=3-", CONTENT[3:], "bytes 3-7/8"),
        ("bytes=-2", CONTENT[-2:], "bytes 6-7/8"),
        ("bytes=2-99", CONTENT[2:], "bytes 2-7/8"),
        ("bytes=-99", CONTENT, "bytes 0-7/8"),
    ],
)
def test_a_range_returns_a_part(url: str, wanted: str, content: str, content_range: str) -> None:
    response = httpx.get(url, headers={"Range": wanted})
    assert (response.status_code, response.text) == (206, content)
    assert response.headers["Content-Range"] == content_range
    assert response.headers["Content-Length"] == str(len(content))


@pytest.mark.parametrize("wanted", ["bytes=8-", "bytes=9-10", "bytes=-0"])
def test_a_range_beyond_the_end_cannot_be_served(url: str, wanted: str) -> None:
    response = httpx.get(url, headers={"Range": wanted})
    assert code(response) == (416, "range_not_satisfiable")
    assert response.headers["Content-Range"] == "bytes */8"


@pytest.mark.parametrize("wanted", ["bytes=0-1,3-4", "lines=1-2", "bytes=3-1", "bytes=-", "junk"])
def test_a_range_of_another_form_is_ignored(url: str, wanted: str) -> None:
    response = httpx.get(url, headers={"Range": wanted})
    assert (response.status_code, response.text) == (200, CONTENT)


def test_a_range_applies_only_to_the_same_content(url: str) -> None:
    etag = httpx.get(url).headers["ETag"]
    part = {"Range": "bytes=3-"}
    assert httpx.get(url, headers={**part, "If-Range": etag}).status_code == 206
    assert httpx.get(url, headers={**part, "If-Range": '"other"'}).status_code == 200
    assert httpx.get(url, headers={"If-None-Match": etag}).status_code == 304


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_a_range_stays_within_the_file(size: int, first: int, last: int) -> None:
    for header in (f"bytes={first}-{last}", f"bytes={first}-", f"bytes=-{last}"):
        try:
            part = parse_range(header, size)
        except APIError:
            continue
        assert part is None or 0 <= part[0] < part[1] <= size


def test_a_modified_url_is_forbidden(url: str) -> None:
    query = parse_qs(urlsplit(url).query)
    expires, signature = query["expires"][0], query["signature"][0]
    for changed in (
        url.replace(expires, str(float(expires) + 3600)),
        url.replace(expires, "inf"),
        url.replace(signature, "0" * 64),
        url.replace(signature, "é"),
        url.replace("copy.txt", "other.txt"),
        url.split("?")[0],
    ):
        assert code(httpx.get(changed)) == (403, "forbidden")


def test_a_url_expires() -> None:
    clock = Clock()
    with generous(clock=clock, url_lifetime=60.0) as sandbox, Api(sandbox) as api:
        job_id = api.run()["id"]
        url = body(api.get(f"results/{job_id}"))["files"][0]["url"]
        clock.now += 59.9
        assert httpx.get(url).status_code == 200
        clock.now += 0.1
        response = httpx.get(url)
        assert code(response) == (403, "forbidden")
        assert "expired" in error(response)["message"]
        fresh = body(api.get(f"results/{job_id}"))["files"][0]["url"]
        assert httpx.get(fresh).status_code == 200


def test_a_url_refuses_the_key(api: Api, url: str) -> None:
    response = httpx.get(url, headers={"Authorization": f"Bearer {api.key}"})
    assert code(response) == (400, "validation_error")
    assert list(issues(response)) == ["header.Authorization"]


def test_a_url_has_the_host_that_the_client_used(api: Api, result: Json) -> None:
    route = f"results/{result['job_id']}"
    for host in ("localhost:8123", "sandbox.test", "[::1]:80"):
        found = body(api.get(route, headers={"Host": host}))
        assert found["files"][0]["url"].startswith(f"http://{host}/storage/")


@pytest.mark.parametrize("host", ["a b", "evil.test/path", "user@evil.test", "x:99999999", '"'])
def test_an_invalid_host_is_not_repeated(api: Api, result: Json, host: str) -> None:
    found = body(api.get(f"results/{result['job_id']}", headers={"Host": host}))
    assert found["files"][0]["url"].startswith(f"{api.sandbox.url}/storage/")


def test_storage_refuses_other_methods(url: str) -> None:
    assert code(httpx.put(url, content=b"x")) == (405, "method_not_allowed")
    assert code(httpx.delete(url)) == (405, "method_not_allowed")
