"""The operations of the service's document, in any of the spellings that OpenAPI has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from .access import NotAContract, mapping, sequence, text
from .bindings import Route
from .flatten import Flattener
from .spelling import JSON

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
ERROR = r"[45]\d\d|[45]XX"
_SUCCESS = r"2\d\d|2XX"


@attrs.frozen
class Upstream:
    """One operation, read on demand."""

    route: Route
    described: Mapping[str, Any]
    flattener: Flattener
    shared: tuple[Any, ...] = ()

    def parameters(self) -> list[Mapping[str, Any]]:
        """The parameters. Those of the operation override those of its path."""
        merged: dict[tuple[str, str], Mapping[str, Any]] = {}
        for node in (*self.shared, *sequence(self.described.get("parameters"), f"{self.route} parameters")):
            parameter = self.flattener.resolve(node, f"{self.route} parameters")
            place = text(parameter.get("in"), f"{self.route} parameter, `in`")
            name = text(parameter.get("name"), f"{self.route} parameter, `name`")
            merged[place, name] = parameter
        return list(merged.values())

    def body(self, *wanted: str) -> tuple[str, Any] | None:
        """The first media type of `wanted` that the body may have, and its schema."""
        content = self._content(self._body)
        return next((each for media in wanted for each in content if each[0] == media), None)

    def body_media(self) -> list[str]:
        """The media types of the body; empty if the operation takes none."""
        return [media for media, _ in self._content(self._body)]

    def body_required(self) -> bool:
        return self._resolved(self._body).get("required") is True

    @property
    def _body(self) -> Any:
        body = self.described.get("requestBody")
        return {} if body is None else body

    def responses(self, pattern: str) -> dict[str, Mapping[str, Any]]:
        """The responses whose status matches the pattern, by status."""
        described = mapping(self.described.get("responses"), f"{self.route} responses")
        found = {str(status).upper(): node for status, node in described.items()}
        return {
            status: self._resolved(node)
            for status, node in sorted(found.items())
            if re.fullmatch(pattern, status)
        }

    def errors(self) -> list[Any]:
        """The JSON schemas of all error responses. `default` is one if a success is described."""
        kinds = rf"{ERROR}|DEFAULT" if self.responses(_SUCCESS) else ERROR
        return [schema for response in self.responses(kinds).values() for schema in self._json(response)]

    def results(self) -> tuple[int, list[Any]]:
        """The highest success status, and the JSON schemas of all success responses.

        An undescribed response has the schema that allows everything. A response without a body or without JSON has
        none.
        """
        success = self.responses(_SUCCESS) or self.responses("DEFAULT") or {"": {}}
        schemas: list[Any] = []
        for status, response in success.items():
            if self._content(response):
                schemas += self._json(response)
            elif status not in ("204", "205"):
                schemas.append({})
        return max((int(status) for status in success if status.isdigit()), default=200), schemas

    def _json(self, response: Mapping[str, Any]) -> list[Any]:
        return [schema for media, schema in self._content(response) if media == JSON]

    def _resolved(self, node: Any) -> Mapping[str, Any]:
        return self.flattener.resolve(node, str(self.route))

    def _content(self, node: Any) -> list[tuple[str, Any]]:
        """The media types of a body and their schemas. An undescribed schema allows everything."""
        content = mapping(self._resolved(node).get("content"), f"{self.route} content")
        bare = {media: media.split(";")[0].strip().lower() for media in content}
        # Beside plain JSON, other kinds of JSON contain something else: a problem, or links.
        known = bare if JSON in bare.values() else {media: _media(name) for media, name in bare.items()}
        schemas = {
            media: mapping(each, f"{self.route} {media}").get("schema") for media, each in content.items()
        }
        return [(known[media], {} if schema is None else schema) for media, schema in schemas.items()]


def operations(document: Mapping[str, Any], flattener: Flattener) -> Iterator[Upstream]:
    """Every operation of the document, at the path that a client requests.

    Raises NotAContract when `document` is not a readable OpenAPI 3 document.
    """
    if "swagger" in document:
        raise NotAContract("Swagger 2 is not supported: convert the document to OpenAPI 3")
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3."):
        raise NotAContract("not an OpenAPI 3 document: it has no `openapi: 3.x`")
    paths = mapping(document.get("paths"), "paths")
    if not paths:
        raise NotAContract("the document describes no paths")
    for path in sorted(paths):
        if not path.startswith("/"):
            raise NotAContract(f"paths: {path!r} must begin with a slash")
        item = flattener.resolve(paths[path], path)
        for method in METHODS:
            if method in item:
                described = flattener.resolve(item[method], f"{method.upper()} {path}")
                servers = described.get("servers") or item.get("servers") or document.get("servers")
                prefix = _prefix(servers)
                full = path if not prefix or path.startswith(prefix + "/") else prefix + path
                shared = sequence(item.get("parameters"), f"{path} parameters")
                yield Upstream(Route(method, full), described, flattener, tuple(shared))


def _prefix(servers: Any) -> str:
    """The path of the first server that has one, with default values for its variables."""
    paths = (_server_path(mapping(server, "servers")) for server in sequence(servers, "servers"))
    return next(filter(None, paths), "")


def _server_path(server: Mapping[str, Any]) -> str:
    url = text(server.get("url", ""), "servers.url")
    for name, variable in mapping(server.get("variables"), "servers.variables").items():
        default = mapping(variable, f"servers.variables.{name}").get("default", "")
        url = url.replace(f"{{{name}}}", str(default))
    try:
        return urlsplit(url).path.rstrip("/")
    except ValueError as error:
        raise NotAContract(f"servers: {url!r} is not a URL") from error


def _media(bare: str) -> str:
    """The media type, with every kind of JSON as `application/json`."""
    is_json = bare == "*/*" or bare.startswith("application/json") or bare.endswith("+json")
    return JSON if is_json else bare
