"""Signed addresses: HMAC-SHA256 over method, path and expiry, with a secret of the data folder."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote, urlencode

from ._errors import APIError


class Signer:
    def __init__(self, secret: bytes, lifetime: float) -> None:
        self._secret = secret
        self._lifetime = lifetime

    def sign(self, path: str, now: float) -> str:
        """The address of `path` with its signature, for `lifetime` seconds from `now`."""
        expires = f"{now + self._lifetime:.3f}"
        query = urlencode({"expires": expires, "signature": self._signature(path, expires)})
        return f"{quote(path)}?{query}"

    def check(self, path: str, expires: str, signature: str, now: float) -> None:
        """Raises APIError `forbidden` when the signature is wrong or its time is over.

        A wrong signature is refused first, so that an expiry that was tampered with tells nothing.
        """
        if not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode()):
            raise APIError("forbidden", "The signature of this URL is wrong: ask for the result again.")
        if now >= float(expires):
            raise APIError("forbidden", "This URL has expired: ask for the result again.")

    def _signature(self, path: str, expires: str) -> str:
        # GET stands for HEAD too: it tells less than GET does.
        message = f"GET\n{path}\n{expires}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
