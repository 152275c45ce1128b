"""API keys: `pq_live_<keyId>_<secret>`, bound to one workspace, kept as a digest.

Source: https://proteiniq.io/docs/api, page "authentication".
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import attrs

SCOPES = ("jobs:read", "jobs:write", "files:read", "files:write")
"""Every scope there is; a new key has all four."""

_KEY = re.compile(r"pq_live_([A-Za-z0-9]{6,32})_[A-Za-z0-9]{16,128}", re.ASCII)


@attrs.frozen
class Key:
    """What a key may do, and for whom. The secret is not here."""

    id: str
    workspace: str
    scopes: tuple[str, ...]
    paid: bool
    """Whether the workspace has a paid plan."""
    present: bool
    """Whether the workspace is still there."""

    @property
    def prefix(self) -> str:
        """The part of the key that may be shown."""
        return f"pq_live_{self.id}"


ANYBODY = Key("", "", (), paid=True, present=True)
"""Who calls a public operation."""


def new_key() -> str:
    """A fresh key, to be shown once."""
    return f"pq_live_{secrets.token_hex(6)}_{secrets.token_hex(24)}"


def key_id(key: str) -> str | None:
    """The id inside a key, or None when the text is no key."""
    match = _KEY.fullmatch(key)
    return match[1] if match else None


def digest(key: str) -> str:
    """What is stored of a key. The secret has 192 random bits, so no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def matches(key: str, stored: str) -> bool:
    """Whether the key is the one of which `stored` is the digest, in constant time."""
    return hmac.compare_digest(digest(key), stored)


def bearer(header: str | None) -> str | None:
    """The token of an `Authorization: Bearer` header."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None
