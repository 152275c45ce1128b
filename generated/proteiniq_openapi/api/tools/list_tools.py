from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...types import UNSET, Prepared, Response

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client


from ...models.tool_page import ToolPage
from ...types import UNSET, Unset


def _get_kwargs(
    *,
    q: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    task: str | Unset = UNSET,
    category: str | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["q"] = q

    params["tag"] = tag

    params["task"] = task

    params["category"] = category

    params["limit"] = limit

    params["starting_after"] = starting_after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/tools",
        "params": params,
    }

    return _kwargs


def prepared(
    *,
    q: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    task: str | Unset = UNSET,
    category: str | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Prepared[ToolPage]:
    """The request, and how the JSON of its success is parsed"""

    return Prepared(
        "list_tools",
        _get_kwargs(
            q=q,
            tag=tag,
            task=task,
            category=category,
            limit=limit,
            starting_after=starting_after,
        ),
        ToolPage.from_dict,
    )


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> ToolPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = ToolPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[ToolPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    task: str | Unset = UNSET,
    category: str | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Response[ToolPage]:
    """List tools

    Args:
        q (str | Unset):
        tag (str | Unset):
        task (str | Unset):
        category (str | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ToolPage]
    """

    kwargs = _get_kwargs(
        q=q,
        tag=tag,
        task=task,
        category=category,
        limit=limit,
        starting_after=starting_after,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    task: str | Unset = UNSET,
    category: str | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> ToolPage | None:
    """List tools

    Args:
        q (str | Unset):
        tag (str | Unset):
        task (str | Unset):
        category (str | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ToolPage
    """

    return sync_detailed(
        client=client,
        q=q,
        tag=tag,
        task=task,
        category=category,
        limit=limit,
        starting_after=starting_after,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    task: str | Unset = UNSET,
    category: str | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Response[ToolPage]:
    """List tools

    Args:
        q (str | Unset):
        tag (str | Unset):
        task (str | Unset):
        category (str | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ToolPage]
    """

    kwargs = _get_kwargs(
        q=q,
        tag=tag,
        task=task,
        category=category,
        limit=limit,
        starting_after=starting_after,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    tag: str | Unset = UNSET,
    task: str | Unset = UNSET,
    category: str | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> ToolPage | None:
    """List tools

    Args:
        q (str | Unset):
        tag (str | Unset):
        task (str | Unset):
        category (str | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ToolPage
    """

    return (
        await asyncio_detailed(
            client=client,
            q=q,
            tag=tag,
            task=task,
            category=category,
            limit=limit,
            starting_after=starting_after,
        )
    ).parsed
