"""Where redirects lead."""

from __future__ import annotations

import httpx
import pytest

from proteiniq._wire.locations import location, redirect_target, requestable

from ._sync.clients import fetched
from .storage import CONTENT, result, storage
from .support import RESULT, Routes, answer

FROM = "https://storage.test/a/b?c=d"


def target(raw: bytes, status: int = 302) -> str | None:
    return redirect_target(FROM, status, {"location": raw.decode("latin-1")})


@pytest.mark.case
@pytest.mark.parametrize(
    ("raw", "leads_to"),
    [
        ("/größe-€.pdb".encode(), "https://storage.test/gr%C3%B6%C3%9Fe-%E2%82%AC.pdb"),
        ("/größe.pdb".encode("latin-1"), "https://storage.test/gr%F6%DFe.pdb"),
        (b"/gr%C3%B6%C3%9Fe.pdb?a=%2F", "https://storage.test/gr%C3%B6%C3%9Fe.pdb?a=%2F"),
        ("?name=größe".encode(), "https://storage.test/a/b?name=gr%C3%B6%C3%9Fe"),
        ("/no\u00a0break/wide\u3000space".encode(), "https://storage.test/no%C2%A0break/wide%E3%80%80space"),
        ("https://bücher.test/größe".encode(), "https://bücher.test/gr%C3%B6%C3%9Fe"),
        (b"  c.pdb ", "https://storage.test/a/c.pdb"),
        (b"//other.test/x", "https://other.test/x"),
    ],
)
def test_a_redirect_leads_where_browsers_go(raw: bytes, leads_to: str) -> None:
    assert target(raw) == leads_to


@pytest.mark.parametrize(
    "raw", [b"", b" ", b"http://storage.test/plain", b"ftp://storage.test/", b"https://[bad"]
)
def test_a_redirect_that_can_not_be_followed(raw: bytes) -> None:
    assert target(raw) is None


def test_a_status_that_is_not_a_redirect_has_no_target() -> None:
    assert target(b"/x", 304) is None
    assert location({}) == ""


def test_half_a_character_stays_as_it_is() -> None:
    assert requestable("https://a.test/\ud800") == "https://a.test/\ud800"


@pytest.mark.case
def test_a_file_behind_such_urls_is_downloaded() -> None:
    moved = httpx.Response(302, headers=[(b"location", "/größe-€".encode())])
    service = Routes(
        {
            RESULT: answer(result("a.txt", url="https://storage.test/first\u00a0one")),
            "GET /first\u00a0one": lambda request: moved,
            "GET /größe-€": storage,
        }
    )
    assert fetched(service).files[0].read() == CONTENT
    assert [request.url.raw_path for request in service.requests[1:]] == [
        b"/first%C2%A0one",
        b"/gr%C3%B6%C3%9Fe-%E2%82%AC",
    ]
