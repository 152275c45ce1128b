from __future__ import annotations

import pytest

from proteiniq._wire.no_proxy import bypasses


@pytest.mark.case
@pytest.mark.parametrize(
    ("entries", "host", "applies"),
    [
        ("*", "service.test", True),
        ("", "service.test", False),
        ("service.test", "service.test", True),
        ("service.test", "api.service.test", True),
        ("service.test", "otherservice.test", False),
        (".service.test", "service.test", True),
        ("*.service.test", "api.service.test", True),
        ("SERVICE.test", "Service.TEST.", True),
        ("one.test service.test", "service.test", True),
        ("one.test,, service.test", "service.test", True),
        ("service.test:443", "service.test", True),
        ("service.test:8443", "service.test", False),
        ("service.test:https", "service.test", False),
        (".", "service.test", False),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3/8", "10.9.9.9", True),
        ("10.0.0.0/99", "10.1.2.3", False),
        ("10.0.0.0/8", "service.test", False),
        ("10.0.0.0/8", "fd00::1", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("2.3", "10.1.2.3", False),
        ("10.1.2.3:8080", "10.1.2.3", False),
        ("fd00::/8", "fd12::1", True),
        ("[fd00::]/8", "fd12::1", True),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("[::1]", "::1", True),
        ("[::1]:443", "::1", True),
        ("[::1]:8080", "::1", False),
        ("::1", "::2", False),
        ("no:such:address", "service.test", False),
    ],
)
def test_whether_an_entry_applies_to_a_host(entries: str, host: str, applies: bool) -> None:
    assert bypasses(entries, host, 443) is applies
