"""One call of the program: its options, its client, and what it has begun."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from . import exits
from .output import Output

if TYPE_CHECKING:
    from proteiniq import ProteinIQ
    from proteiniq.hooks import AttemptDetails, PauseDetails


class CommandError(Exception):
    """A command can't go on. The message says what, where and what to do."""

    def __init__(self, message: str, code: int = exits.USAGE, *, resume: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.resume = resume


class Session:
    """What the options of a call say, and how to go on if it is interrupted.

    `key` is the idempotency key of a submit that has begun, `job_id` the job that the call follows, and `resume` the
    command that goes on. `is_ours` is true if this call has submitted the job: whatever fails then, the job goes on. An
    upload can't be told from its repetition, so a lost response leaves it in doubt.
    """

    def __init__(self, output: Output, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
        self.output = output
        self.environment = environment
        self.key: str | None = None
        self.job_id: str | None = None
        self.resume: str | None = None
        self.is_ours = False
        self.is_uploading = False
        self.source = ""
        """Where the client's key was found."""
        self.debug = False
        self._arguments = list(arguments)
        self._options: dict[str, str] = {}
        self._client: ProteinIQ | None = None
        self._ends: list[Callable[[], None]] = []

    def set(self, option: str, value: Any) -> None:
        """Set one of the options that all commands have."""
        match option:
            case "as_json":
                self.output.as_json = True
            case "quiet":
                self.output.quiet = True
            case "debug":
                self.debug = True
            case _:
                self._options[option] = value

    def option(self, name: str) -> str | None:
        return self._options.get(name)

    @property
    def reads_key_from_stdin(self) -> bool:
        return self.option("api_key_file") == "-"

    @property
    def client(self) -> ProteinIQ:
        """The client, made when it is first used. Raises CommandError, ConfigurationError."""
        if self._client is None:
            self.listen()
            self._client = self._connected()
        return self._client

    @property
    def base_url(self) -> str:
        """The origin of the service."""
        return self.client._parts[0].base_url

    @property
    def service(self) -> str | None:
        """The origin that a request without a key is for; None is that of the environment, or the public one.

        Raises ConfigurationError.
        """
        from proteiniq import ConfigurationError

        from .. import _profiles
        from .._wire.config import KEY_VARIABLE, URL_VARIABLE

        given = self.option("base_url")
        if given is not None or URL_VARIABLE in self.environment or self.option("api_key_file") is not None:
            return given
        if self.environment.get(KEY_VARIABLE, "").strip():
            return None
        found = _profiles.stored(self.option("profile"))
        if isinstance(found, ConfigurationError):
            raise _profiles.about_key(found)
        return found.base_url if found is not None else None

    def _connected(self) -> ProteinIQ:
        from proteiniq import ProteinIQ

        from .. import _profiles
        from .._wire.config import KEY_VARIABLE

        base_url, hooks = self.option("base_url"), [Pauses(self.output)]
        if (file := self.option("api_key_file")) is not None:
            self.source = "stdin" if file == "-" else f"file {file}"
            return ProteinIQ(self.read_key(), base_url, hooks=hooks)
        profile = self.option("profile")
        if self.environment.get(KEY_VARIABLE, "").strip():
            self.source = f"environment ({KEY_VARIABLE})"
            if profile is not None:
                self.output.notice(
                    f"{KEY_VARIABLE} is set, so its key is used, and not that of profile {profile}"
                )
            return ProteinIQ(None, base_url, hooks=hooks)
        if _profiles.stored(profile) is None:
            raise CommandError(
                f"no API key: run `proteiniq login`, or set {KEY_VARIABLE}. To try without an account, run "
                "`proteiniq sandbox`, which prints a key for a local service",
                exits.AUTHENTICATION,
            )
        client = ProteinIQ(None, base_url, profile=profile, hooks=hooks)
        self.source = f"profile {_profiles.chosen(profile)}"
        return client

    def read_key(self) -> str:
        """Return the key in the file of the option, or from stdin. Raises CommandError."""
        from pathlib import Path

        name = self.option("api_key_file") or "-"
        try:
            text = self.stdin.readline() if name == "-" else Path(name).expanduser().read_text("utf-8")
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or "it is not text"
            raise CommandError(
                f"the API key can't be read from {name}: {problem}", exits.AUTHENTICATION
            ) from None
        text = text.removeprefix("\ufeff")  # which editors and PowerShell add
        if not text.strip():
            where = "stdin" if name == "-" else name
            raise CommandError(f"there is no API key in {where}", exits.AUTHENTICATION)
        return text

    @property
    def stdin(self) -> TextIO:
        """Stdin. Raises CommandError if it is closed."""
        stream: TextIO | None = sys.stdin
        if stream is None:
            raise CommandError("stdin is closed: pass a file")
        return stream

    def listen(self) -> None:
        """Show what clients log."""
        from .logs import listen

        self._ends.append(listen(self.output, debug=self.debug))

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        for end in self._ends:
            end()

    def command(self, *parts: str) -> str:
        """Return a command for the same profile and service, to be pasted into a shell."""
        names = {"profile": "--profile", "api_key_file": "--api-key-file", "base_url": "--base-url"}
        common = [part for name, value in self._options.items() for part in (names[name], value)]
        return _quoted(*parts, *common)

    def submitting(self, key: str) -> None:
        """Remember a submit that may be in doubt: the same command with its key finds out."""
        self.key = key
        again, option = list(self._arguments), "--idempotency-key"
        if not any(each == option or each.startswith(f"{option}=") for each in again):
            place = again.index("--") if "--" in again else len(again)  # after `--` there are no options
            again[place:place] = [option, key]
        self.resume = _quoted(*again)

    def following(self, job_id: str, *command: str, is_ours: bool = False) -> None:
        """Remember the job that the call follows, and the command that goes on with it."""
        self.key = None
        self.is_ours = is_ours
        self.job_id = job_id
        self.resume = self.command(*command)

    def confirm(self, question: str, *, yes: bool, otherwise: str) -> None:
        """Ask before something that costs or deletes. Raises CommandError without a yes."""
        if yes:
            return
        if not self.output.can_ask:
            raise CommandError(f"nobody can be asked here: {otherwise}")
        if not self.output.ask(question):
            raise CommandError("nothing was done", exits.OTHER)


class Pauses:
    """A hook that says when the client pauses for long, so that no wait is silent."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def __call__(self, details: AttemptDetails) -> None:
        """Attempts are only logged."""

    def on_pause(self, details: PauseDetails) -> None:
        self._output.notice(str(details))


def _quoted(*parts: str) -> str:
    """Return a command for a shell."""
    import shlex

    return shlex.join(("proteiniq", *parts))
