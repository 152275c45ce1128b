"""A server on this machine that answers as it is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs


@attrs.define
class Served:
    """What is asked for, and what was asked."""

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    content: bytes = b""
    url: str = ""
    asked: list[Mapping[str, str]] = attrs.field(factory=list)


@contextmanager
def serving(answer: Served) -> Iterator[Served]:
    """Serve `answer`, whatever is asked for; an entity tag that is still right gets a 304."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer.asked.append({"path": self.path, **dict(self.headers)})
            known = answer.headers.get("ETag") is not None
            if known and self.headers.get("If-None-Match") == answer.headers["ETag"]:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        answer.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield answer
        finally:
            server.shutdown()
            thread.join()
