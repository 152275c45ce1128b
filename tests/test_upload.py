from __future__ import annotations

import errno
import gzip
import io
import os
import socket
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq import InvalidInput
from proteiniq._transfer.upload import PIECE, media_type, opened


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.fasta", "text/x-fasta"),
        ("A.PDB", "chemical/x-pdb"),
        ("a.cif", "chemical/x-mmcif"),
        ("a.sdf", "chemical/x-mdl-sdfile"),
        ("a.json", "application/json"),
        ("a.unheard", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_media_type_of_a_name(name: str, kind: str) -> None:
    assert media_type(name) == kind


@pytest.mark.parametrize(
    ("source", "filename", "why"),
    [
        ("/no/such/file", None, "No such file"),
        (Path("/"), None, "directory"),
        (">a\nMK\n", None, "To upload text, pass its bytes"),
        (b"MK", None, "pass filename="),
        ({b"MK", b"VA"}, "a.txt", "got set"),
        (gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"MK")[:-9])), "a.txt", "can't read the open file"),
        (io.BytesIO(b"MK"), None, "pass filename="),
        (io.StringIO("MK"), "a.fasta", "mode 'rb'"),
        (object(), "a.fasta", "must be a path, bytes, an open file or an iterable of bytes, got object"),
        ("no\0path", "a.fasta", "can't read 'no\\x00path': embedded null byte"),
        (None, "a.fasta", "got NoneType"),
        (b"MK", "a\\b.fasta", "is not a file name"),
        (b"MK", "\u202eatsaf.exe", "is not a file name"),
        (b"MK", "a\nb.fasta", "is not a file name"),
        (__file__, "../b.fasta", "is not a file name"),
    ],
)
def test_an_unsupported_source(source: Any, filename: str | None, why: str) -> None:
    with pytest.raises(InvalidInput, match=r"nothing was uploaded") as caught, opened(source, filename):
        pass
    assert why in str(caught.value)


def test_a_path_with_an_unusable_name_requires_another(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.fasta"
    path.write_bytes(b"MK")
    with pytest.raises(InvalidInput, match="pass another as filename="), opened(path, None):
        pass
    with opened(path, "a.fasta") as source:
        assert source.name == "a.fasta"


@pytest.mark.parametrize("make", [tempfile.TemporaryFile, tempfile.SpooledTemporaryFile])
def test_a_temporary_file_has_no_name(make: Any) -> None:
    with make() as stream:
        with pytest.raises(InvalidInput, match="the open file has no name"), opened(stream, None):
            pass
        with opened(stream, "a.fasta") as source:
            assert source.name == "a.fasta"


def test_the_name_of_an_open_file_is_that_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "a.fasta").write_bytes(b"MK")
    stream = io.FileIO(os.fsencode(tmp_path / "a.fasta"))
    with stream, opened(stream, None) as source:
        assert source.name == "a.fasta"


def test_a_temporary_file_that_is_open_as_text_is_refused() -> None:
    with (
        tempfile.NamedTemporaryFile("w+") as stream,
        pytest.raises(InvalidInput, match="open in text mode"),
        opened(stream, "a.fasta"),
    ):
        pass


def test_a_file_that_is_closed_is_refused() -> None:
    stream = io.BytesIO(b"MK")
    stream.close()
    with pytest.raises(InvalidInput, match="the file is closed"), opened(stream, "a.fasta"):
        pass


def test_a_file_that_is_open_for_writing_is_refused(tmp_path: Path) -> None:
    with (
        (tmp_path / "a.fasta").open("wb") as stream,
        pytest.raises(InvalidInput, match="not open for reading"),
        opened(stream, "a.fasta"),
    ):
        pass


def test_a_file_of_an_archive_is_uploaded() -> None:
    archive = zipfile.ZipFile(io.BytesIO(), "w")
    archive.writestr("folder/a.pdb", "ATOM")
    with opened(zipfile.Path(archive, "folder/a.pdb"), None) as source:
        assert (source.name, b"".join(source.pieces())) == ("a.pdb", b"ATOM")


def test_a_file_that_is_not_in_its_archive_is_refused() -> None:
    path = zipfile.Path(zipfile.ZipFile(io.BytesIO(), "w"), "a.pdb")
    with (
        pytest.raises(InvalidInput, match=r"nothing was uploaded: can't read 'a\.pdb': FileNotFoundError"),
        opened(path, None),
    ):
        pass


def test_a_non_contiguous_buffer_is_sent_in_order() -> None:
    with opened(memoryview(b"M-K-")[::2], "a.fasta") as source:
        assert b"".join(source.pieces()) == b"MK"
        assert source.total == 2


@pytest.mark.case
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux has it")
@pytest.mark.parametrize("name", ["status", "cmdline"])
def test_a_file_that_seems_to_be_empty_or_cannot_be_measured_is_read_to_its_end(name: str) -> None:
    path = Path("/proc/self", name)
    with opened(path, None) as source:
        content = b"".join(source.pieces())
        assert content[:5] == path.read_bytes()[:5] != b""
        assert source.total == len(content)


def test_a_large_file_that_cannot_be_measured_is_sent_without_a_length() -> None:
    class Unmeasured(io.BytesIO):
        def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
            if whence == os.SEEK_END:
                raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
            return super().seek(offset)

    content = b"M" * (PIECE + 1)
    with opened(Unmeasured(content), "a.fasta") as source:
        assert source.total is None
        assert b"".join(source.pieces()) == content


def test_an_empty_file_has_a_length(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.touch()
    with opened(path, None) as source:
        assert source.total == 0
        assert b"".join(source.pieces()) == b""


def named_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def local_socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(folder / "socket"))
    return folder / "socket"


@pytest.mark.case
@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (named_pipe, "a named pipe"),
        (lambda folder: Path("/dev/zero"), "a device"),
        (local_socket, "a socket"),
        (lambda folder: folder, "a directory"),
    ],
    ids=["pipe", "device", "socket", "directory"],
)
def test_a_path_that_is_not_a_file_is_refused_and_not_waited_for(
    make: Callable[[Path], Path], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.chdir(folder)  # the path of a socket has to be short
        path = make(Path())
        with pytest.raises(InvalidInput, match=f"is {kind}, not a file"), opened(path, None):
            pass


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="this system has no /dev/fd")
def test_a_pipe_of_this_process_is_read() -> None:
    end, other = os.pipe()
    os.write(other, b"MK")
    os.close(other)
    with opened(f"/dev/fd/{end}", "a.fasta") as source:
        assert b"".join(source.pieces()) == b"MK"
    os.close(end)


def test_a_source_that_fails_while_it_is_read_is_an_error_of_ours() -> None:
    class Stale(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))

    with opened(Stale(b"MK"), "a.fasta") as source:
        pieces = source.pieces()
        with pytest.raises(InvalidInput, match=r"upload aborted: can't read 'a\.fasta': Stale file handle"):
            next(pieces)


def test_a_file_that_reads_text_is_refused_for_that() -> None:
    class Text(io.BytesIO):
        def read(self, size: int | None = -1, /) -> Any:
            return "MK"

    with (
        opened(Text(b"MK"), "a.fasta") as source,
        pytest.raises(InvalidInput, match=r"^upload aborted: expected bytes, got str$"),
    ):
        next(source.pieces())


def test_an_error_of_a_source_without_a_message_is_named() -> None:
    class Ended(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise EOFError

    with (
        opened(Ended(b"MK"), "a.fasta") as source,
        pytest.raises(InvalidInput, match=r"'a\.fasta': EOFError$"),
    ):
        next(source.pieces())


def test_a_file_of_unknown_length_that_can_not_be_read_is_refused() -> None:
    class Process(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(InvalidInput, match=r"the open file: Input/output error$"), opened(Process(), "mem"):
        pass


def test_an_error_without_a_message_at_the_end_of_a_source_is_named() -> None:
    class Ended(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise EOFError

    with pytest.raises(InvalidInput, match=r"the open file: EOFError$"), opened(Ended(b"MK"), "a.fasta"):
        pass
