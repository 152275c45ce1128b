from __future__ import annotations

import copy
import pickle

import pytest

from proteiniq import ConfigurationError
from proteiniq._wire.key import ApiKey

from .support import KEY, SECRET


def parsed(text: str = KEY) -> ApiKey:
    key = ApiKey.parse(text)
    assert key is not None
    return key


def test_a_key_of_the_documented_form() -> None:
    key = parsed("pq_live_abc123_s3cr3t")
    assert key.prefix == "pq_live_abc123"
    assert key.authorization() == "Bearer pq_live_abc123_s3cr3t"


def test_space_around_a_key_is_removed() -> None:
    assert parsed(f"  {KEY}\n").authorization() == f"Bearer {KEY}"


def test_a_secret_may_contain_underscores() -> None:
    assert parsed("pq_live_id_a_b_c").authorization() == "Bearer pq_live_id_a_b_c"
    assert parsed("pq_live_id_a_b_c").prefix == "pq_live_id"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret",
        "pq_live_",
        "pq_live_id",
        "pq_live_id_",
        "pq_live__secret",
        "pq_test_id_secret",
        f"Bearer {KEY}",
        "pq_live_id_sec ret",
        "pq_live_id_sec\nret",
        "pq_live_id_geheimnís",
        "pq_live_ïd_secret",
        "pq_live_i d_secret",
    ],
)
def test_text_that_is_not_a_key(text: str) -> None:
    assert ApiKey.parse(text) is None


def test_only_the_public_part_is_shown() -> None:
    assert str(parsed()) == repr(parsed()) == f"{parsed()}" == "pq_live_tests_…"


def test_a_pickle_contains_no_secret() -> None:
    pickled = pickle.dumps(parsed())
    assert SECRET.encode() not in pickled
    restored = pickle.loads(pickled)
    assert repr(restored) == "pq_live_tests_…"
    with pytest.raises(ConfigurationError, match="was unpickled"):
        restored.authorization()


def test_a_copy_still_works() -> None:
    assert copy.copy(parsed()).authorization() == copy.deepcopy(parsed()).authorization() == f"Bearer {KEY}"


def test_there_are_no_variables_to_show() -> None:
    with pytest.raises(TypeError):
        vars(parsed())


def test_a_short_secret_is_not_looked_for() -> None:
    key = ApiKey.parse("pq_live_a_1")
    assert key is not None
    assert key.hide("11 jobs") == "11 jobs"
    assert key.hide_in_body(b"11 jobs") == b"11 jobs"
