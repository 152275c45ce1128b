"""Bytes at random, and damaged ones that are almost right, against everything that takes bytes from outside."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from .targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_valid_input_is_accepted(name: str) -> None:
    for seed in seeds(name):
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.binary(max_size=200))
def test_any_bytes(name: str, data: bytes) -> None:
    TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
@given(data=st.data())
def test_damaged_bytes(name: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(seeds(name)))
    at = data.draw(st.integers(0, len(seed)))
    junk = data.draw(
        st.binary(max_size=6) | st.sampled_from([b'"', b"null", b"1e999", b"{", b"\n\n", b"\xff"])
    )
    TARGETS[name](seed[:at] + junk + seed[at + data.draw(st.integers(0, 6)) :])
