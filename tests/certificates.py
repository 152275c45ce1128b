"""Certificates for servers of the tests, made with the program openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from pathlib import Path

import attrs

_NEW = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650"
_AUTHORITY = "-subj /CN=Authority -addext keyUsage=critical,keyCertSign,cRLSign"
_SERVER = (
    "-subj /CN=Server -CA authority.pem -CAkey authority.key -addext basicConstraints=critical,CA:FALSE "
    "-addext subjectAltName=IP:127.0.0.1"
)


@attrs.frozen
class Certificates:
    """The certificate of an authority, and of a server on 127.0.0.1 that it vouches for, with the server's key."""

    authority: Path
    server: Path
    key: Path

    @classmethod
    def make(cls, folder: Path) -> Certificates:
        for name, options in (("authority", _AUTHORITY), ("server", _SERVER)):
            command = f"{_NEW} {options} -keyout {name}.key -out {name}.pem"
            subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
        return cls(folder / "authority.pem", folder / "server.pem", folder / "server.key")

    @property
    def context(self) -> ssl.SSLContext:
        """The context of the server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server, self.key)
        return context

    def hashed(self, folder: Path) -> Path:
        """The folder, with the authority under the name that OpenSSL looks for."""
        command = ["openssl", "x509", "-hash", "-noout", "-in", str(self.authority)]
        name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        shutil.copy(self.authority, folder / f"{name}.0")
        return folder
