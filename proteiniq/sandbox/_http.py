"""The server's HTTP/1.1, whose own refusals are envelopes too."""

from __future__ import annotations

import json

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ._errors import invalid


class Protocol(H11Protocol):
    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP: a broken head or chunk. The connection ends with it."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            issue = {
                "path": "request",
                "message": "is no HTTP/1.1 that can be read: check its head and length",
            }
            body = json.dumps(invalid([issue]).envelope()).encode()
            headers = [
                (b"Content-Type", b"application/json"),
                (b"Content-Length", str(len(body)).encode()),
                (b"Connection", b"close"),
            ]
            head = h11.Response(status_code=400, headers=headers, reason=b"Bad Request")
            for event in (head, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
