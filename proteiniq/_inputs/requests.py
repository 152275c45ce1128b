"""Write requests as the contract describes them: with the service's names and literals in place of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from .. import contract
from ..errors import ConfigurationError, InvalidInput, UnsupportedOperation

if TYPE_CHECKING:
    from ..contract import Endpoint

IDEMPOTENCY_KEY = "Idempotency-Key"
"""Our name of the header that makes a repeated request harmless. The documentation ("Jobs") states two spellings."""

HINTS = frozenset({"limit"})
"""Parameters that don't change which items are returned: they are omitted if the contract lacks them."""


def endpoint(operation: str) -> Endpoint:
    """Return how the contract describes an operation.

    Raises UnsupportedOperation if the contract lacks it, and ConfigurationError if the contract doesn't belong to the
    generated client.
    """
    found = _described(operation)
    if found.absent:
        raise UnsupportedOperation(
            f"the service's contract has no operation {operation!r}: nothing was sent", operation=operation
        )
    return found


def is_supported(operation: str) -> bool:
    """Whether the contract has an operation."""
    return not _described(operation).absent


def _described(operation: str) -> Endpoint:
    try:
        return contract.operation(operation)
    except (RuntimeError, OSError) as error:
        raise ConfigurationError(str(error)) from error


def is_documented(role: str, name: str) -> bool:
    """Whether the contract has a field that the client would send. The service may ignore other fields."""
    return name not in _schema(role).get("x-undocumented", ())


def is_required(role: str, name: str) -> bool:
    """Whether the contract requires a field of a request."""
    return name in _schema(role).get("required", ())


def is_promised(role: str, name: str) -> bool:
    """Whether the contract requires a field of a response."""
    return name in _schema(role).get("x-required", ())


def is_known_literal(role: str, name: str, value: str) -> bool:
    """Whether the contract allows a literal of ours in a field. A field without an enum allows any."""
    known = _schema(role)["properties"][name].get("x-known-values")
    return known is None or value in known


def _schema(role: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = contract.document()["components"]["schemas"][role]
    return schema


def spelled(operation: str, route: Endpoint, parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a generated request as the contract describes them.

    `parts` may contain `params`, `headers` and `json`. Raises InvalidInput for a filter that the contract lacks: the
    service might ignore it, and the list would look filtered.
    """
    made = dict(parts)
    query = dict(route.constant_query)
    for name, value in (parts.get("params") or {}).items():
        if name in route.query:
            table = route.values.get(name, {})
            query[route.query[name]] = table.get(value, value) if isinstance(value, str) else value
        elif name not in HINTS:
            raise InvalidInput(f"{operation}: the service's contract has no parameter {name!r}: omit it")
    if query or "params" in parts:
        made["params"] = query
    if parts.get("headers"):
        made["headers"] = {route.headers.get(name, name): value for name, value in parts["headers"].items()}
        made["idempotent"] = IDEMPOTENCY_KEY in parts["headers"] and IDEMPOTENCY_KEY in route.headers
    if route.body:
        made["json"] = contract.write(route.body, parts.get("json") or {})
    return made


def identity(route: Endpoint, url: str) -> dict[str, str]:
    """Return the fields of the response that the request determines: a job requested by its id has that id."""
    if not route.identity:
        return {}
    given = route.parameters(url)
    return {field: unquote(given[name]) for field, name in route.identity.items() if name in given}
