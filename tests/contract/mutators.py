"""Documents that the service might publish, each made from the reconstruction by one small change.

A mutator takes a document and returns a changed copy, so mutators can be chained.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any, Concatenate, ParamSpec

Document = dict[str, Any]
Mutator = Callable[[Document], Document]
P = ParamSpec("P")

METHODS = ("get", "put", "post", "delete", "patch")
SCHEMAS = "#/components/schemas/"


def both(*mutators: Mutator) -> Mutator:
    """Chain mutators."""

    def mutate(document: Document) -> Document:
        for mutator in mutators:
            document = mutator(document)
        return document

    return mutate


def operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def rewritten(node: Any, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """A copy of `node` with `change` applied to every object in it, the innermost first."""
    if isinstance(node, list):
        return [rewritten(each, change) for each in node]
    if not isinstance(node, dict):
        return node
    return change({key: rewritten(value, change) for key, value in node.items()})


def schema(document: Document, name: str) -> dict[str, Any]:
    """A schema of the document, for changes in place."""
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def changed(change: Callable[[Document], None]) -> Mutator:
    """A mutator from a function that changes a document in place."""

    def mutate(document: Document) -> Document:
        document = copy.deepcopy(document)
        change(document)
        return document

    return mutate


def mutator(change: Callable[Concatenate[Document, P], None]) -> Callable[P, Mutator]:
    """Turn a function that changes a document in place into a factory of mutators with its other arguments."""

    def make(*args: P.args, **kwargs: P.kwargs) -> Mutator:
        return changed(lambda document: change(document, *args, **kwargs))

    return make


# The same contract in another spelling.


def generic_names(document: Document) -> Document:
    """A schema has a name that is percent-encoded in references, as some frameworks do for generics."""

    def refer(node: dict[str, Any]) -> dict[str, Any]:
        if node.get("$ref") == f"{SCHEMAS}JobPage":
            return {**node, "$ref": f"{SCHEMAS}Page%C2%ABJob%C2%BB"}
        return node

    made: Document = rewritten(document, refer)
    schemas = made["components"]["schemas"]
    schemas["Page«Job»"] = schemas.pop("JobPage")
    return made


def reversed_keys(document: Document) -> Document:
    """The keys of every object in the reverse order."""
    return rewritten(document, lambda node: dict(reversed(node.items())))  # type: ignore[no-any-return]


def renamed(document: Document) -> Document:
    """Every operationId, tag, schema, component and path parameter has another name."""

    def rename(node: dict[str, Any]) -> dict[str, Any]:
        if isinstance(node.get("$ref"), str):
            return {**node, "$ref": node["$ref"] + "Dto"}
        if node.get("in") == "path":
            return {**node, "name": f"the_{node['name']}"}
        if "operationId" in node:
            return {**node, "operationId": f"Api_{node['operationId']}_v1", "tags": ["Everything"]}
        return node

    document = rewritten(document, rename)
    for group, components in document["components"].items():
        if group != "securitySchemes":
            document["components"][group] = {f"{name}Dto": value for name, value in components.items()}
    document["paths"] = {
        re.sub(r"\{(\w+)\}", r"{the_\1}", path): item for path, item in document["paths"].items()
    }
    return reversed_keys(document)


def inlined(document: Document) -> Document:
    """Every reference replaced by what it refers to; no ids, no tags, no components."""

    def target(reference: str) -> Any:
        node: Any = document
        for part in reference[2:].split("/"):
            node = node[part]
        return node

    def inline(node: dict[str, Any]) -> dict[str, Any]:
        if "responses" in node:
            return {key: value for key, value in node.items() if key not in ("operationId", "tags")}
        if "$ref" not in node:
            return node
        beside = {key: value for key, value in node.items() if key != "$ref"}
        return {**rewritten(target(node["$ref"]), inline), **beside}

    flat: Document = rewritten(
        {key: document[key] for key in ("openapi", "info", "servers", "paths")}, inline
    )
    return flat


def openapi_3_0(document: Document) -> Document:
    """Version 3.0: `nullable`, one type, `enum` of one for `const`; a nullable reference is in an `allOf`."""

    def respell(node: dict[str, Any]) -> dict[str, Any]:
        if isinstance(node.get("type"), list):
            (kind,) = (each for each in node["type"] if each != "null")
            node = {**node, "type": kind, "nullable": True}
        if "const" in node:
            node["enum"] = [node.pop("const")]
        union = node.get("anyOf", node.get("oneOf", []))
        if {"type": "null"} in union:
            rest = {key: value for key, value in node.items() if key not in ("anyOf", "oneOf")}
            (other,) = (each for each in union if each != {"type": "null"})
            node = {**rest, "nullable": True, "allOf": [other]}
        return node

    return {**rewritten(document, respell), "openapi": "3.0.3"}


def nullable_by(keyword: str) -> Mutator:
    """Nullable schemas are unions with null, under `oneOf` or `anyOf`."""

    def respell(node: dict[str, Any]) -> dict[str, Any]:
        if isinstance(node.get("type"), list) and "null" in node["type"]:
            (kind,) = (each for each in node["type"] if each != "null")
            outside = {key: node.pop(key) for key in ("description", "x-mark") if key in node}
            union: dict[str, Any] = {keyword: [{"type": "null"}, {**node, "type": kind}]}
            return outside | union
        for other in ("anyOf", "oneOf"):
            if {"type": "null"} in node.get(other, []):
                node = {keyword if key == other else key: value for key, value in node.items()}
        return node

    return lambda document: rewritten(document, respell)


def composed(document: Document) -> Document:
    """Schemas are composed with `allOf`, and referred to through chains of references."""
    document = copy.deepcopy(document)
    components = document["components"]
    for name, whole in list(components["schemas"].items()):
        if "properties" in whole:
            names = list(whole["properties"])
            base = {"type": "object", "properties": {key: whole["properties"][key] for key in names[::2]}}
            rest = {key: whole["properties"][key] for key in names[1::2]}
            components["schemas"][f"{name}Base"] = base
            around = {key: value for key, value in whole.items() if key not in ("type", "properties")}
            parts = [{"$ref": f"{SCHEMAS}{name}Base"}, {"type": "object", "properties": rest}]
            components["schemas"][name] = {**around, "allOf": parts}
        components["schemas"][f"{name}Alias"] = {"$ref": f"{SCHEMAS}{name}"}
    components["parameters"], components["requestBodies"] = {}, {}
    for path, method, operation in operations(document):
        key = re.sub(r"\W+", "_", f"{method}{path}")
        for index, parameter in enumerate(operation.get("parameters", [])):
            components["parameters"][f"{key}{index}"] = parameter
            components["parameters"][f"{key}{index}Alias"] = {"$ref": f"#/components/parameters/{key}{index}"}
            operation["parameters"][index] = {"$ref": f"#/components/parameters/{key}{index}Alias"}
        if "requestBody" in operation:
            components["requestBodies"][key] = operation["requestBody"]
            operation["requestBody"] = {"$ref": f"#/components/requestBodies/{key}"}
        for status, response in list(operation["responses"].items()):
            components["responses"][f"{key}{status}"] = response
            operation["responses"][status] = {"$ref": f"#/components/responses/{key}{status}"}

    def alias(node: dict[str, Any]) -> dict[str, Any]:
        if str(node.get("$ref", "")).startswith(SCHEMAS):
            return {**node, "$ref": node["$ref"] + "Alias"}
        return node

    document["paths"] = rewritten(document["paths"], alias)
    components["responses"] = rewritten(components["responses"], alias)
    return document


def bare(document: Document) -> Document:
    """No descriptions, summaries, examples or extensions."""

    def strip(node: dict[str, Any]) -> dict[str, Any]:
        dropped = ("description", "summary", "example", "examples")
        return {
            key: value
            for key, value in node.items()
            if not (key in dropped and not isinstance(value, dict)) and not key.startswith("x-")
        }

    return rewritten(document, strip)  # type: ignore[no-any-return]


@mutator
def prefix_in(document: Document, *servers: dict[str, Any]) -> None:
    """`/api/v1` is in `servers`, not in the paths."""
    document["servers"] = list(servers)
    document["paths"] = {path.removeprefix("/api/v1"): item for path, item in document["paths"].items()}


@changed
def parameters_of_paths(document: Document) -> None:
    """Path parameters are described once per path."""
    for item in document["paths"].values():
        for method in METHODS:
            parameters = item.get(method, {}).get("parameters", [])
            shared = [each for each in parameters if each["in"] == "path"]
            if shared:
                item["parameters"] = shared
                item[method]["parameters"] = [each for each in parameters if each["in"] != "path"]


def successes(operation: dict[str, Any]) -> dict[str, Any]:
    """The success responses of an operation, by status."""
    return {status: each for status, each in operation["responses"].items() if status.startswith("2")}


@changed
def success_by_range(document: Document) -> None:
    """Success is described as `2XX`."""
    for _, _, operation in operations(document):
        for status in successes(operation):
            operation["responses"]["2XX"] = operation["responses"].pop(status)


@changed
def errors_by_default(document: Document) -> None:
    """All errors are one response, `default`."""
    content = {"application/json": {"schema": {"$ref": f"{SCHEMAS}ErrorEnvelope"}}}
    for _, _, operation in operations(document):
        error = {"description": "An error.", "content": content}
        operation["responses"] = {**successes(operation), "default": error}


def json_bodies(document: Document) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The requests and responses that may be JSON, each with its content."""
    for _, _, operation in operations(document):
        for described in (operation.get("requestBody", {}), *operation["responses"].values()):
            if "application/json" in described.get("content", {}):
                yield described, described["content"]


@changed
def more_content_types(document: Document) -> None:
    """Requests and responses may be XML, too; JSON has a parameter."""
    for described, content in json_bodies(document):
        content["application/json; charset=utf-8"] = content.pop("application/json")
        described["content"] = {"application/xml": {"schema": {"type": "string"}}, **content}


@changed
def more_kinds_of_json(document: Document) -> None:
    """Beside plain JSON there are other kinds of JSON, such as links."""
    other = {"schema": {"type": "object", "properties": {"_links": {"type": "object"}}}}
    for described, content in json_bodies(document):
        described["content"] = {"application/hal+json": other, **content, "*/*": other}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def camel_case(document: Document) -> Document:
    """Properties and query parameters are in camelCase: `nextCursor`, not `next_cursor`."""

    def respell(node: dict[str, Any]) -> dict[str, Any]:
        if isinstance(node.get("properties"), dict):
            node["properties"] = {camel(name): value for name, value in node["properties"].items()}
            if "required" in node:
                node["required"] = [camel(name) for name in node["required"]]
        if node.get("in") == "query":
            node["name"] = camel(node["name"])
        return node

    return rewritten(document, respell)  # type: ignore[no-any-return]


# Additions.


NEW_FIELD = {"type": "object", "properties": {"name": {"type": "string"}, "zones": {"type": "array"}}}
REQUESTS = ("InputEntry", "JobInput", "QuoteRequest", "JobRequest", "FileUpload")


@changed
def new_fields_in_responses(document: Document) -> None:
    """Every object of a response has another field, with a new schema."""
    for name, described in document["components"]["schemas"].items():
        if name not in REQUESTS:
            described["properties"]["region"] = NEW_FIELD


@changed
def new_fields_in_requests(document: Document) -> None:
    """Every object of a request has another optional field."""
    for name in REQUESTS:
        schema(document, name)["properties"]["region"] = NEW_FIELD


@changed
def new_routes(document: Document) -> None:
    """Routes for collections, with their own query parameters, body and response."""
    files = {"type": "array", "items": {"$ref": f"{SCHEMAS}File"}}
    collection = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "files": files},
    }
    body = {"content": {"application/json": {"schema": collection}}}
    responses = {"200": {"description": "", **body}}
    one = {"name": "collectionId", "in": "path", "required": True, "schema": {"type": "string"}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    document["paths"]["/api/v1/collections"] = {
        "get": {"operationId": "list", "parameters": [limit], "responses": responses},
        "post": {"operationId": "list", "requestBody": body, "responses": responses},
    }
    document["paths"]["/api/v1/collections/{collectionId}"] = {
        "get": {"parameters": [one], "responses": responses}
    }


@changed
def new_enum_values(document: Document) -> None:
    """Another status, and another scope."""
    for name in ("Job", "Result"):
        schema(document, name)["properties"]["status"].setdefault("enum", []).append("PAUSED")
    key = schema(document, "Account")["properties"]["api_key"]["properties"]
    key["scopes"]["items"]["enum"].append("workflows:read")


@changed
def new_query_parameters(document: Document) -> None:
    """Every list can be sorted, and filtered by several tags."""
    for path in ("/api/v1/jobs", "/api/v1/files", "/api/v1/tools"):
        document["paths"][path]["get"]["parameters"] += [
            {"name": "sort_by", "in": "query", "schema": {"type": "string", "enum": ["name", "-name"]}},
            {"name": "with[]", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
            {"name": "X-Trace", "in": "header", "schema": {"type": "string"}},
        ]


@changed
def recursive(document: Document) -> None:
    """Jobs contain jobs, settings contain settings, and a new route returns a tree."""
    schema(document, "Job")["properties"]["children"] = {"type": "array", "items": {"$ref": f"{SCHEMAS}Job"}}
    schema(document, "Setting")["properties"]["within"] = {
        "anyOf": [{"$ref": f"{SCHEMAS}Setting"}, {"type": "null"}]}  # fmt: skip
    schema(document, "InputEntry")["properties"]["fallback"] = {"$ref": f"{SCHEMAS}InputEntry"}
    document["components"]["schemas"]["Node"] = {
        "allOf": [
            {"properties": {"name": {"type": "string"}, "parent": {"$ref": f"{SCHEMAS}Node"}}},
            {"properties": {"nodes": {"type": "array", "items": {"$ref": f"{SCHEMAS}Node"}}}},
        ]
    }
    response = {"description": "", "content": {"application/json": {"schema": {"$ref": f"{SCHEMAS}Node"}}}}
    document["paths"]["/api/v1/tree"] = {"get": {"responses": {"200": response}}}


@changed
def awkward_names(document: Document) -> None:
    """New fields and parameters whose names are keywords, invalid, or the same once folded."""
    names = [
        "class", "self", "cls", "d", "field_dict", "to_dict", "a-b", "a_b", "aB", "", "9lives", "größe", "None",
        "additional_properties", "slot_id", "T", "list", "type", "body", "client", "params", "kwargs", "url",
    ]  # fmt: skip
    properties: dict[str, Any] = {name: {"type": "object", "properties": {"x": {}}} for name in names}
    schema(document, "InputEntry")["properties"].update(properties)
    odd = {"type": "object", "title": "Job", "properties": {**properties, "when": {"format": "uuid"}}}
    body = {"content": {"application/json": {"schema": odd}}}
    described = {name: {"name": name, "in": "query", "schema": {"type": "string"}} for name in names if name}
    document["paths"]["/api/v1/{class}/a-b/{d}/{body}"] = {"post": {
        "requestBody": body, "parameters": list(described.values()),
        "responses": {"200": {"description": "", **body}}}}  # fmt: skip
    document["paths"]["/api/v1/{class}/a_b/{d}/{body}"] = {"post": {"responses": {}}}
    document["paths"]["/api/v1/jobs"]["get"]["parameters"] += list(described.values())


@changed
def job_route_beside_status(document: Document) -> None:
    """`GET /jobs/{id}` exists beside `/status`."""
    status = document["paths"]["/api/v1/jobs/{jobId}/status"]["get"]
    document["paths"]["/api/v1/jobs/{id}"] = {"get": {**status, "parameters": [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}}  # fmt: skip


# The same contract with one difference.


@mutator
def route_is(document: Document, route: tuple[str, str], other: tuple[str, str]) -> None:
    """An operation has another path and method."""
    (path, method), (new_path, new_method) = route, other
    operation = document["paths"][f"/api/v1{path}"].pop(method)
    document["paths"].setdefault(f"/api/v1{new_path}", {})[new_method] = operation


JOB = "/jobs/{jobId}"
CANCEL = (f"{JOB}/cancel", "post")
job_route_instead_of_status = route_is((f"{JOB}/status", "get"), (JOB, "get"))
cancel_by_delete = route_is(CANCEL, (JOB, "delete"))


def cancel_by_patch(document: Document) -> Document:
    """A job is cancelled with `PATCH /jobs/{id}` and its new status."""
    statuses = {"type": "string", "enum": ["cancelled", "archived"]}
    body = {"type": "object", "properties": {"status": statuses}, "required": ["status"]}
    return both(body_is(f"/api/v1{CANCEL[0]}", json=body), route_is(CANCEL, (JOB, "patch")))(document)


@mutator
def cancel_by_both(document: Document, method: str) -> None:
    """A job is cancelled with `POST …/cancel`, or with another method at `/jobs/{id}`."""
    document["paths"][f"/api/v1{JOB}"] = {method: document["paths"][f"/api/v1{CANCEL[0]}"]["post"]}


@changed
def discriminated(document: Document) -> None:
    """Sources are discriminated by their type, and billing by its mode."""
    text = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"type": "string", "const": "text"}},
    }
    file = {"type": "object", "required": ["type"], "properties": {
        "type": {"type": "string", "const": "file"}, "file_id": {"type": "string"}}}  # fmt: skip
    source = {"oneOf": [text, file], "discriminator": {"propertyName": "type"}}
    schema(document, "InputEntry")["properties"]["source"] = source
    billing = schema(document, "Quote")["properties"]["billing"]
    rate = {"mode": {"const": "minute"}, "rate": {"type": "number"}}
    schema(document, "Quote")["properties"]["billing"] = {
        "oneOf": [{**billing, "properties": {"mode": {"const": "fixed"}}}, {**billing, "properties": rate}],
        "discriminator": {"propertyName": "mode"},
    }


@mutator
def events_as(document: Document, media: str | None) -> None:
    """The event stream has another media type, or no described body."""
    response = document["paths"][f"/api/v1{JOB}/events"]["get"]["responses"]["200"]
    response["content"] = {media: {"schema": {"$ref": f"{SCHEMAS}Job"}}} if media else {}


@changed
def upload_as_json(document: Document) -> None:
    """A file is uploaded as base64 in JSON, with its name beside it."""
    properties = dict(schema(document, "FileUpload")["properties"])
    properties |= {"file": {"type": "string", "contentEncoding": "base64"}, "fileName": {"type": "string"}}
    body = {"type": "object", "required": ["file", "fileName"], "properties": properties}
    content = {"application/json": {"schema": body}}
    document["paths"]["/api/v1/files"]["post"]["requestBody"] = {"content": content}


@mutator
def without_a_body(document: Document, path: str, method: str) -> None:
    """The success response has no body."""
    responses = document["paths"][path][method]["responses"]
    del responses["200"]
    responses["204"] = {"description": "Done."}


@mutator
def field_called(document: Document, role: str, field: str, name: str) -> None:
    """A field has another name."""
    described = schema(document, role)
    described["properties"][name] = described["properties"].pop(field)
    described["required"] = [name if each == field else each for each in described.get("required", [])]


@mutator
def wrapped(document: Document, path: str, method: str, key: str = "data") -> None:
    """The response is in an envelope."""
    for response in successes(document["paths"][path][method]).values():
        media = response["content"]["application/json"]
        media["schema"] = {"type": "object", "properties": {key: media["schema"]}}


def set_response(
    document: Document, path: str, method: str, described: Any, media: str = "application/json"
) -> None:
    """The response has another schema, or with None an undescribed one."""
    content = {media: {} if described is None else {"schema": copy.deepcopy(described)}}
    for response in successes(document["paths"][path][method]).values():
        response["content"] = content


response_is = mutator(set_response)


@mutator
def body_is(document: Document, /, path: str, **content: Any) -> None:
    """A POST takes other bodies, by media type. `json`, `form` and `raw` are short names."""
    media = {"json": "application/json", "form": "multipart/form-data", "raw": "application/octet-stream"}
    described = {media.get(kind, kind): {"schema": each} for kind, each in content.items()}
    document["paths"][path]["post"]["requestBody"] = {"required": True, "content": described}


@mutator
def moved(document: Document, /, role: str, **places: str) -> None:
    """Fields are at other places: `moved("Job", progress="progress.percent")`."""
    described = schema(document, role)
    for field, place in places.items():
        node = described["properties"].pop(field)
        described["required"] = [each for each in described.get("required", []) if each != field]
        _put(described, place.split("."), node)


def _put(described: dict[str, Any], steps: list[str], node: Any) -> None:
    *around, last = steps
    for step in around:
        inner = described["properties"].get(step)
        described["properties"][step] = described = inner or {"type": "object", "properties": {}}
    described["properties"][last] = copy.deepcopy(node)


@mutator
def query_is(document: Document, /, path: str, parameter: str, **described: Any) -> None:
    """A query parameter has another schema, or is new."""
    operation = document["paths"][path]["get"]
    kept = [each for each in operation["parameters"] if each["name"] != parameter]
    new = {"name": parameter, "in": "query", "schema": copy.deepcopy(described)}
    operation["parameters"] = [*kept, new]


@mutator
def without_query(document: Document, path: str, *names: str) -> None:
    """Query parameters are gone; without names, all of them."""
    operation = document["paths"][path]["get"]
    operation["parameters"] = [
        each for each in operation["parameters"] if names and each["name"] not in names
    ]


@mutator
def query_called(document: Document, path: str, parameter: str, name: str) -> None:
    """A query parameter has another name."""
    for each in document["paths"][path]["get"]["parameters"]:
        if each["name"] == parameter:
            each["name"] = name


def without_schemas(document: Document) -> Document:
    """No body has a schema, and no query parameter is described."""

    def drop(node: dict[str, Any]) -> dict[str, Any]:
        if isinstance(node.get("parameters"), list):
            node["parameters"] = [each for each in node["parameters"] if each["in"] != "query"]
        if isinstance(node.get("content"), dict):
            node["content"] = {media: {} for media in node["content"]}
        return node

    return {**document, "paths": rewritten(document["paths"], drop)}


# Contracts that the client can't work with.


@mutator
def without_route(document: Document, path: str, method: str) -> None:
    """A route is gone."""
    del document["paths"][path][method]


@mutator
def without_field(document: Document, role: str, field: str) -> None:
    """A field is gone."""
    described = schema(document, role)
    del described["properties"][field]
    described["required"] = [each for each in described.get("required", []) if each != field]


@mutator
def field_is(document: Document, role: str, field: str, described: dict[str, Any]) -> None:
    """A field has another schema, or is new."""
    schema(document, role)["properties"][field] = copy.deepcopy(described)


@mutator
def nested_is(document: Document, role: str, place: str, described: dict[str, Any]) -> None:
    """A field of a field has another schema, or is new."""
    _put(schema(document, role), place.split("."), described)


@mutator
def field_required(document: Document, role: str, field: str) -> None:
    """A field is required."""
    described = schema(document, role)
    described["properties"].setdefault(field, {"type": "string"})
    described.setdefault("required", []).append(field)


def required(role: str, field: str, described: dict[str, Any]) -> Mutator:
    """A required field has another schema, or is new."""
    return both(field_is(role, field, described), field_required(role, field))


@mutator
def branches_require(document: Document, role: str, *fields: str) -> None:
    """The schema is a union, of which each branch requires one of the fields."""
    described = schema(document, role)
    properties, needed = described["properties"], described["required"]
    branches = [
        {**described, "properties": {field: {"type": "string"}, **properties}, "required": [*needed, field]}
        for field in fields
    ]
    document["components"]["schemas"][role] = {"oneOf": branches}


@mutator
def parameter_required(document: Document, path: str, method: str, name: str, place: str) -> None:
    """A required parameter is new."""
    parameter = {"name": name, "in": place, "required": True, "schema": {"type": "string"}}
    document["paths"][path][method].setdefault("parameters", []).append(parameter)


@changed
def results_by_both(document: Document) -> None:
    """Two paths differ only in the name of their parameter."""
    document["paths"]["/api/v1/results/{id}"] = document["paths"]["/api/v1/results/{jobId}"]


@changed
def errors_of_a_framework(document: Document) -> None:
    """Some statuses have errors of another shape, from a framework or a gateway."""
    content = {"application/json": {"schema": {"properties": {"detail": {"type": "array"}}}}}
    text = {"application/json": {"schema": {"properties": {"error": {"type": "string"}}}}}
    for _, _, operation in operations(document):
        operation["responses"]["422"] = {"description": "Invalid", "content": content}
        operation["responses"]["502"] = {"description": "Gateway", "content": text}
