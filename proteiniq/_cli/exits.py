"""The exit codes of all commands."""

from __future__ import annotations

OK = 0
OTHER = 1
USAGE = 2
AUTHENTICATION = 3
NOT_FOUND = 4
REFUSED = 5
TRY_AGAIN = 6
GOES_ON = 7
CREDITS = 8
FAILED = 9
IN_DOUBT = 10
INTERRUPTED = 130

MEANINGS = {
    OK: "success",
    OTHER: "another error",
    USAGE: "wrong usage; nothing was sent",
    AUTHENTICATION: "no key, or one that is not valid or lacks a scope",
    NOT_FOUND: "not found",
    REFUSED: "the input was refused, and nothing was created",
    TRY_AGAIN: "rate limit, or the service can't be reached: try again",
    GOES_ON: "the wait is over, and the job goes on",
    CREDITS: "not enough credits, or above a spending limit",
    FAILED: "the job failed or was cancelled",
    IN_DOUBT: "a submission or an upload may have arrived",
    INTERRUPTED: "interrupted by Ctrl-C; a job goes on",
}
"""What each of them means, as help and documentation say it."""
