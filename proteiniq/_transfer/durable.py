"""Write files so that they are still there, and whole, after a power failure."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO

_NO_FSYNC = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EROFS)
"""What fsync says on a file system that lacks it, such as some network shares; the file is whole all the same."""


def sync(fileno: int) -> None:
    """Wait until an open file is on the disk."""
    try:
        os.fsync(fileno)
    except OSError as error:
        if error.errno not in _NO_FSYNC:
            raise


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk. Some file systems can't, and Windows opens no folder."""
    with suppress(OSError):
        fileno = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fileno)
        finally:
            os.close(fileno)


def sync_tree(path: Path) -> None:
    """Wait until all files below a folder, and then their names, are on the disk. Raises OSError."""
    for root, _, names in os.walk(path, topdown=False):
        for name in names:
            with Path(root, name).open("rb") as file:
                sync(file.fileno())
        sync_folder(Path(root))


def draft_of(path: Path) -> Path:
    """Return a new name, beside a file, for what will take its place when it is complete."""
    return path.with_name(f".{path.name[:50]}.{secrets.token_hex(4)}.part")


def replace(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a file whole, or leave the one that is there. Raises OSError."""
    with replacing(path, mode=mode) as file:
        file.write(data)


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Write a file in parts; without an exception it takes the place of the one that is there. Raises OSError.

    `mode` is who may read and write it, from its first byte on, without what the umask forbids.
    """
    temporary = draft_of(path)
    try:
        with open(temporary, "xb", opener=partial(os.open, mode=mode)) as file:
            yield file
            file.flush()
            sync(file.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink()
    sync_folder(path.parent)
