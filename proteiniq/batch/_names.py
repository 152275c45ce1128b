"""Ids of items as names of folders.

The name is made from the id alone, so that it never depends on the other items of a batch: `results/<name>` is the
same in every process. Most ids are their own name. An id whose name has to differ from it, or that some file system
takes for another id, gets a part of its hash: file systems may ignore case and compose characters.
"""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import sha256

from .._transfer.filenames import local_names

_LONGEST = 100
"""Characters of an id that is its own name; of a longer one the first `_READABLE` are kept."""
_READABLE = 60

_ACCESSION = re.compile(
    r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?"  # UniProt
    r"|[1-9][A-Z0-9]{3}(?:_[A-Z0-9]+)?"  # PDB, with a chain
    r"|[A-Z]{2}_[0-9]{6,}(?:\.[0-9]+)?"  # RefSeq
    r"|CHEMBL[0-9]+|ZINC[0-9]+|DB[0-9]{5}|UPI[0-9A-F]{10}",  # ChEMBL, ZINC, DrugBank, UniParc
    re.ASCII,
)
"""Accessions, which are written in capitals. For these, the other spelling gets the hash."""

_LIKE_OURS = re.compile(r"-[a-z2-7]{12}$|~[0-9]", re.ASCII | re.IGNORECASE)
"""What a name with a hash ends with, and what Windows' own short names contain."""


def folder_name(item: str) -> str:
    """Return the name of an item's folder. Different ids have different names, in any case and any normal form.

    >>> folder_name("lysozyme"), folder_name("P00698"), folder_name("../Lysozyme")
    ('lysozyme', 'P00698', '_Lysozyme-6at5i6r4gaux')
    """
    readable = local_names([re.sub(r"[/\\]", "_", item)])[0]
    if readable == item and item.isascii() and len(item) <= _LONGEST and not _LIKE_OURS.search(item):
        usual = item.upper() if _ACCESSION.fullmatch(item.upper()) else item.lower()
        if item == usual:
            return item
    digest = sha256(item.encode("utf-8", "surrogatepass")).digest()
    return f"{readable[:_READABLE].rstrip('. ')}-{b32encode(digest)[:12].decode().lower()}"
