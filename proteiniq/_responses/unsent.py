"""Errors of requests without a complete response, and why a request was not retried."""

from __future__ import annotations

from .. import errors
from .._policy.retry import Attempt, Failure, GiveUp, may_pass


def transport_error(
    request: errors.Request,
    host: str,
    kind: Failure,
    text: str,
    *,
    sent: bool,
    responded: bool,
    by_proxy: bool = False,
    job_id: str | None = None,
) -> errors.TransportError:
    """Return the error for a request whose last attempt failed with `kind`; `text` says how.

    `sent` is true if any attempt may have taken effect, `responded` if there was an error response to one. `by_proxy`
    is true if a proxy refused to connect to the host.
    """
    if kind == "tls":
        advice = (
            f"The certificate of {host} was refused: check the base URL, or pass the CA certificate of the server or "
            "of the proxy as verify."
        )
    elif by_proxy:
        advice = f"The proxy refused to connect to {host}: check proxy= or HTTPS_PROXY, with user name and password."
    elif sent:
        advice = "Whether the service acted on it is unknown."
    elif responded:
        advice = "Earlier attempts were refused, and this one was not sent."
    else:
        advice = (
            f"Nothing was sent: check that {host} is the right host and can be reached from here, and its proxy too if "
            "there is one."
        )
    error = errors.RequestTimeout if kind == "timeout" else errors.TransportError
    return error(
        f"no {'usable' if kind == 'body' else 'complete'} response to {request}: {text.rstrip('.')}. {advice}",
        sent=sent,
        failure=kind,
        retryable=may_pass(failure=kind),
        request=request,
        job_id=job_id,
    )


def past_deadline(
    request: errors.Request, delay: float, remaining: float, number: int, *, job_id: str | None = None
) -> errors.RequestTimeout:
    """Return the error for attempt `number` of a request that the rate limit allows after its deadline only."""
    return errors.RequestTimeout(
        f"{request}: the rate limit allows it in {delay:.1f} s, after its deadline in {max(0.0, remaining):.1f} s. "
        f"{'Nothing was sent' if number == 1 else 'It was not retried'}",
        sent=False,
        retryable=True,
        request=request,
        job_id=job_id,
        attempts=number - 1,
    )


def rate_held(
    request: errors.Request, held: float, number: int, *, job_id: str | None = None
) -> errors.RateLimited:
    """Return the error for attempt `number` of a request, not sent because the service rate-limited an earlier one."""
    return errors.RateLimited(
        f"{'nothing was sent' if number == 1 else 'not retried'} ({request}): the service rate-limited an earlier "
        f"request with this key and asks to wait another {held:.0f} s.{errors.RateLimited._what_to_do()}",
        code="rate_limited",
        retryable=True,
        request=request,
        job_id=job_id,
        attempts=number - 1,
        retry_after=held,
    )


def gave_up(decision: GiveUp, attempt: Attempt) -> str | None:
    """Return why the request was not retried, for a note on the error; None where it is obvious."""
    match decision.reason:
        case "attempts" if attempt.number > 1:
            return f"It was tried {attempt.number} times; max_retries allows no more."
        case "unsafe":
            return "It was not retried because the service may have acted on it."
        case "deadline":
            return f"It was not retried: the next attempt, in {decision.needed:.1f} s, would be past the deadline."
        case "retry_after":
            return f"It was not retried: the service asks to wait {decision.needed:.0f} s."
        case "budget":
            return "It was not retried: too many requests of this client are failing."
    return None
