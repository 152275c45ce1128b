"""What a command says about an error, and with which exit code it ends. Imported only where there is one."""

from __future__ import annotations

import re
from typing import NamedTuple

from .._message_text import why
from .._responses.messages import reason
from ..errors import (
    BatchPaused,
    ConcurrentJobLimitExceeded,
    ConfigurationError,
    Conflict,
    ContractError,
    DailyLimitExceeded,
    Forbidden,
    InsufficientCredits,
    InvalidInput,
    JobFailed,
    JobNotCompleted,
    NotFound,
    PaidPlanRequired,
    PayloadTooLarge,
    PaymentRequired,
    ProteinIQError,
    RateLimited,
    ServerError,
    SpendLimitExceeded,
    TransportError,
    Unauthorized,
    ValidationError,
    WaitTimeout,
)
from . import exits
from .output import shown
from .session import CommandError, Session


class Failure(NamedTuple):
    """An error as `--json` shows it. `resume` is the command that goes on."""

    type: str
    code: str | None
    message: str
    retryable: bool
    in_doubt: bool
    job_id: str | None
    idempotency_key: str | None
    resume: str | None
    exit_code: int


_CODES: tuple[tuple[type[ProteinIQError], int], ...] = (
    (Unauthorized, exits.AUTHENTICATION),
    (Forbidden, exits.AUTHENTICATION),
    (NotFound, exits.NOT_FOUND),
    (InvalidInput, exits.REFUSED),
    (ValidationError, exits.REFUSED),
    (PayloadTooLarge, exits.REFUSED),
    (ConcurrentJobLimitExceeded, exits.TRY_AGAIN),
    (PaymentRequired, exits.CREDITS),
    (SpendLimitExceeded, exits.CREDITS),
    (JobFailed, exits.FAILED),
    (WaitTimeout, exits.GOES_ON),
    (JobNotCompleted, exits.GOES_ON),
    (RateLimited, exits.TRY_AGAIN),
    (ServerError, exits.TRY_AGAIN),
    (TransportError, exits.TRY_AGAIN),
)
"""The first class that fits counts."""

_OF_BATCH = {
    "insufficient_credits": exits.CREDITS,
    "max_credits": exits.CREDITS,
    "unauthorized": exits.AUTHENTICATION,
    "forbidden": exits.AUTHENTICATION,
    "failures": exits.FAILED,
}

_ADVICE: dict[type[ProteinIQError], str] = {
    Unauthorized: "check that the key is whole and not revoked, or run `proteiniq login` with another one",
    Forbidden: "use a key that has the scope: `proteiniq whoami` shows those of this one",
    InsufficientCredits: "add credits, or run a smaller job: `proteiniq quote` says what one costs",
    PaidPlanRequired: "keys work on paid plans only",
    DailyLimitExceeded: "try again tomorrow, or ask for a higher limit",
    ConcurrentJobLimitExceeded: "wait until an active job has ended: `proteiniq jobs list` shows them",
    RateLimited: "try again later; other programs may use the same key",
}


def failure(error: BaseException, session: Session) -> Failure:
    """Return what to say about an error."""
    in_doubt = _in_doubt(error, session)
    code = exits.IN_DOUBT if in_doubt and not isinstance(error, KeyboardInterrupt) else _exit_code(error)
    if in_doubt or isinstance(error, BatchPaused):
        resume = session.resume
    elif session.key is not None or not (session.is_ours or code in _GOES_ON):
        resume = None
    else:
        resume = session.resume
    if isinstance(error, JobFailed):
        resume = None
        if error.result is not None:
            again = session.resume if session.is_ours else session.command("results", "save", error.job.id)
            resume = f"{again} --partial"
    elif isinstance(error, WaitTimeout) and len(error.jobs) > 1:
        resume = session.command("jobs", "wait", *(job.id for job in error.jobs))
    elif isinstance(error, CommandError):
        resume = error.resume
    known = error if isinstance(error, ProteinIQError) else None
    return Failure(
        type=_kind(error),
        code=known.code if known else None,
        message=_message(error, session, in_doubt=in_doubt),
        retryable=known.retryable if known else code in _GOES_ON,
        in_doubt=in_doubt,
        job_id=(known.job_id if known else None) or session.job_id,
        idempotency_key=session.key if in_doubt else None,
        resume=resume,
        exit_code=code,
    )


_GOES_ON = (exits.GOES_ON, exits.TRY_AGAIN, exits.INTERRUPTED)
"""After these, the same can be gone on with."""


def _kind(error: BaseException) -> str:
    if isinstance(error, CommandError):
        return "UsageError" if error.code == exits.USAGE else "CommandError"
    return "Interrupted" if isinstance(error, KeyboardInterrupt) else type(error).__name__


def _in_doubt(error: BaseException, session: Session) -> bool:
    """Whether a submit may have made a job, or an upload a file: the client's notes have the key then."""
    if session.key is None:
        is_open = isinstance(error, KeyboardInterrupt) or (
            isinstance(error, ProteinIQError) and error.in_doubt
        )
        return session.is_uploading and is_open
    if isinstance(error, Conflict) and not error.in_doubt:
        return False
    return any(session.key in note for note in getattr(error, "__notes__", ()))


def _exit_code(error: BaseException) -> int:
    match error:
        case KeyboardInterrupt():
            return exits.INTERRUPTED
        case CommandError():
            return error.code
        case ConfigurationError():
            return exits.AUTHENTICATION if error._is_about_key else exits.USAGE
        case BatchPaused():
            return _OF_BATCH.get(error.reason, exits.TRY_AGAIN)
        case ProteinIQError():
            found = next((code for kind, code in _CODES if isinstance(error, kind)), None)
            return found or (exits.TRY_AGAIN if error.retryable else exits.OTHER)
    return exits.OTHER


def _message(error: BaseException, session: Session, *, in_doubt: bool) -> str:
    """Return the message in the words of the command line instead of Python's."""
    match error:
        case KeyboardInterrupt() if in_doubt and session.is_uploading:
            return "interrupted while a file was uploaded, which may be there: look at `proteiniq files list`"
        case KeyboardInterrupt() if in_doubt:
            return "interrupted while the job was submitted, which may have created it"
        case KeyboardInterrupt() if session.job_id is not None:
            return f"interrupted; job {session.job_id} goes on"
        case KeyboardInterrupt():
            return "interrupted"
        case CommandError():
            return error.message
        case FileExistsError():
            return f"{error.filename}: a file with other content is there: choose another folder, or pass --overwrite"
        case OSError():
            where = f"{error.filename}: " if error.filename is not None else ""
            return f"{where}{why(error)}"
        case WaitTimeout(jobs=jobs) if len(jobs) > 1:
            return f"the wait is over, and {len(jobs)} jobs go on"
        case WaitTimeout(job=job):
            return f"the wait is over, and job {job.id} goes on ({job.status})"
        case JobFailed(job=job):
            said = reason(job)
            return f"job {job.id} ended as {job.status}{f': {said}' if said else ''}"
        case SpendLimitExceeded():
            return (
                f"nothing was submitted: the quote is {shown(error.estimated_credits)} credits, above the limit of "
                f"{shown(error.max_credits)}"
            )
        case ProteinIQError():
            return _of_client(error)
    return f"{type(error).__name__}: {error}. This is a fault of proteiniq: run it again with --debug, and report it"


def _of_client(error: ProteinIQError) -> str:
    message = error.message.partition("\nWhat to do: ")[0]  # also within that of a batch
    for python, words in _WORDS:
        message = re.sub(python, words, message)
    advice = next((text for kind, text in _ADVICE.items() if isinstance(error, kind)), None)
    return f"{message.removesuffix('.')}: {advice}" if advice else message


_WORDS = (
    (r"pass the file, client\.files\.get\('([^']*)'\)", r"write SLOT=@\1"),
    (r"pass (its )?pathlib\.Path(\('([^']*)'\)(\.expanduser\(\))?)?", r"write SLOT=FILE"),
)
"""Advice for Python, and the same for a command line."""


def notes(error: BaseException, said: Failure) -> list[str]:
    """Return the lines that follow an error on a terminal."""
    lines = []
    if said.resume:
        why = "To go on"
        if said.in_doubt and said.idempotency_key:
            same = "stdin and key" if "=-" in said.resume else "key"
            why = f"The same command with the same {same} finds out, and pays once"
        elif isinstance(error, BatchPaused) and error.reason == "max_credits":
            why = "To go on, add a higher --max-credits to"
        elif isinstance(error, JobFailed):
            why = "To save what it left"
        lines += [f"{why}:", f"  {said.resume}"]
    if said.job_id and said.exit_code in (exits.GOES_ON, exits.INTERRUPTED):
        lines.append(f"To cancel it, if it is still queued: proteiniq jobs cancel {said.job_id}")
    if isinstance(error, ContractError):
        lines.append("The service's contract may have changed: proteiniq contract check")
    return lines
