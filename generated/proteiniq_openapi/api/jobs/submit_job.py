from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...types import UNSET, Prepared, Response

if TYPE_CHECKING:
    import httpx

    from ...client import AuthenticatedClient, Client


from ...models.job import Job
from ...models.job_request import JobRequest
from ...types import UNSET, Unset


def _get_kwargs(
    *,
    body: JobRequest,
    idempotency_key: str | Unset = UNSET,
    x_idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    if not isinstance(x_idempotency_key, Unset):
        headers["X-Idempotency-Key"] = x_idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/jobs",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def prepared(
    *,
    body: JobRequest,
    idempotency_key: str | Unset = UNSET,
    x_idempotency_key: str | Unset = UNSET,
) -> Prepared[Job]:
    """The request, and how the JSON of its success is parsed"""

    return Prepared(
        "submit_job",
        _get_kwargs(
            body=body,
            idempotency_key=idempotency_key,
            x_idempotency_key=x_idempotency_key,
        ),
        Job.from_dict,
    )


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Job | None:
    if 200 <= response.status_code <= 299:
        response_2xx = Job.from_dict(response.json())

        return response_2xx

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Job]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: JobRequest,
    idempotency_key: str | Unset = UNSET,
    x_idempotency_key: str | Unset = UNSET,
) -> Response[Job]:
    """Submit a job

    Args:
        idempotency_key (str | Unset):
        x_idempotency_key (str | Unset):
        body (JobRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Job]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        x_idempotency_key=x_idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient,
    body: JobRequest,
    idempotency_key: str | Unset = UNSET,
    x_idempotency_key: str | Unset = UNSET,
) -> Job | None:
    """Submit a job

    Args:
        idempotency_key (str | Unset):
        x_idempotency_key (str | Unset):
        body (JobRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Job
    """

    return sync_detailed(
        client=client,
        body=body,
        idempotency_key=idempotency_key,
        x_idempotency_key=x_idempotency_key,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: JobRequest,
    idempotency_key: str | Unset = UNSET,
    x_idempotency_key: str | Unset = UNSET,
) -> Response[Job]:
    """Submit a job

    Args:
        idempotency_key (str | Unset):
        x_idempotency_key (str | Unset):
        body (JobRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Job]
    """

    kwargs = _get_kwargs(
        body=body,
        idempotency_key=idempotency_key,
        x_idempotency_key=x_idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient,
    body: JobRequest,
    idempotency_key: str | Unset = UNSET,
    x_idempotency_key: str | Unset = UNSET,
) -> Job | None:
    """Submit a job

    Args:
        idempotency_key (str | Unset):
        x_idempotency_key (str | Unset):
        body (JobRequest):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Job
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
            idempotency_key=idempotency_key,
            x_idempotency_key=x_idempotency_key,
        )
    ).parsed
