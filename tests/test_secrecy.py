"""Not one character of a key's secret part comes out, wherever one looks."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import anyio
import httpx
import pytest

from proteiniq import (
    AsyncProteinIQ,
    ConfigurationError,
    Conflict,
    InvalidInput,
    ProteinIQ,
    ProteinIQError,
    TransportError,
)
from proteiniq._wire.encoding import BadAddress, address
from proteiniq.sandbox import Sandbox

from ._async.clients import over as async_over
from ._sync.clients import connect, over, reach
from .faults.lossy_proxy import Fault, LossyProxy
from .faults.server import Server, reply, whole
from .storage import FILE, result
from .support import ENTRY, KEY, LYSOZYME, RESULT, SECRET, URL, Routes, Stub, answer, documented, refusal


def shown(error: BaseException) -> str:
    """All that a traceback with locals would show: notes, causes, frames, and what the locals are made of."""
    parts: list[str] = ["".join(traceback.format_exception(error)), repr(error), repr(vars(error))]
    chain: BaseException | None = error
    while chain is not None:
        parts += [*getattr(chain, "__notes__", []), *_locals(chain.__traceback__)]
        chain = chain.__cause__ or chain.__context__
    return "\n".join(parts)


def _locals(trace: TracebackType | None) -> Iterator[str]:
    while trace is not None:
        module = trace.tb_frame.f_globals["__name__"]
        if not module.startswith("tests."):
            for value in trace.tb_frame.f_locals.values():
                yield from _described(value, 1)
        trace = trace.tb_next


def _described(value: Any, depth: int) -> Iterator[str]:
    yield repr(value)
    if depth and hasattr(value, "__dict__") and not isinstance(value, type):
        for held in vars(value).values():
            yield from _described(held, depth - 1)


def failing(call: Callable[[], object]) -> BaseException:
    """What the call raises."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011 - an interrupt too
        call()
    assert SECRET not in str(caught.getrepr(showlocals=True, funcargs=True, style="long"))
    return caught.value


def test_the_search_finds_an_existing_secret() -> None:
    elsewhere: dict[str, Any] = {"__name__": "elsewhere"}
    exec("def careless(headers): raise ValueError", elsewhere)
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the only line there is
        elsewhere["careless"]({"Authorization": KEY})
    assert SECRET in shown(caught.value)


@pytest.mark.parametrize("text", [f"pq_live_{SECRET}", SECRET, f"pq_test_x_{SECRET}", f"pq_live_a_{SECRET}é"])
def test_an_invalid_key(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ProteinIQ(text)
    assert SECRET not in shown(caught.value)


def test_a_client_with_invalid_options() -> None:
    for options in ({"timeout": -1}, {"max_retries": -1}, {"base_url": "http://proteiniq.io"}):
        with pytest.raises(ConfigurationError) as caught:
            ProteinIQ(KEY, **options)
        assert SECRET not in shown(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        (KEY.encode(),),
        (bytearray(KEY.encode()),),
        (URL, KEY),
        (KEY, KEY),
        (KEY, f"https://{KEY}@service.test"),
        ([KEY],),
    ],
    ids=["bytes", "bytearray", "the other way round", "twice", "in the URL", "list"],
)
def test_a_key_in_the_wrong_place_or_type(given: tuple[Any, ...]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ProteinIQ(*given)
    assert SECRET not in shown(caught.value)


@pytest.mark.parametrize("kind", [ProteinIQ, AsyncProteinIQ])
@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout": -1},
        {"headers": {"X-Team": f"{SECRET}\n"}},
        {"proxy": f"http://user:{SECRET}@"},
        {"proxy": f"http://user:{SECRET}"},
        {"verify": False},
    ],
    ids=["another option", "a header", "no host", "no at sign", "verification"],
)
def test_a_header_or_proxy_of_a_client_that_cannot_be_made(
    kind: Callable[..., object], wrong: dict[str, Any]
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(KEY, **{"headers": {"X-Team": SECRET}, "proxy": f"http://user:{SECRET}@a.test", **wrong})
    assert SECRET not in shown(caught.value)


@pytest.mark.parametrize(
    "echo",
    [
        refusal(401, "unauthorized", message=f"bad key {KEY}"),
        httpx.Response(
            500, json={"error": {"code": "internal_error", "message": "No.", "details": {"sent": KEY}}}
        ),
        httpx.Response(500, headers={"x-request-id": f"Bearer {KEY}"}),
        httpx.Response(302, headers={"location": f"https://elsewhere.test/?key={KEY}"}),
        httpx.Response(200, text=f"GET / HTTP/1.1\r\nAuthorization: Bearer {KEY}"),
        httpx.Response(200, json={"object": KEY, KEY: [KEY]}),
        httpx.RemoteProtocolError(f"illegal header line: Bearer {KEY}"),
    ],
    ids=["message", "details", "request id", "redirect", "page", "JSON", "broken header"],
)
def test_a_service_that_repeats_the_key(echo: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with over(Stub(echo), max_retries=0) as client:
        error = failing(client.account.get)
    assert isinstance(error, ProteinIQError)
    assert SECRET not in shown(error)
    assert SECRET not in repr(error.__reduce__())
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.RemoteProtocolError("no HTTP"),
        httpx.InvalidURL("no URL"),
        RuntimeError("in the middle of httpx"),
        refusal(401, "unauthorized"),
        httpx.Response(200, html="<h1>"),
        httpx.Response(302, headers={"location": "/x"}),
    ],
    ids=str,
)
def test_a_failure_of_a_request(failure: Any) -> None:
    with over(Stub(failure), max_retries=1) as client:
        assert SECRET not in shown(failing(client.account.get))


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, MemoryError])
def test_an_interrupt_inside_the_wire(interrupt: type[BaseException]) -> None:
    def interrupted(request: httpx.Request) -> httpx.Response:
        raise interrupt

    with over(interrupted) as client:
        error = failing(client.account.get)
    assert type(error) is interrupt
    assert SECRET not in shown(error)


class _Interrupted(httpx.SyncByteStream):
    def __iter__(self) -> Iterator[bytes]:
        yield b"{"
        raise KeyboardInterrupt


def test_an_interrupt_while_a_body_is_read() -> None:
    with over(lambda request: httpx.Response(200, stream=_Interrupted())) as client:
        error = failing(client.account.get)
    assert type(error) is KeyboardInterrupt
    assert SECRET not in shown(error)


def test_a_request_that_cannot_be_written() -> None:
    with over(Stub(answer({}))) as client:
        error = failing(lambda: client.jobs.submit("x", [ENTRY], {"x": object()}))
    assert isinstance(error, InvalidInput)
    assert SECRET not in shown(error)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_cancelled_task() -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await anyio.sleep_forever()
        raise AssertionError

    caught: list[BaseException] = []
    async with async_over(never) as client:  # type: ignore[arg-type]
        with anyio.move_on_after(0.01):
            try:
                await client.account.get()
            except BaseException as error:
                caught.append(error)
                raise
    (cancelled,) = caught
    assert SECRET not in shown(cancelled)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_task_that_is_cancelled_while_a_body_is_read() -> None:
    class Endless(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"{"
            await anyio.sleep_forever()

    caught: list[BaseException] = []
    async with async_over(lambda request: httpx.Response(200, stream=Endless())) as client:
        with anyio.move_on_after(0.01):
            try:
                await client.account.get()
            except BaseException as error:
                caught.append(error)
                raise
    (cancelled,) = caught
    assert SECRET not in shown(cancelled)


# ---- over real HTTP, with a real key


@pytest.fixture
def secret(key: str) -> str:
    return key.split("_", 3)[3]


def test_logs_of_everything_at_debug(
    sandbox: Sandbox, key: str, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("proteiniq", "httpcore", "asyncio", ""):
        caplog.set_level(logging.DEBUG, logger=name)
    with connect(sandbox, key) as client:
        result = client.run("protein-parameters", {"protein": LYSOZYME})
        result.files["parameters.csv"].read()
        client.files.upload(b"MK", filename="a.fasta")
        failing(lambda: client.jobs.get("job_nobody"))
    assert {record.name.split(".")[0] for record in caplog.records} >= {"proteiniq", "httpcore"}
    assert secret not in caplog.text
    assert not any(secret in repr(vars(record)) for record in caplog.records)


@pytest.mark.parametrize("fault", ["lose the answer", "cut the answer"])
def test_a_connection_that_breaks(sandbox: Sandbox, key: str, secret: str, fault: Fault) -> None:
    with (
        LossyProxy(sandbox.url) as proxy,
        connect(sandbox, key, base_url=proxy.url, max_retries=1) as client,
    ):
        proxy.plan([fault] * 2)
        assert secret not in shown(failing(client.account.get))


def test_an_unreachable_host(sandbox: Sandbox, key: str, secret: str) -> None:
    with connect(sandbox, key, base_url="http://127.0.0.1:1", max_retries=0) as client:
        assert secret not in shown(failing(client.account.get))


def test_an_error_of_the_service(sandbox: Sandbox, key: str, secret: str) -> None:
    with connect(sandbox, key) as client:
        client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, idempotency_key="one")
        error = failing(
            lambda: client.jobs.submit("protein-parameters", {"protein": "MK"}, idempotency_key="one")
        )
    assert isinstance(error, Conflict)
    assert secret not in shown(error)
    assert secret.encode() not in pickle.dumps(error)


# ---- objects


def test_a_client_shows_no_secret(sandbox: Sandbox, key: str, secret: str) -> None:
    with connect(sandbox, key) as client:
        client.account.get()
        for each in (client, client.jobs, client.files, client._pipeline, client._pipeline.config):
            assert secret not in repr(each) + str(each)
            assert secret not in "".join(_described(each, 2))


def test_a_copy_of_a_client_shows_no_secret() -> None:
    with over(Stub(answer(documented("get_account")))) as client:
        assert SECRET not in repr(copy.copy(client))


@pytest.mark.parametrize("kind", [ProteinIQ, AsyncProteinIQ])
def test_a_client_and_its_methods_say_to_make_one_in_each_process_when_pickled(kind: Any) -> None:
    client = kind(KEY, URL)
    for part in (client, copy.copy(client), client.tools.get):
        with pytest.raises(TypeError, match="make one in each process"):
            pickle.dumps(part)


@pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy])
def test_a_client_is_not_pickled_or_copied_with_its_connections(copied: Callable[[Any], object]) -> None:
    with over(Stub(answer(documented("get_account")))) as client, pytest.raises(TypeError) as caught:
        copied(client)
    assert "make one in each process" in str(caught.value)
    assert SECRET not in str(caught.value)


def test_an_error_with_a_job_is_pickled_without_the_client(sandbox: Sandbox, key: str, secret: str) -> None:
    with connect(sandbox, key) as client:
        error = failing(lambda: client.run("broken", {"text": "any"}))
    assert isinstance(error, ProteinIQError)
    restored = pickle.loads(pickle.dumps(error))
    assert secret.encode() not in pickle.dumps(error)
    assert restored.job.status == "FAILED"
    assert restored.job_id == error.job_id


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1.2.3"])
@pytest.mark.parametrize("connected", [False, True], ids=["sync", "async"])
def test_a_proxy_never_gets_the_key_in_the_clear(
    host: str, connected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Server() as server, Server() as proxy:
        server.on("GET", "/api/v1/account", reply(documented("get_account")))
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        url = server.url.replace("127.0.0.1", host)
        try:
            if connected:
                anyio.run(_account, url)
            else:
                with ProteinIQ(KEY, url, max_retries=0) as client:
                    client.account.get()
        except TransportError:
            assert host == "127.1.2.3"  # not every system has it
        assert proxy.connected == 0


async def _account(url: str) -> None:
    async with AsyncProteinIQ(KEY, url, max_retries=0) as client:
        await client.account.get()


def test_the_key_stays_on_this_side_of_a_download(
    sandbox: Sandbox, key: str, secret: str, tmp_path: Path
) -> None:
    with connect(sandbox, key) as client:
        made = client.run("protein-parameters", {"protein": LYSOZYME})
        made.save_all(tmp_path)
    assert secret not in repr(made.raw)
    assert not any(secret in path.read_text() for path in tmp_path.iterdir())


# ---- signatures of URLs

SIGNATURE = "5ecre7-signature-of-a-url"


@pytest.mark.case
@pytest.mark.parametrize("where", ["result", "redirect", "relative redirect"])
def test_no_log_has_the_signature_of_a_url(where: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("proteiniq", "httpcore", "httpx"):
        caplog.set_level(logging.DEBUG, logger=name)
    with Server() as server, reach(server.url) as client:
        query = f"?X-Amz-Signature={SIGNATURE}"
        url = f"{server.url}/file{query}" if where == "result" else f"{server.url}/moved"
        place = f"{server.url}/file{query}" if where == "redirect" else f"/file{query}"
        server.on("GET", "/api/v1/results/job_1", reply(result("a.txt", url=url)))
        server.on("GET", "/moved", whole(b"", 302, location=place))
        server.on("GET", "/file", whole(b"ATOM"))
        assert client.results.get("job_1").files[0].read() == b"ATOM"
    assert {record.name.split(".")[0] for record in caplog.records} >= {"proteiniq", "httpcore"}
    assert SIGNATURE not in caplog.text
    assert not any(SIGNATURE in repr(vars(record)) for record in caplog.records)


@pytest.mark.case
def test_storage_that_repeats_a_signature_is_not_quoted() -> None:
    body = f"<Error><Code>Denied</Code><Message>No.</Message><SignatureProvided>{SIGNATURE}</SignatureProvided></Error>"
    url = f"https://storage.test/signed?n=1&sig={SIGNATURE}"
    service = Routes({RESULT: answer(result("a.txt", url=url)), FILE: httpx.Response(403, text=body)})
    with over(service) as client:
        error = failing(lambda: client.results.get("job_1").files[0].read())
    assert "Denied" in str(error)
    assert SIGNATURE not in f"{error!r} {vars(error)}"
    assert SIGNATURE.encode() not in pickle.dumps(error)


@pytest.mark.case
@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(403),
        httpx.Response(200, headers={"content-encoding": "br"}),
        httpx.Response(302, headers={"location": f"ftp://storage.test/a?sig={SIGNATURE}"}),
    ],
    ids=["refused", "unreadable", "redirect"],
)
def test_no_local_variable_of_a_traceback_shows_the_signature_of_a_url(response: httpx.Response) -> None:
    url = f"https://storage.test/signed?sig={SIGNATURE}"
    service = Routes({RESULT: answer(result("a.txt", url=url)), FILE: response})
    with over(service, max_retries=0) as client:
        error = failing(lambda: client.results.get("job_1").files[0].read())
    stack = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    ours = [repr(frame.locals) for frame in stack if "/proteiniq/" in frame.filename]
    assert any("storage.test" in each for each in ours)
    assert not any(SIGNATURE in each for each in ours)


@pytest.mark.case
@pytest.mark.parametrize(
    "broken",
    [
        f"HTTP/1.1 302 Found\r\nLocation https://storage.test/a?sig={SIGNATURE}\r\n\r\n",
        f"HTTP/1.1 302 Found\r\nLocation /a?sig={SIGNATURE}\r\n\r\n",
        f"HTTP/1.1 200 OK\r\nContent-Length: 55\r\n\r\nhttps://storage.test/a?sig={SIGNATURE}{' ' * 30}",
    ],
    ids=["header", "relative", "body"],
)
def test_a_response_that_cannot_be_read_is_not_quoted_with_a_signature(broken: str) -> None:
    with Server() as server, reach(server.url, max_retries=0) as client:
        server.on("GET", "/api/v1/account", [broken.encode()])
        error = failing(client.account.get)
    assert isinstance(error, ProteinIQError)
    assert SIGNATURE not in f"{error!r} {vars(error)}"


@pytest.mark.case
@pytest.mark.parametrize("netloc", ["me:hunter2@h\u2100st", "storage.test:hunter2"])
def test_an_address_that_is_not_valid_is_not_quoted(netloc: str) -> None:
    with pytest.raises(BadAddress) as caught:
        address(f"https://{netloc}/x")
    assert "hunter2" not in str(caught.value)
