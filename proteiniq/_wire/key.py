"""The API key, in a type that never shows its secret."""

from __future__ import annotations

import re
from typing import Any, Final

from ..errors import ConfigurationError

KEY_START: Final = "pq_live_"
FORM: Final = "pq_live_<keyId>_<secret>"
"""The form of a key (documentation, page "Authentication")."""

_PATTERN = re.compile(r"(pq_live_[\x21-\x5e\x60-\x7e]+)_([\x21-\x7e]+)")

_IN_TEXT = re.compile(r"(pq_live_[^\s_<]+)_[^\s<…]\S*")
"""A key in a text, unlike its form as documented, or one whose secret is hidden."""

_SHORTEST_HIDDEN = 8


def hide_keys(text: str) -> str:
    """Return the text without the secrets of keys, whichever they are."""
    return _IN_TEXT.sub(r"\1_…", text)


class ApiKey:
    """An API key. Its `repr`, `str` and pickles contain `pq_live_<keyId>`, never the secret."""

    __slots__ = ("_hidden", "_secret", "prefix")

    prefix: str
    """The part that may be shown: `pq_live_<keyId>`."""

    def __init__(self, prefix: str, secret: str | None) -> None:
        self.prefix = prefix
        self._secret = secret
        # A secret of a few characters would match unrelated text.
        self._hidden = secret if secret is not None and len(secret) >= _SHORTEST_HIDDEN else None

    @classmethod
    def parse(cls, text: str) -> ApiKey | None:
        """Return the key in `text`, or None if `text` doesn't have the form of a key.

        It returns None instead of raising, so that no traceback has `text` among its locals.
        """
        match = _PATTERN.fullmatch(text.strip())
        return cls(match[1], match[2]) if match else None

    def authorization(self) -> str:
        """Return the value of the `Authorization` header. Don't store it in a variable: tracebacks may show locals.

        Raises ConfigurationError if the key was unpickled, since pickles don't contain the secret.
        """
        if self._secret is None:
            raise ConfigurationError(
                f"{self} was unpickled, and pickles never contain the secret: create the client again"
            )
        return f"Bearer {self.prefix}_{self._secret}"

    def hide(self, text: str) -> str:
        """Return the text without the secret: a service, or a proxy before it, may echo the request."""
        return text if self._hidden is None else text.replace(self._hidden, "…")

    def hide_in_body(self, content: bytes) -> bytes:
        """Return the body without the secret."""
        return content if self._hidden is None else content.replace(self._hidden.encode(), "…".encode())

    def __repr__(self) -> str:
        return f"{self.prefix}_…"

    def __reduce__(self) -> tuple[Any, ...]:
        return ApiKey, (self.prefix, None)

    def __copy__(self) -> ApiKey:
        return self

    def __deepcopy__(self, memo: Any) -> ApiKey:
        return self
