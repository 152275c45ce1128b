"""Signed URLs: HMAC-SHA256 over method, path and expiry, with the data folder's secret."""

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
        """The URL of `path` with its signature, valid for `lifetime` seconds from `now`."""
        expires = f"{now + self._lifetime:.3f}"
        query = urlencode({"expires": expires, "signature": self._signature(path, expires)})
        return f"{quote(path)}?{query}"

    def check(self, path: str, expires: str, signature: str, now: float) -> None:
        """Raise APIError `forbidden` if the signature is wrong or has expired.

        A wrong signature is refused first, so a forged expiry reveals nothing.
        """
        if not hmac.compare_digest(self._signature(path, expires).encode(), signature.encode()):
            raise APIError(
                "forbidden", "The signature of this URL is wrong: read the result again for a new URL."
            )
        if now >= float(expires):
            raise APIError("forbidden", "This URL has expired: read the result again for a new URL.")

    def _signature(self, path: str, expires: str) -> str:
        # A signature for GET is valid for HEAD too, which returns less.
        message = f"GET\n{path}\n{expires}".encode()
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()
