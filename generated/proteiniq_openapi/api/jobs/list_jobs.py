from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...types import UNSET, Prepared, Response

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client

import datetime

from ...models.job_page import JobPage
from ...types import UNSET, Unset


def _get_kwargs(
    *,
    q: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["q"] = q

    params["tool"] = tool

    params["status"] = status

    json_created_after: str | Unset = UNSET
    if not isinstance(created_after, Unset):
        json_created_after = created_after.isoformat()
    params["created_after"] = json_created_after

    json_created_before: str | Unset = UNSET
    if not isinstance(created_before, Unset):
        json_created_before = created_before.isoformat()
    params["created_before"] = json_created_before

    params["limit"] = limit

    params["starting_after"] = starting_after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/jobs",
        "params": params,
    }

    return _kwargs


def prepared(
    *,
    q: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Prepared[JobPage]:
    """The request, and how the JSON of its success is parsed"""

    return Prepared(
        "list_jobs",
        _get_kwargs(
            q=q,
            tool=tool,
            status=status,
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            starting_after=starting_after,
        ),
        JobPage.from_dict,
    )


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> JobPage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = JobPage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[JobPage]:
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
    tool: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Response[JobPage]:
    """List the workspace's jobs, newest first

    Args:
        q (str | Unset):
        tool (str | Unset):
        status (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[JobPage]
    """

    kwargs = _get_kwargs(
        q=q,
        tool=tool,
        status=status,
        created_after=created_after,
        created_before=created_before,
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
    tool: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> JobPage | None:
    """List the workspace's jobs, newest first

    Args:
        q (str | Unset):
        tool (str | Unset):
        status (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        JobPage
    """

    return sync_detailed(
        client=client,
        q=q,
        tool=tool,
        status=status,
        created_after=created_after,
        created_before=created_before,
        limit=limit,
        starting_after=starting_after,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Response[JobPage]:
    """List the workspace's jobs, newest first

    Args:
        q (str | Unset):
        tool (str | Unset):
        status (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[JobPage]
    """

    kwargs = _get_kwargs(
        q=q,
        tool=tool,
        status=status,
        created_after=created_after,
        created_before=created_before,
        limit=limit,
        starting_after=starting_after,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    tool: str | Unset = UNSET,
    status: str | Unset = UNSET,
    created_after: datetime.datetime | Unset = UNSET,
    created_before: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> JobPage | None:
    """List the workspace's jobs, newest first

    Args:
        q (str | Unset):
        tool (str | Unset):
        status (str | Unset):
        created_after (datetime.datetime | Unset):
        created_before (datetime.datetime | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        JobPage
    """

    return (
        await asyncio_detailed(
            client=client,
            q=q,
            tool=tool,
            status=status,
            created_after=created_after,
            created_before=created_before,
            limit=limit,
            starting_after=starting_after,
        )
    ).parsed
