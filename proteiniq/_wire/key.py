"""The API key, in a type that shows only what may be seen."""

from __future__ import annotations

import re
from typing import Any, Final

from ..errors import ConfigurationError

KEY_START: Final = "pq_live_"
FORM: Final = "pq_live_<keyId>_<secret>"
"""The form of a key (documentation, page "Authentication")."""

_PATTERN = re.compile(r"(pq_live_[\x21-\x5e\x60-\x7e]+)_([\x21-\x7e]+)")

_SHORTEST_HIDDEN = 8


class ApiKey:
    """A key. `repr`, `str`, pickles and copies of it hold `pq_live_<keyId>_…`, never the secret."""

    __slots__ = ("_secret", "prefix")

    prefix: str
    """The part that may be shown: `pq_live_<keyId>`."""

    def __init__(self, prefix: str, secret: str | None) -> None:
        self.prefix = prefix
        self._secret = secret

    @classmethod
    def parse(cls, text: str) -> ApiKey | None:
        """The key that `text` is, or None when it has not the form of one.

        It returns instead of raising, so that no traceback has `text` among its locals.
        """
        match = _PATTERN.fullmatch(text.strip())
        return cls(match[1], match[2]) if match else None

    def authorization(self) -> str:
        """The value of the `Authorization` header. Don't keep it in a variable: tracebacks show those.

        Raises ConfigurationError when the key came out of a pickle, which doesn't hold the secret.
        """
        if self._secret is None:
            raise ConfigurationError(
                f"{self} came out of a pickle, which never holds the secret: make the client again"
            )
        return f"Bearer {self.prefix}_{self._secret}"

    def hide(self, text: str) -> str:
        """The text, with nothing of the secret: a service, or a proxy before it, may repeat what it was sent."""
        if not self._is_long or self._secret is None or self._secret not in text:
            return text
        return text.replace(self._secret, "…")

    def hide_in_body(self, content: bytes) -> bytes:
        """The same of a body."""
        if not self._is_long or self._secret is None or self._secret.encode() not in content:
            return content
        return content.replace(self._secret.encode(), "…".encode())

    @property
    def _is_long(self) -> bool:
        # A secret of a few characters would be found everywhere.
        return self._secret is not None and len(self._secret) >= _SHORTEST_HIDDEN

    def __repr__(self) -> str:
        return f"{self.prefix}_…"

    def __reduce__(self) -> tuple[Any, ...]:
        return ApiKey, (self.prefix, None)

    def __copy__(self) -> ApiKey:
        return self

    def __deepcopy__(self, memo: Any) -> ApiKey:
        return self
