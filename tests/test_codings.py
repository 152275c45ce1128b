"""Bodies without their content codings."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Sequence

import pytest

from proteiniq._wire.codings import FREE, PIECE, CannotDecode, Decoder, codings

BODY = b"MKV" * 1000
TWO_MEMBERS = gzip.compress(BODY[:5], mtime=0) + gzip.compress(BODY[5:], mtime=0)


def raw_deflate(content: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def decoded(header: str, chunks: Sequence[bytes]) -> bytes:
    decoder = Decoder(codings({"content-encoding": header}))
    found = b"".join(piece for chunk in chunks for piece in decoder.decode(chunk))
    decoder.end()
    return found


@pytest.mark.case
@pytest.mark.parametrize(
    ("header", "coded"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", TWO_MEMBERS),
        ("x-gzip", TWO_MEMBERS + bytes(512)),
        ("deflate", zlib.compress(BODY)),
        (" deflate", raw_deflate(BODY)),
        ("deflate, gzip", gzip.compress(zlib.compress(BODY), mtime=0)),
        ("gzip,identity", gzip.compress(BODY, mtime=0)),
        ("identity", BODY),
        ("Aws-Chunked", BODY),
        ("none", BODY),
        ("UTF-8", BODY),
        ("gzip, binary", gzip.compress(BODY, mtime=0)),
        ("aws-chunked, gzip", gzip.compress(BODY, mtime=0)),
        ("", BODY),
        (",", BODY),
    ],
)
@pytest.mark.parametrize("size", [1, 100_000])
def test_a_body_is_decoded_with_any_chunks(header: str, coded: bytes, size: int) -> None:
    assert decoded(header, [coded[start : start + size] for start in range(0, len(coded), size)]) == BODY


def test_a_body_without_the_header_is_as_it_is() -> None:
    assert codings({}) == ()


@pytest.mark.case
@pytest.mark.parametrize("header", ["br", "zstd", "gzip, br", "x-foo", "gzip, gzip, gzip, gzip, gzip"])
def test_a_coding_that_is_not_supported_is_named(header: str) -> None:
    with pytest.raises(CannotDecode, match=header) as caught:
        decoded(header, [BODY])
    assert (caught.value.kind, caught.value.sent) == ("body", True)


@pytest.mark.parametrize("cut", [1, 2985])
@pytest.mark.parametrize(
    ("header", "coded"),
    [
        ("gzip", TWO_MEMBERS),
        ("deflate", zlib.compress(BODY)),
        ("gzip, gzip", gzip.compress(TWO_MEMBERS, mtime=0)),
    ],
    ids=["two members", "deflate", "twice"],
)
def test_a_compressed_body_that_ends_too_early_is_an_error(header: str, coded: bytes, cut: int) -> None:
    with pytest.raises(CannotDecode, match="too early") as caught:
        decoded(header, [coded[: max(1, len(coded) - cut)]])
    assert caught.value.kind == "protocol"


@pytest.mark.parametrize(
    ("header", "coded"),
    [
        ("gzip", b"<html>Log in</html>"),
        ("deflate", b"<html>Log in</html>"),
        ("gzip", gzip.compress(BODY, mtime=0) + b"not a member"),
        ("deflate", zlib.compress(BODY) + b"more"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-8] + bytes(8)),
    ],
    ids=["text", "text as deflate", "text after gzip", "text after deflate", "wrong checksum"],
)
def test_a_body_with_a_wrong_content_encoding_is_an_error(header: str, coded: bytes) -> None:
    with pytest.raises(CannotDecode, match="is not valid"):
        decoded(header, [coded])


def test_an_empty_body_needs_no_decoding() -> None:
    assert decoded("gzip", []) == b""


def bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


@pytest.mark.case
@pytest.mark.parametrize("header", ["gzip", "gzip, gzip"])
def test_a_body_that_expands_without_bound_is_refused_in_small_pieces(header: str) -> None:
    coded = bomb(4 * FREE)
    decoder = Decoder(codings({"content-encoding": header}))
    sizes: list[int] = []
    with pytest.raises(CannotDecode, match="expands to more than 300 times its size") as caught:
        sizes.extend(map(len, decoder.decode(coded if header == "gzip" else gzip.compress(coded, mtime=0))))
    assert caught.value.kind == "body"
    assert max(sizes, default=0) <= PIECE
    assert sum(sizes) < 2 * FREE


def test_a_small_body_may_expand_much() -> None:
    assert decoded("gzip", [bomb(FREE)]) == bytes(FREE)
