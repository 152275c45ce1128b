"""Which hosts are reached without a proxy: the forms of NO_PROXY that programs and their documentation agree on.

`urllib.request` knows names and suffixes only; machines also have networks, IPv6 addresses and ports there.
"""

from __future__ import annotations

import ipaddress
import re

_SEPARATOR = re.compile(r"[\s,]+")
_WITH_PORT = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>\d+))?", re.ASCII)


def bypasses(no_proxy: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY applies to a host, which is a name or an IP address without brackets.

    `*` applies to all; `example.org`, `.example.org` and `*.example.org` to a name and those below it; `10.0.0.0/8` and
    `fd00::/8` to the addresses of a network; an entry with a port to that port only.
    """
    return any(
        _applies(entry, host.lower().rstrip("."), port) for entry in _SEPARATOR.split(no_proxy.lower())
    )


def _applies(entry: str, host: str, port: int) -> bool:
    address = _address(host)
    if entry == "*":
        return True
    network = _network(entry)
    if network is not None:
        return address is not None and address in network
    match = _WITH_PORT.fullmatch(entry)
    if match is None or match["port"] not in (None, str(port)):
        return False
    name = match["host"].strip("[]").removeprefix("*").strip(".")
    if address is not None:
        return address == _address(name)
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network of an entry such as `10.0.0.0/8`; of a bare IPv6 address, whose colons are not those of a port."""
    try:
        if "/" in entry or ("[" not in entry and entry.count(":") > 1):
            return ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        pass
    return None
