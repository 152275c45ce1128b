from __future__ import annotations

import copy
import pickle

import pytest

import proteiniq
from proteiniq import errors
from proteiniq.errors import BY_CODE, BY_STATUS, Issue, ProteinIQError

from .every_error import every_class, made


@pytest.mark.parametrize("kind", every_class(), ids=lambda kind: kind.__name__)
def test_an_error_survives_pickling(kind: type[ProteinIQError]) -> None:
    error = made(kind)
    error.add_note("a note")
    restored = pickle.loads(pickle.dumps(error))
    assert type(restored) is kind
    assert str(restored) == str(error) == "what went wrong"
    assert vars(restored) == vars(error)
    assert copy.copy(error).__dict__ == error.__dict__


def test_every_error_is_public_and_documented() -> None:
    kinds = {kind.__name__: kind for kind in every_class()}
    assert {name: getattr(proteiniq, name) for name in kinds} == kinds
    assert kinds.keys() <= set(proteiniq.__all__)
    assert all(kind.__doc__ for kind in kinds.values())


def test_the_tree_in_the_documentation_is_the_tree() -> None:
    levels: list[str] = []
    drawn: dict[str, str] = {}
    for line in str(errors.__doc__).splitlines():
        name = line.lstrip("│├└─ ").split(" ")[0]
        if line.startswith(("│", "├", "└", "ProteinIQError")):
            depth = (len(line) - len(line.lstrip("│├└─ "))) // 4
            levels[depth:] = [name]
            drawn[name] = levels[depth - 1] if depth else "Exception"
    real = {kind.__name__: kind.__mro__[1].__name__ for kind in every_class()}
    assert drawn == real


def test_there_is_a_class_for_every_public_code_and_no_two_share_one() -> None:
    assert len(BY_CODE) == 18
    assert len(set(BY_CODE.values())) == 18
    assert all(issubclass(kind, errors.APIError) for kind in BY_CODE.values())
    assert set(BY_STATUS) == {400, 401, 402, 403, 404, 405, 409, 413, 415, 429}


def test_the_base_class_catches_everything() -> None:
    assert all(
        issubclass(getattr(errors, name), ProteinIQError) for name in ("APIError", "WaitTimeout", "JobFailed")
    )
    assert not issubclass(errors.WaitTimeout, errors.APIError)


def test_an_issue_has_its_place() -> None:
    assert str(Issue("it is empty", slot="a")) == "slot 'a': it is empty"
    assert str(Issue("no residue", slot="a", line=3)) == "slot 'a', line 3: no residue"
    assert str(Issue("out of range", setting="ph")) == "setting 'ph': out of range"
    assert str(Issue("odd")) == "odd"
