from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...types import UNSET, Prepared, Response

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client


from ...models.file_page import FilePage
from ...types import UNSET, Unset


def _get_kwargs(
    *,
    q: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    origin: str | Unset = UNSET,
    collection_id: str | Unset = UNSET,
    mine: bool | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["q"] = q

    params["format"] = format_

    params["origin"] = origin

    params["collection_id"] = collection_id

    params["mine"] = mine

    params["limit"] = limit

    params["starting_after"] = starting_after

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/files",
        "params": params,
    }

    return _kwargs


def prepared(
    *,
    q: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    origin: str | Unset = UNSET,
    collection_id: str | Unset = UNSET,
    mine: bool | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Prepared[FilePage]:
    """The request, and how the JSON of its success is parsed"""

    return Prepared(
        "list_files",
        _get_kwargs(
            q=q,
            format_=format_,
            origin=origin,
            collection_id=collection_id,
            mine=mine,
            limit=limit,
            starting_after=starting_after,
        ),
        FilePage.from_dict,
    )


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> FilePage | None:
    if 200 <= response.status_code <= 299:
        response_2xx = FilePage.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[FilePage]:
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
    format_: str | Unset = UNSET,
    origin: str | Unset = UNSET,
    collection_id: str | Unset = UNSET,
    mine: bool | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Response[FilePage]:
    """List the files of the library

    Args:
        q (str | Unset):
        format_ (str | Unset):
        origin (str | Unset):
        collection_id (str | Unset):
        mine (bool | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FilePage]
    """

    kwargs = _get_kwargs(
        q=q,
        format_=format_,
        origin=origin,
        collection_id=collection_id,
        mine=mine,
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
    format_: str | Unset = UNSET,
    origin: str | Unset = UNSET,
    collection_id: str | Unset = UNSET,
    mine: bool | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> FilePage | None:
    """List the files of the library

    Args:
        q (str | Unset):
        format_ (str | Unset):
        origin (str | Unset):
        collection_id (str | Unset):
        mine (bool | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FilePage
    """

    return sync_detailed(
        client=client,
        q=q,
        format_=format_,
        origin=origin,
        collection_id=collection_id,
        mine=mine,
        limit=limit,
        starting_after=starting_after,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    origin: str | Unset = UNSET,
    collection_id: str | Unset = UNSET,
    mine: bool | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> Response[FilePage]:
    """List the files of the library

    Args:
        q (str | Unset):
        format_ (str | Unset):
        origin (str | Unset):
        collection_id (str | Unset):
        mine (bool | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FilePage]
    """

    kwargs = _get_kwargs(
        q=q,
        format_=format_,
        origin=origin,
        collection_id=collection_id,
        mine=mine,
        limit=limit,
        starting_after=starting_after,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    q: str | Unset = UNSET,
    format_: str | Unset = UNSET,
    origin: str | Unset = UNSET,
    collection_id: str | Unset = UNSET,
    mine: bool | Unset = UNSET,
    limit: int | Unset = 20,
    starting_after: str | Unset = UNSET,
) -> FilePage | None:
    """List the files of the library

    Args:
        q (str | Unset):
        format_ (str | Unset):
        origin (str | Unset):
        collection_id (str | Unset):
        mine (bool | Unset):
        limit (int | Unset):  Default: 20.
        starting_after (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FilePage
    """

    return (
        await asyncio_detailed(
            client=client,
            q=q,
            format_=format_,
            origin=origin,
            collection_id=collection_id,
            mine=mine,
            limit=limit,
            starting_after=starting_after,
        )
    ).parsed
