"""What is known of an error, and what can be read from each class."""

from __future__ import annotations

from typing import Any, assert_type

from proteiniq import (
    APIError,
    ContractError,
    InvalidInput,
    Issue,
    JobFailed,
    JobState,
    ProteinIQ,
    ProteinIQError,
    Request,
    SpendLimitExceeded,
    TransportError,
    UnsupportedOperation,
    WaitTimeout,
)
from proteiniq.hooks import AttemptDetails


def everything_is_caught(client: ProteinIQ) -> None:
    try:
        client.account.get()
    except APIError as error:
        assert_type(error.retry_after, float | None)
        assert_type(error.details, Any)
    except TransportError as error:
        assert_type(error.sent, bool)
    except ContractError as error:
        assert_type(error.path, str)
    except InvalidInput as error:
        assert_type(error.issues, tuple[Issue, ...])
    except SpendLimitExceeded as error:
        assert_type(error.estimated_credits, float)
    except UnsupportedOperation as error:
        assert_type(error.operation, str)
    except JobFailed as error:
        assert_type(error.job, JobState)
        assert_type(error.result, Any)
    except WaitTimeout as error:
        assert_type(error.job, JobState)
    except ProteinIQError as error:
        assert_type(error.code, str | None)
        assert_type(error.status, int | None)
        assert_type(error.request, Request | None)
        assert_type(error.retryable, bool)
        assert_type(error.job_id, str | None)


def a_hook(details: AttemptDetails) -> None:
    assert_type(details.status, int | None)


with_a_hook = ProteinIQ("pq_live_a_b", hooks=[a_hook])
