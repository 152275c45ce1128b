"""How an operation is asked for over HTTP, for the requests that are written by hand.

Uploads, event streams and downloads don't go through generated code; they take their route from here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import attrs


@attrs.frozen
class Endpoint:
    """One operation of the contract: where it is, what it takes, and what things are called there.

    `body`, `query` and `headers` map our names to those of the contract, and hold only what it documents.
    """

    operation: str
    method: str
    path: str
    media_type: str | None
    """Media type of the request body: `application/json`, `multipart/form-data`, or None where there is none."""
    body: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int
    """The status of success that the contract documents; any 2xx is one."""
    public: bool
    """Whether it takes no key."""

    def url(self, **parameters: str) -> str:
        """The path with its parameters filled in, each percent-encoded as one segment.

        >>> Endpoint("get_file", "GET", "/api/v1/files/{file_id}", None, {}, {}, {}, 200, False).url(file_id="a/b")
        '/api/v1/files/a%2Fb'

        Raises KeyError when one is missing.
        """
        return re.sub(r"\{([^}]*)\}", lambda match: quote(parameters[match[1]], safe=""), self.path)


def endpoint(document: Mapping[str, Any], name: str) -> Endpoint:
    """The operation called `name` in a normalised document. Raises KeyError when there is none."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if operation["operationId"] == name:
                return _endpoint(document, name, method, path, operation)
    raise KeyError(name)


def _endpoint(
    document: Mapping[str, Any], name: str, method: str, path: str, operation: Mapping[str, Any]
) -> Endpoint:
    content = operation.get("requestBody", {}).get("content", {})
    media = next(iter(content), None)
    body: dict[str, str] = {}
    if media is not None:
        role = content[media]["schema"].get("$ref", "").rpartition("/")[2]
        schema = document["components"]["schemas"].get(role, {})
        missing = schema.get("x-undocumented", ())
        body = {
            described.get("x-name", wire): wire
            for wire, described in schema.get("properties", {}).items()
            if wire not in missing
        }
    return Endpoint(
        operation=name,
        method=method.upper(),
        path=path,
        media_type=media,
        body=body,
        query=_parameters(operation, "query"),
        headers=_parameters(operation, "header"),
        status=operation["x-status"],
        public=operation["security"] == [],
    )


def _parameters(operation: Mapping[str, Any], place: str) -> dict[str, str]:
    return {
        each.get("x-name", each["name"]): each["name"]
        for each in operation["parameters"]
        if each["in"] == place and not each.get("x-undocumented")
    }
