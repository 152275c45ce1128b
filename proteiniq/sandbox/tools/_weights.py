"""Check a folder of model weights as Transformers saves it, without loading them.

What is checked is what goes wrong when weights are fetched: another model, a file that is not there, one that was not
fetched to its end, or the pointer that Git LFS leaves instead of a file. Whether every weight is there is only known
once the model is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ..._message_text import why

CONFIG = "config.json"

FILES = ("model.safetensors", "pytorch_model.bin")
"""Where weights are, in the order in which Transformers looks for them. Large ones are split, and have an index."""

_INDEX = ".index.json"
_LFS = b"version https://git-lfs"
_HEADER = 8
"""Bytes at the start of a safetensors file that give the length of its header, little-endian."""


def check(folder: Path, fits: Callable[[Mapping[str, Any]], bool], model: str) -> None:
    """Check that `folder` may contain the weights of `model`, whose configuration `fits`.

    Raises ValueError, which says what is missing or wrong.
    """
    what = f"the folder {folder}"
    if not folder.is_dir():
        raise ValueError(
            f"{what} with the weights of {model} {'is not a folder' if folder.exists() else 'does not exist'}"
        )
    try:
        if not (folder / CONFIG).is_file():
            raise ValueError(f"{what} has no {CONFIG}: {_expected(model)}")
        if not fits(_object(folder / CONFIG)):
            raise ValueError(f"{what} has another model than {model}, as its {CONFIG} says")
        for file in _files(folder, model):
            _check_file(file)
    except OSError as error:
        raise ValueError(f"cannot read {what} with the weights of {model}: {why(error)}") from error


def _files(folder: Path, model: str) -> list[Path]:
    """The files that Transformers will read."""
    for name in FILES:
        if (folder / name).is_file():
            return [folder / name]
        index = folder / f"{name}{_INDEX}"
        if index.is_file():
            placed = _object(index).get("weight_map")
            names = sorted(set(placed.values())) if isinstance(placed, dict) else []
            if not names or not all(isinstance(each, str) for each in names):
                raise ValueError(f"{index} is not an index of weights: fetch it again")
            if missing := [each for each in names if not (folder / each).is_file()]:
                raise ValueError(f"the folder {folder} lacks {', '.join(missing)}, which {index.name} names")
            return [folder / each for each in names]
    raise ValueError(f"the folder {folder} has no weights: {_expected(model)}")


def _expected(model: str) -> str:
    return f"it must have {CONFIG} and {' or '.join(FILES)} of {model}, as Transformers saves them"


def _check_file(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(len(_LFS))
        if start == _LFS:
            raise ValueError(
                f"{path} is a pointer of Git LFS, not the weights: run `git lfs pull` in its folder"
            )
        if not start:
            raise ValueError(f"{path} is empty: fetch it again")
        if path.suffix != ".safetensors":
            return
        length = int.from_bytes(start[:_HEADER], "little")
        file.seek(_HEADER)
        try:
            header = json.loads(file.read(length)) if _HEADER + length <= size else {}
            end = max(each["data_offsets"][1] for name, each in header.items() if name != "__metadata__")
        except (ValueError, TypeError, KeyError, AttributeError, IndexError):
            raise ValueError(f"{path} is damaged or was not fetched to its end: fetch it again") from None
    if size < _HEADER + length + end:
        raise ValueError(
            f"{path} must have {_HEADER + length + end} bytes by its header, but has {size}: fetch it again"
        )


def _object(path: Path) -> Mapping[str, Any]:
    """The JSON object in a file. Raises ValueError if it has none."""
    try:
        found = json.loads(path.read_bytes())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"{path} is not a JSON object: fetch it again")
    return found
