"""HTML pages in place of a file: a captive portal, or the login page of a proxy, responds to anything with 200.

Only what is certainly wrong is refused: a page, called one by its response, where the result lists another type of
file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

_PAGE_TYPES = ("text/html", "application/xhtml+xml")

_VAGUE_TYPES = (
    "",
    "text/plain",
    "application/octet-stream",
    "binary/octet-stream",
    "application/xml",
    "text/xml",
)
"""Other media types that a page may have been stored with."""

_PAGE_EXTENSIONS = (".html", ".htm", ".xhtml")

_OTHER_EXTENSION = re.compile(
    r"\.(pdb|ent|cif|mmcif|bcif|pdbqt|sdf|mol|mol2|smi|xyz|gro|xtc|dcd|fasta|fa|faa|fna|a3m|sto|aln|hmm|gff|csv|tsv"
    r"|json|jsonl|npy|npz|pkl|h5|hdf5|parquet|xlsx|png|jpg|jpeg|pdf|zip|gz|tar|tgz)"
)

_START = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)

HEAD = 1024
"""How many bytes are enough to recognise a page."""


def may_be_page(name: str, content_type: str | None) -> bool:
    """Whether a file of a result may be an HTML page, by its name and its listed media type."""
    extension, media = PurePosixPath(name).suffix.lower(), _media_type(content_type)
    if extension in _PAGE_EXTENSIONS or media in _PAGE_TYPES:
        return True
    return media in _VAGUE_TYPES and _OTHER_EXTENSION.fullmatch(extension) is None


def is_called_page(headers: Mapping[str, str]) -> bool:
    """Whether a response says that it is an HTML page."""
    return _media_type(headers.get("content-type")) in _PAGE_TYPES


def starts_page(head: bytes) -> bool:
    """Whether data starts as an HTML page does."""
    return _START.match(head) is not None


def _media_type(value: str | None) -> str:
    return (value or "").partition(";")[0].strip().lower()
