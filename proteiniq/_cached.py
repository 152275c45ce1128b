"""`functools.cached_property` without its lock, which Python has from 3.8 to 3.11.

A process that is forked while another thread computes such an attribute would wait for that lock forever. Without it,
two threads may compute an attribute at once, and all get the value of the first that is done.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from functools import cached_property as cached_property
else:

    class cached_property(functools.cached_property):  # noqa: N801 - the name of what it replaces
        def __get__(self, instance: Any, owner: type | None = None) -> Any:
            if instance is None:
                return self
            return vars(instance).setdefault(self.attrname, self.func(instance))
