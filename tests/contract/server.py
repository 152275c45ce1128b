"""A local server with a fixed response."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import attrs


@attrs.define
class Served:
    """A response, the URL of its server, and the requests received."""

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    content: bytes = b""
    url: str = ""
    requests: list[Mapping[str, str]] = attrs.field(factory=list)


@contextmanager
def serving(served: Served) -> Iterator[Served]:
    """Send the response `served` to every request, or 304 for a matching entity tag."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append({"path": self.path, **dict(self.headers)})
            known = served.headers.get("ETag") is not None
            if known and self.headers.get("If-None-Match") == served.headers["ETag"]:
                self.send_response(304)
                self.end_headers()
                return
            self.send_response(served.status)
            for name, value in served.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(served.content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
