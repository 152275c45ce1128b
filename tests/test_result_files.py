"""Files of results whose name, URL or text is odd. Sync and async clients share this code."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from proteiniq import ContractError

from ._sync.clients import fetched
from .storage import FILE, result, storage
from .support import RESULT, Routes, answer

# ---- with real results


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "signed",
        "/signed",
        "ftp://storage.test/a",
        "https://",
        "http://[",
        "https://a.test/\ud800",
        "https://a.test/\n",
        "https://a.test:99999/",
        f"https://{'a' * 64}.test/",
    ],
)
def test_a_file_without_a_usable_url(url: str | None) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt", url=url))}))
    with pytest.raises(ContractError, match="get the result again later") as caught:
        made.files["a.txt"].read()
    assert (caught.value.operation, caught.value.path) == ("get_result", "$.files[].url")


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    names = [
        "../../a.txt",
        "/etc/passwd",
        "..",
        "a.txt",
        "CON",
        "x/y/a.txt",
        "C:\\b.txt",
        "new\nline",
        "\ud800",
    ]
    folder = tmp_path / "results"
    service = Routes({RESULT: answer(result(*names)), FILE: storage})
    saved = (fetched(service)).save_all(folder)
    assert sorted(folder.iterdir()) == sorted(saved)
    assert len({path.name for path in saved}) == len(names)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_there_is_not(tmp_path: Path) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(FileNotFoundError):
        made.files["a.txt"].save(tmp_path / "missing" / "a.txt")


def test_text_that_is_none() -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: httpx.Response(200, content=b"\xff\xfe\x00")})
    made = fetched(service)
    with pytest.raises(UnicodeDecodeError):
        made.files["a.txt"].text()


def test_a_signed_url_is_in_no_repr() -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt"))}))
    assert "signed" not in repr(made)
    assert "signed" not in repr(made.files)
