"""How an operation is requested over HTTP: its route, and the names and places in its bodies and parameters.

Generated operations use our schema, and the client's channel translates it to the wire. Uploads, event streams and
downloads are written by hand. Both read the endpoint here.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import attrs

from ._reshape import OURS, Shape, Steps


@attrs.frozen
class Upload:
    """How a file is uploaded. `style` is `form`, `json`, `raw` or `ticket`, or `none` if the contract has no body.

    `file` is the place of the bytes in the body, and `encoding` is `text` or `base64` in JSON. `media` are the media
    types of a raw body, empty if any is accepted; all other fields are in the query then. `ticket` is the shape of the
    response with the URL for the bytes.
    """

    style: str
    file: Steps = ()
    encoding: str | None = None
    media: tuple[str, ...] = ()
    ticket: Shape | None = None

    def dump(self) -> dict[str, Any]:
        """The upload as JSON, without empty values."""
        whole = attrs.asdict(self, recurse=False, filter=lambda _, value: value not in (None, ()))
        return whole if self.ticket is None else {**whole, "ticket": self.ticket.dump()}

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Upload:
        """The upload from the output of `dump`."""
        tuples = {key: tuple(stored.get(key, ())) for key in ("file", "media")}
        ticket = {"ticket": Shape.load(stored["ticket"])} if "ticket" in stored else {}
        return cls(**{**stored, **tuples, **ticket})


@attrs.frozen(kw_only=True)
class Endpoint:
    """One operation of the contract.

    `query` and `headers` map our names of documented parameters to the contract's. `values` map our literals to the
    contract's, by parameter.
    """

    method: str
    path: str
    media_type: str | None = None
    """Media type of the request body: `application/json`, `multipart/form-data`, or None without a body."""
    body: Shape = OURS
    response: Shape = OURS
    query: Mapping[str, str] = attrs.field(factory=dict)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    values: Mapping[str, Mapping[str, str]] = attrs.field(factory=dict)
    constant_query: Mapping[str, str] = attrs.field(factory=dict)
    """Query parameters that are always sent, as the contract spells them."""
    identity: Mapping[str, str] = attrs.field(factory=dict)
    """Field of the response → the path parameter whose value it has."""
    paging: str | None = None
    """How a list is paged: `cursor`, `offset` or `page`, or None."""
    first_page: int = 1
    """The number of the first page, if pages have numbers."""
    upload: Upload | None = None
    absent: bool = False
    """Whether the contract has no such operation."""

    def url(self, **parameters: str) -> str:
        """The path with its parameters filled in, each percent-encoded as one segment.

        >>> Endpoint(method="GET", path="/api/v1/files/{file_id}").url(file_id="a/b")
        '/api/v1/files/a%2Fb'

        Raises KeyError if one is missing.
        """
        return re.sub(r"\{([^}]*)\}", lambda match: quote(parameters[match[1]], safe=""), self.path)

    def parameters(self, url: str) -> dict[str, str]:
        """The path parameters of a path that `url` made, still percent-encoded."""
        match = _pattern(self.path).fullmatch(url)
        return match.groupdict() if match else {}


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{([^}]*)\\\}", r"(?P<\1>[^/]*)", re.escape(path)))


def endpoint(document: Mapping[str, Any], name: str) -> Endpoint:
    """The operation called `name` in a normalised document. Raises KeyError for an unknown name."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] == name:
                return _endpoint(method, path, operation)
    raise KeyError(name)


def _endpoint(method: str, path: str, operation: Mapping[str, Any]) -> Endpoint:
    wire: dict[str, dict[str, str]] = {"query": {}, "header": {}, "path": {}}
    values: dict[str, Mapping[str, str]] = {}
    for each in operation["parameters"]:
        if not each.get("x-undocumented"):
            wire[each["in"]][each["name"]] = each.get("x-wire", each["name"])
        # The contract may have our literals in another case, or other words for them.
        known = [value for value in each["schema"].get("x-known-values", ()) if isinstance(value, str)]
        table = {value.upper(): value for value in known if not value.isupper()} | each.get("x-values", {})
        if table:
            values[each["name"]] = table
    upload = operation.get("x-upload")
    return Endpoint(
        method=method.upper(),
        path=path,
        media_type=next(iter(operation.get("requestBody", {}).get("content", {})), None),
        body=Shape.load(operation.get("x-body")),
        response=Shape.load(operation.get("x-response")),
        query=wire["query"],
        headers=wire["header"],
        values=values,
        constant_query=operation.get("x-constant-query", {}),
        identity=operation.get("x-identity", {}),
        paging=operation.get("x-paging"),
        first_page=operation.get("x-first-page", 1),
        upload=Upload.load(upload) if upload else None,
        absent=operation.get("x-absent", False),
    )
