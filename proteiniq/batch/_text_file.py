"""The lines of a text file of any size, one at a time, unpacked and decoded as for a single input.

Unlike a single input, a line that is not UTF-8 is decoded for itself, so that a file is read only once.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

from .._inputs.arguments import special_file
from .._inputs.reader import warn
from .._message_text import why
from .._text import encodings, fasta
from ..errors import InvalidInput, Issue

_HEAD = 1000
"""How many bytes the encoding is guessed from."""


def stored_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file as they are stored, with the newline that ends them.

    A carriage return is an end for `text_lines` and for the csv module, and not here. Raises InvalidInput if the file
    can't be read or is not text.
    """
    try:
        if (kind := special_file(path)) is not None:
            raise InvalidInput(f"can't read {str(path)!r}: it is {kind}, not a file")
        with path.open("rb") as raw:
            is_packed = raw.peek(len(encodings.GZIP)).startswith(encodings.GZIP)
            yield from _decoded(gzip.GzipFile(fileobj=raw) if is_packed else raw, path.name)
    except encodings.NotText as error:
        raise InvalidInput(f"{path.name} {error}") from None
    except UnicodeError as error:
        raise InvalidInput(f"{path.name} is not valid text ({error}): save it as UTF-8") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InvalidInput(
            f"{path.name} is incomplete or damaged gzip data ({error}): copy it again"
        ) from None
    except (OSError, ValueError) as error:  # a null character in the path is a ValueError
        raise InvalidInput(f"can't read {str(path)!r}: {why(error)}") from None


def text_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a file without their ends, as `fasta.lines` counts them. Raises InvalidInput."""
    for line in stored_lines(path):
        yield from fasta.lines(line[:-1].rstrip("\r") if line.endswith("\n") else line)


def _decoded(file: io.BufferedReader | gzip.GzipFile, name: str) -> Iterator[str]:
    encoding = encodings.encoding(file.peek(_HEAD)[:_HEAD])
    is_utf8 = encoding in ("utf-8", "utf-8-sig")
    lines = _of_bytes(file, name) if is_utf8 else io.TextIOWrapper(file, encoding, newline="\n")
    with closing(lines):
        for number, line in enumerate(lines):
            yield line if number else fasta.without_mark(line)


def _of_bytes(lines: Iterable[bytes], name: str) -> Generator[str, None, None]:
    has_warned = False
    for number, line in enumerate(lines, start=1):
        try:
            text = line.decode()
        except UnicodeDecodeError:
            text = encodings.western(line)
            problem = f"line {number} is not valid UTF-8"
            if encodings.is_binary(text):
                raise encodings.NotText(f"is not text: {problem}; save the data as UTF-8 text") from None
            if not has_warned:
                warn(
                    [Issue(f"{name}: {problem}, so it was read as Windows-1252 (Latin-1): save it as UTF-8")]
                )
                has_warned = True
        yield text
