from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from proteiniq._responses.sse import Event, EventStream, EventTooLarge

LINES = st.sampled_from(
    [
        b"",
        b"data",
        b"data:",
        b"data: x",
        b"data:  two spaces",
        b"data: \xce\xb1-helix \xf0\x9f\xa7\xac",
        b"data: \xff broken \xf0\x9f",
        b"data\xef\xbb\xbf: x",
        b"event: status",
        b"event",
        b"id: 7",
        b"id: a\x00b",
        b"id",
        b"retry: 1500",
        b"retry: soon",
        b"unknown: field",
        b": heartbeat",
        b":",
    ]
)
LINE_ENDS = st.sampled_from([b"\n", b"\r", b"\r\n"])


@st.composite
def streams(draw: st.DrawFn) -> bytes:
    start = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    lines = draw(st.lists(st.tuples(LINES, LINE_ENDS).map(b"".join), max_size=30))
    return start + b"".join(lines) + draw(st.sampled_from([b"", b"data: cut", b"\xce"]))


def parse(*chunks: bytes) -> list[Event]:
    stream = EventStream()
    return [event for chunk in chunks for event in stream.feed(chunk)]


def cut(body: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(body), *(place % (len(body) + 1) for place in places)})
    return [body[left:right] for left, right in pairwise(edges)]


def reference(body: bytes) -> list[Event]:
    """The algorithm as the standard words it: decode everything, cut lines, fill buffers."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    *lines, _unfinished = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    events = []
    data, name, last_id, retry = "", "", "", None
    for line in lines:
        if line == "":
            if data != "":
                data = data[:-1] if data.endswith("\n") else data
                events.append(Event(name or "message", data, last_id or None, retry))
            data, name, retry = "", "", None
            continue
        field, colon, value = line.partition(":")
        if colon and value.startswith(" "):
            value = value[1:]
        if field == "data":
            data += value + "\n"
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            last_id = value
        elif field == "retry" and value and set(value) <= set("0123456789"):
            retry = int(value)
    return events


@given(streams())
def test_events_are_those_of_the_standard(body: bytes) -> None:
    assert parse(body) == reference(body)


@given(streams(), st.lists(st.integers(min_value=0), max_size=20))
def test_events_do_not_depend_on_chunk_boundaries(body: bytes, places: list[int]) -> None:
    assert parse(*cut(body, places)) == parse(body)


@given(streams())
def test_a_stream_fed_byte_by_byte_gives_the_same_events(body: bytes) -> None:
    assert parse(*(body[i : i + 1] for i in range(len(body)))) == parse(body)


@given(st.lists(st.binary(max_size=60)))
def test_any_bytes_can_be_parsed(chunks: list[bytes]) -> None:
    assert parse(*chunks) == reference(b"".join(chunks))


def test_an_event_without_a_name_is_a_message() -> None:
    assert parse(b"data: x\n\n") == [Event("message", "x")]


def test_an_event_keeps_its_name() -> None:
    assert parse(b"event: status\ndata: x\n\n") == [Event("status", "x")]


def test_data_lines_are_joined_by_a_line_feed() -> None:
    assert parse(b"data: {\ndata:  1}\n\n") == [Event("message", "{\n 1}")]


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_lines_end_in_lf_cr_or_crlf(end: bytes) -> None:
    assert parse(end.join([b"data: a", b"", b"data: b", b"", b""])) == [
        Event("message", "a"),
        Event("message", "b"),
    ]


def test_crlf_split_between_chunks_is_one_line_end() -> None:
    assert parse(b"data: a\r", b"\ndata: b\r", b"\n\r", b"\n") == [Event("message", "a\nb")]


def test_an_event_ended_by_cr_does_not_wait_for_the_next_byte() -> None:
    assert EventStream().feed(b"data: a\r\r") == [Event("message", "a")]


def test_a_byte_order_mark_at_the_start_is_skipped() -> None:
    assert parse(b"\xef", b"\xbb", b"\xbfdata: a\n\n") == [Event("message", "a")]


def test_a_character_split_between_chunks_is_joined() -> None:
    assert parse(b"data: \xce", b"\xb1\n\n") == [Event("message", "α")]


def test_invalid_utf_8_is_replaced() -> None:
    assert parse(b"data: \xff\n\n") == [Event("message", "\ufffd")]


def test_a_heartbeat_after_an_id_is_not_an_event() -> None:
    assert parse(b"id: 1\ndata: a\n\n", b": heartbeat\n\n") == [Event("message", "a", id="1")]


def test_heartbeats_are_counted() -> None:
    stream = EventStream()
    stream.feed(b": one\n\n:\n\ndata: a\n\n: three\n\n: unfinished")
    assert stream.heartbeats == 3


def test_an_event_without_data_is_dropped() -> None:
    assert parse(b"event: status\n\n", b"data: a\n\n") == [Event("message", "a")]


def test_an_id_applies_to_later_events_until_it_changes() -> None:
    body = b"id: 1\ndata: a\n\ndata: b\n\nid\ndata: c\n\n"
    assert [event.id for event in parse(body)] == ["1", "1", None]


def test_an_id_with_a_nul_is_ignored() -> None:
    assert parse(b"id: 1\nid: 2\x00\ndata: a\n\n") == [Event("message", "a", id="1")]


def test_the_last_id_is_known_for_a_reconnect() -> None:
    stream = EventStream()
    stream.feed(b"id: 41\n\nid: 42\ndata: a\n\n")
    assert stream.last_event_id == "42"


def test_a_pause_before_a_reconnect_is_known_even_without_an_event() -> None:
    stream = EventStream()
    assert stream.feed(b"retry: 2500\n\n") == []
    assert stream.retry == 2500


def test_a_retry_field_only_applies_to_its_event() -> None:
    body = b"retry: 2500\ndata: a\n\ndata: b\n\n"
    assert [event.retry for event in parse(body)] == [2500, None]


@pytest.mark.parametrize("value", [b"", b"-1", b"1.5", b"1e3", b"\xd9\xa3", b"9" * 5000])
def test_an_invalid_retry_field_is_ignored(value: bytes) -> None:
    stream = EventStream()
    stream.feed(b"retry: " + value + b"\n\n")
    assert stream.retry is None


@pytest.mark.parametrize("rest", [b"data: a", b"data: a\n", b"event: status\n", b"\xce"])
def test_a_truncated_event_is_dropped_and_reported(rest: bytes) -> None:
    stream = EventStream()
    assert stream.feed(b"data: x\n\n" + rest) == [Event("message", "x")]
    assert stream.close() is True


@pytest.mark.parametrize("body", [b"", b"data: x\n\n", b"data: x\n\n: heartbeat\n"])
def test_a_stream_that_ends_between_events_is_complete(body: bytes) -> None:
    stream = EventStream()
    stream.feed(body)
    assert stream.close() is False


def test_junk_without_a_line_end_is_refused_at_the_limit() -> None:
    stream = EventStream(max_event_bytes=1000)
    stream.feed(b"x" * 1000)
    with pytest.raises(EventTooLarge):
        stream.feed(b"x")


def test_junk_in_one_chunk_is_refused_too() -> None:
    with pytest.raises(EventTooLarge):
        EventStream().feed(b"x" * 2_000_000)


def test_an_event_of_endless_lines_is_refused() -> None:
    stream = EventStream(max_event_bytes=1000)
    for _ in range(200):
        stream.feed(b"data\n")
    with pytest.raises(EventTooLarge):
        stream.feed(b"data\n")


def test_the_limit_is_for_one_event_not_for_the_stream() -> None:
    stream = EventStream(max_event_bytes=1000)
    for _ in range(50):
        assert stream.feed(b"data: " + b"x" * 900 + b"\n\n: heartbeat\n\n")


def test_one_long_line_in_small_chunks_takes_linear_time() -> None:
    # A quadratic parser would move 32 GB here, and be noticed.
    stream = EventStream()
    stream.feed(b"data: ")
    for _ in range(1_000_000 // 16):
        stream.feed(b"x" * 16)
    [event] = stream.feed(b"\n\n")
    assert len(event.data) == 1_000_000
