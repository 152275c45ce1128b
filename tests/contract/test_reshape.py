"""Conversion of bodies between the service's schema and ours."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq.contract import RAW, Shape, read, write
from proteiniq.contract._reshape import steps, written

from .client import without_raw


def moves(**places: str) -> tuple[tuple[Any, Any], ...]:
    """`moves(tool="tool.id")`; two underscores in our name are a dot."""
    return tuple((steps(ours.replace("__", ".")), steps(theirs)) for ours, theirs in places.items())


READ: dict[str, tuple[Shape, Any, Any]] = {
    # case: (shape, the service's body, ours)
        "two names swapped": (Shape(moves=moves(a="b", b="a")), {"a": 1, "b": 2}, {"a": 2, "b": 1}),
    "the rest of an object under our own name": (
        Shape(moves=moves(tool="tool.id")),
        {"tool": {"id": "t", "label": "T"}},
        {"tool": "t", "tool.label": "T"},
    ),
    "another meaning of one of our names": (
        Shape(moves=moves(credits_used="cost_cents"), scale={"credits_used": 0.01}),
        {"credits_used": 7},
        {},
    ),
    "an index into a string": (Shape(moves=moves(id="ids[0]")), {"ids": "abc"}, {"ids": "abc"}),
    "the rest of an object at another place": (
        Shape(moves=moves(size="meta.size")),
        {"meta": {"size": 3, "unit": "B"}},
        {"size": 3, "meta": {"unit": "B"}},
    ),
    "a nested place of ours in an existing object": (
        Shape(moves=moves(error__code="error_code")),
        {"error": {"message": "no"}, "error_code": "x"},
        {"error": {"message": "no", "code": "x"}},
    ),
    "null at a nested place of ours": (
        Shape(moves=moves(error__message="error_message")), {"error_message": None}, {}),
    "a place that is not an object": (Shape(moves=moves(size="meta.size")), {"meta": 3}, {"meta": 3}),
    "an unknown literal": (
        Shape(values={"status": {"COMPLETED": "done"}}), {"status": "new"}, {"status": "new"}),
    "literals in a list": (
        Shape(values={"kinds": {"PDB": "pdb"}}), {"kinds": ["pdb", "cif"]}, {"kinds": ["PDB", "cif"]}),
    "true is not a number": (Shape(scale={"progress": 100}), {"progress": True}, {"progress": True}),
    "a literal and a unit at another place": (
        Shape(
            moves=moves(status="state.name", progress="state.part"),
            values={"status": {"DONE": "ok"}},
            scale={"progress": 100},
        ),
        {"state": {"name": "ok", "part": 1}},
        {"status": "DONE", "progress": 100},
    ),
    "each object in a list": (
        Shape(parts={"data": Shape(moves=moves(id="key"))}),
        {"data": [{"key": 1}, None, {"key": 2}]},
        {"data": [{"id": 1}, None, {"id": 2}]},
    ),
    "a part at another place": (
        Shape(moves=moves(data="result.items"), parts={"data": Shape(moves=moves(id="key"))}),
        {"result": {"items": [{"key": 1}]}},
        {"data": [{"id": 1}]},
    ),
    "an envelope with an empty list": (Shape(at=("files", 0)), {"files": []}, None),
    "a missing envelope": (Shape(at=("data",)), {"a": 1}, None),
    "a string": (Shape(moves=moves(id="key")), "gone", "gone"),
    "null": (Shape(moves=moves(id="key")), None, None),
}  # fmt: skip


@pytest.mark.parametrize("case", READ)
def test_a_response_is_converted(case: str) -> None:
    shape, theirs, ours = READ[case]
    before = copy.deepcopy(theirs)
    assert without_raw(read(shape, theirs)) == ours
    assert theirs == before


def test_a_converted_object_keeps_the_original() -> None:
    body = {"data": {"key": 1, "plan": {"name": "pro"}}}
    plan = Shape(moves=moves(tier="name"))
    ours = read(Shape(at=("data",), moves=moves(id="key"), parts={"plan": plan}), body)
    assert ours[RAW] == {"key": 1, "plan": {"name": "pro"}}
    assert ours["plan"][RAW] == {"name": "pro"}


def test_an_object_in_our_schema_is_not_copied() -> None:
    body = {"a": 1}
    assert read(Shape(), body) is body


WRITTEN: dict[str, tuple[Shape, Any, Any]] = {
    # case: (shape, our body, the service's)
    "another name": (Shape(moves=moves(input="entries")), {"input": {}}, {"entries": {}}),
    "a missing field": (Shape(moves=moves(tags="metadata.tags")), {"a": 1}, {"a": 1}),
    "a part": (
        Shape(moves=moves(input="body"), parts={"input": Shape(moves=moves(inputs="entries"))}),
        {"input": {"inputs": [1]}},
        {"body": {"entries": [1]}},
    ),
    "a part that is null": (Shape(parts={"billing": Shape(moves=moves(a="b"))}), {"billing": None}, {"billing": None}),
    "a constant that the user sends": (Shape(constants={"version": 2}), {"version": 3}, {"version": 3}),
    "an envelope": (Shape(at=("job",), constants={"v": 1}), {"a": 1}, {"job": {"a": 1, "v": 1}}),
    "another unit": (Shape(scale={"credits": 0.01}), {"credits": 7}, {"credits": 700}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRITTEN)
def test_a_request_is_converted(case: str) -> None:
    shape, ours, theirs = WRITTEN[case]
    before = copy.deepcopy(ours)
    assert write(shape, ours) == theirs
    assert ours == before


def test_an_item_that_contains_the_separator_raises() -> None:
    with pytest.raises(ValueError, match="tags: 'a,b' contains ','"):
        write(Shape(joined={"tags": ","}), {"tags": ["a,b"]})


NAMES = st.sampled_from("abcdefgh")
PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=3)


@st.composite
def shapes(draw: st.DrawFn, depth: int = 2) -> Shape:
    """Shapes without collisions: each of our fields has its own place."""
    ours = draw(st.lists(NAMES, unique=True, max_size=5))
    around = draw(st.lists(st.sampled_from(["", "x.", "x.y.", "z."]), min_size=5, max_size=5))
    to = {name: f"{prefix}{name}_there" for name, prefix in zip(ours, around, strict=False)}
    literal = draw(st.sampled_from([{}, {"a": {"ON": "on", "OFF": "off"}}]))
    parts = draw(st.dictionaries(st.sampled_from("fgh"), shapes(depth - 1), max_size=2)) if depth else {}
    constants = draw(st.dictionaries(st.sampled_from(["k", "l"]), st.integers(), max_size=2))
    return Shape(moves=moves(**to), values=literal, parts=parts, constants=constants)


def bodies(shape: Shape) -> st.SearchStrategy[dict[str, Any]]:
    fields: dict[str, st.SearchStrategy[Any]] = dict.fromkeys("bcde", PLAIN)
    fields["a"] = st.sampled_from(["ON", "OFF", "other", None])
    for name, part in shape.parts.items():
        fields[name] = bodies(part) | st.lists(bodies(part), max_size=2)
    return st.fixed_dictionaries({}, optional=fields)


SHAPES_AND_BODIES = shapes().flatmap(lambda shape: st.tuples(st.just(shape), bodies(shape)))


def without_constants(shape: Shape, body: Any) -> Any:
    if isinstance(body, list):
        return [without_constants(shape, each) for each in body]
    if not isinstance(body, dict):
        return body
    return {
        name: without_constants(shape.parts.get(name, Shape()), value)
        for name, value in body.items()
        if name not in shape.constants
    }


@given(SHAPES_AND_BODIES)
def test_a_written_body_is_read_back_by_a_loaded_shape(each: tuple[Shape, dict[str, Any]]) -> None:
    shape, ours = each
    loaded = Shape.load(shape.dump())
    assert loaded.dump() == shape.dump()
    assert write(loaded, ours) == write(shape, ours)
    assert without_constants(shape, without_raw(read(loaded, write(shape, ours)))) == ours


def test_our_own_shape_is_stored_as_an_empty_object() -> None:
    assert Shape().dump() == {}
    assert not Shape.load(None)


@pytest.mark.parametrize("place", ["a", "data.files[0].name", "[0]", "a[1][2]"])
def test_a_place_is_parsed_and_formatted(place: str) -> None:
    assert written(steps(place)) == place


def test_a_huge_integer_is_not_scaled() -> None:
    assert read(Shape(scale={"progress": 0.001}), {"progress": 10**400})["progress"] == 10**400


def test_a_nested_list_is_not_translated() -> None:
    deep: Any = "done"
    for _ in range(5000):
        deep = [deep]
    assert read(Shape(values={"status": {"COMPLETED": "done"}}), {"status": deep})["status"][0] is deep[0]
