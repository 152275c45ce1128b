from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy
import pytest

from proteiniq import InvalidInput
from proteiniq._inputs import arguments as arguments


@pytest.mark.parametrize("size", [None, 1, 100, numpy.int64(20)])
def test_a_page_size_has_two_names(size: Any) -> None:
    assert arguments.Span.of(limit=size).size == arguments.Span.of(page_size=size).size == size


@pytest.mark.parametrize("size", [0, 101, 1.0, "1", True, pytest.param(10**5000, id="huge")])
def test_an_invalid_page_size(size: Any) -> None:
    with pytest.raises(InvalidInput, match="limit must be from 1 to 100"):
        arguments.Span.of(limit=size)
    with pytest.raises(InvalidInput, match="page_size must be from 1 to 100"):
        arguments.Span.of(page_size=size)


def test_two_names_of_a_page_size() -> None:
    assert arguments.Span.of(limit=5, page_size=5).size == 5
    with pytest.raises(InvalidInput, match="pass only page_size"):
        arguments.Span.of(limit=5, page_size=6)


@pytest.mark.parametrize(("most", "size"), [(None, None), (0, None), (7, 7), (1000, 100)])
def test_a_page_holds_what_is_wanted_if_it_can(most: int | None, size: int | None) -> None:
    assert arguments.Span.of(max_items=most).size == size


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_items": -1},
        {"max_items": 1.5},
        {"max_items": True},
        {"starting_after": ""},
        {"starting_after": 5},
    ],
)
def test_an_invalid_part_of_a_list(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        arguments.Span.of(**wrong)


@pytest.mark.parametrize("value", ["job_1", "esmfold", "a b", "ü", "..."])
def test_ids(value: str) -> None:
    assert arguments.check_id("job", value) == value


@pytest.mark.case
@pytest.mark.parametrize("value", [" job_1", "job_1\n", "\tjob_1 "])
def test_white_space_around_an_id_is_not_part_of_it(value: str) -> None:
    assert arguments.check_id("job", value) == "job_1"


@pytest.mark.parametrize("value", ["", " ", ".", "..", " ..\n", "a\udcff", None, 1, b"job"])
def test_an_invalid_id(value: Any) -> None:
    with pytest.raises(InvalidInput, match="is not a tool id"):
        arguments.check_id("tool", value)


def test_an_id_that_no_server_would_parse() -> None:
    with pytest.raises(InvalidInput, match=r"job id must be at most 1,000 characters, got 100,000") as caught:
        arguments.check_id("job", "j" * 100_000)
    assert len(str(caught.value)) < 200


def test_times_are_aware() -> None:
    assert arguments.moment("x", datetime(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)
    cet = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))
    assert arguments.moment("x", cet) is cet
    assert arguments.moment("x", "2026-01-01") == datetime(2026, 1, 1, tzinfo=UTC)
    assert arguments.moment("x", None) is None


@pytest.mark.parametrize("value", ["", "now", "2026-02-30", 5])
def test_an_invalid_time(value: Any) -> None:
    with pytest.raises(InvalidInput, match="created_after must be"):
        arguments.moment("created_after", value)


@pytest.mark.parametrize("key", ["a", "a b", "x" * 255, "~!@#"])
def test_idempotency_keys(key: str) -> None:
    assert arguments.check_idempotency_key(key) == key


@pytest.mark.parametrize("key", ["", " a", "a ", "x" * 256, "ä", "a\x00", None])
def test_an_invalid_idempotency_key(key: Any) -> None:
    with pytest.raises(InvalidInput, match="idempotency_key"):
        arguments.check_idempotency_key(key)


@pytest.mark.parametrize("value", [None, 0, 0.5, 10**9])
def test_credits(value: float | None) -> None:
    arguments.check_credits("max_credits", value)


@pytest.mark.parametrize("value", [-1, float("nan"), "1", True])
def test_invalid_credits(value: Any) -> None:
    with pytest.raises(InvalidInput, match="max_credits must be"):
        arguments.check_credits("max_credits", value)


@pytest.mark.parametrize("value", [-0.1, float("nan"), "1", True])
def test_an_invalid_timeout(value: Any) -> None:
    with pytest.raises(InvalidInput, match="timeout must be"):
        arguments.check_timeout(value)


@pytest.mark.parametrize(("value", "least"), [(-1, 0), (0, 1), (1.0, 0), ("1", 0), (True, 0)])
def test_an_invalid_whole_number(value: Any, least: int) -> None:
    kind = "positive" if least else "non-negative"
    with pytest.raises(InvalidInput, match=f"^retries must be a {kind} whole number, got "):
        arguments.check_whole("retries", value, least)


@pytest.mark.parametrize("value", [True, False, numpy.True_, numpy.False_])
def test_flags(value: Any) -> None:
    arguments.check_flags(overwrite=value)


@pytest.mark.case
@pytest.mark.parametrize("value", ["no", "", None, 0, 1, numpy.int64(1), [True]])
def test_what_is_not_a_flag(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"check must be True or False, got "):
        arguments.check_flags(overwrite=True, check=value)


@pytest.mark.case
def test_numbers_of_numpy_are_numbers() -> None:
    number: Any = numpy.int64(5)
    reserved = arguments.check_reserved_credits(number)
    assert (reserved, type(reserved)) == (5, int)
    arguments.check_credits("max_credits", number)
    arguments.check_timeout(number)
    value: Any
    for value in (numpy.True_, numpy.float64("nan")):
        with pytest.raises(InvalidInput):
            arguments.check_timeout(value)
