from __future__ import annotations

import json
from typing import Any

from hypothesis import given, strategies as st

from proteiniq._display.outputs import of_file, outputs
from proteiniq._display.shapes import (
    GivenFile,
    Output,
)

ATOM = b"ATOM      1  N   MET A   1      27.340  24.430   2.614  1.00  9.67           N\n"


def kinds(found: Any) -> list[type]:
    return [type(each) for each in found]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
)


@given(JSON)
def test_any_document_is_shown(data: Any) -> None:
    found = outputs(data)
    assert all(isinstance(each, Output) for each in found)
    assert bool(found) == (data not in (None, [], {}))


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode) | JSON.map(json.dumps).map(str.encode))
def test_any_file_is_shown(content: bytes) -> None:
    for name in ("a.pdb", "a.json", "a.csv", "a.svg", "a.fasta", "a"):
        assert all(each.file is not None for each in of_file(GivenFile(name, None, content)))
        assert of_file(GivenFile(name, None, content))
