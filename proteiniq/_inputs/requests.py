"""Requests as the contract spells them: our names and literals of parameters and bodies become the service's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ..errors import ConfigurationError, InvalidInput, UnsupportedOperation

if TYPE_CHECKING:
    from ..contract import Endpoint

IDEMPOTENCY_KEY = "Idempotency-Key"
"""Our name of the header that makes a repeated request harmless; the contract may have another spelling of it, both of
which are stated (documentation, "Jobs")."""

HINTS = frozenset({"limit"})
"""Parameters that only say how, not what: a contract that lacks one is asked without it."""


def endpoint(operation: str) -> Endpoint:
    """How the contract has an operation.

    Raises UnsupportedOperation when it hasn't, and ConfigurationError when the contract doesn't belong to the generated
    client.
    """
    from ..contract import operation as described  # with the first request, not with the first client

    try:
        found = described(operation)
    except (RuntimeError, OSError) as error:
        raise ConfigurationError(str(error)) from error
    if found.absent:
        what = operation.replace("_", " ")
        raise UnsupportedOperation(
            f"the service's contract has no way to {what}: nothing was sent", operation=operation
        )
    return found


def is_supported(operation: str) -> bool:
    """Whether the contract has an operation."""
    try:
        endpoint(operation)
    except UnsupportedOperation:
        return False
    return True


def is_documented(role: str, name: str) -> bool:
    """Whether the contract has a field that we would send. One that it has not, the service may ignore."""
    return name not in _schema(role).get("x-undocumented", ())


def is_required(role: str, name: str) -> bool:
    """Whether the contract takes no request without a field."""
    return name in _schema(role).get("required", ())


def is_promised(role: str, name: str) -> bool:
    """Whether the contract says that a response always has a field."""
    return name in _schema(role).get("x-required", ())


def is_known_literal(role: str, name: str, value: str) -> bool:
    """Whether the contract lets a field have a literal of ours. Where it lists none, it may have any."""
    known = _schema(role)["properties"][name].get("x-known-values")
    return known is None or value in known


def _schema(role: str) -> Mapping[str, Any]:
    from ..contract import document

    schema: Mapping[str, Any] = document()["components"]["schemas"][role]
    return schema


def spelled(operation: str, route: Endpoint, parts: Mapping[str, Any]) -> dict[str, Any]:
    """What a generated operation asks for, as the contract spells it.

    `parts` may have `params`, `headers` and `json`. Raises InvalidInput for a filter that the contract lacks: the
    service might ignore it, and the list would seem to be filtered.
    """
    made = dict(parts)
    query = dict(route.constant_query)
    for name, value in (parts.get("params") or {}).items():
        if name in route.query:
            table = route.values.get(name, {})
            query[route.query[name]] = table.get(value, value) if isinstance(value, str) else value
        elif name not in HINTS:
            raise InvalidInput(f"{operation}: the service's contract has no parameter {name!r}: leave it out")
    if query or "params" in parts:
        made["params"] = query
    if parts.get("headers"):
        made["headers"] = {route.headers.get(name, name): value for name, value in parts["headers"].items()}
        made["idempotent"] = IDEMPOTENCY_KEY in parts["headers"] and IDEMPOTENCY_KEY in route.headers
    if route.body:
        from ..contract import write

        made["json"] = write(route.body, parts.get("json") or {})
    return made


def identity(route: Endpoint, url: str) -> dict[str, str]:
    """What the request says of the thing that the response is about: a job that was asked for by its id has that id."""
    if not route.identity:
        return {}
    given = route.parameters(url)
    return {field: unquote(given[name]) for field, name in route.identity.items() if name in given}
