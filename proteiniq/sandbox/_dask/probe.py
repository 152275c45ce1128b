"""What a machine has: versions, and the tools that it can run. The sandbox compares a worker's with its own."""

from __future__ import annotations

import asyncio
import importlib.util
import platform
from collections.abc import Mapping
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import attrs

import proteiniq

from ..tools import load
from . import post


@attrs.frozen
class Found:
    """A worker, compared with the sandbox."""

    process: str
    tools: frozenset[str]
    """The tools that it can run, as `module:class`."""
    differences: tuple[str, ...]
    """Sentences: why it can't run some tools, and which versions differ."""


def facts(tools: Mapping[str, str | None]) -> dict[str, Any]:
    """Versions of this interpreter and its packages, and of each tool or what is wrong with it.

    `tools` has the folder of a tool's weights, which is to be the same on every machine, or None.
    """
    found: dict[str, Any] = {
        "proteiniq": proteiniq.__version__,
        "python": platform.python_version(),
        "tools": {},
        "packages": {},
    }
    distributions = packages_distributions()
    for reference, weights in tools.items():
        try:
            tool = load(reference, None if weights is None else Path(weights))
            missing = [name for name in tool.requires if importlib.util.find_spec(name) is None]
        except Exception as error:  # of a module of anybody
            found["tools"][reference] = {"problem": f"{type(error).__name__}: {error}"[:500]}
            continue
        if missing:
            found["tools"][reference] = {"problem": f"{', '.join(missing)} is not installed"}
            continue
        found["tools"][reference] = {"version": tool.contract.version}
        for name in tool.requires:
            for distribution in distributions.get(name, ()):
                found["packages"][distribution] = version(distribution)
    return found


async def inspect(tools: dict[str, str | None], dask_worker: Any) -> dict[str, Any]:
    """The facts of a worker, which answers the sandbox from now on. Dask runs this on the worker."""
    return {**await asyncio.to_thread(facts, tools), "process": await post.install(dask_worker)}


def compared(here: Mapping[str, Any], there: Mapping[str, Any]) -> Found:
    """What a worker can run. It has to be of the same version, since sandbox and worker speak with each other."""
    differences = []
    tools = set()
    if there["proteiniq"] != here["proteiniq"]:
        versions = f"{there['proteiniq']}, and here {here['proteiniq']}"
        differences.append(f"it has proteiniq {versions}: it is not used, install the same version.")
        return Found(there["process"], frozenset(), tuple(differences))
    if _minor(there["python"]) != _minor(here["python"]):
        differences.append(f"it has Python {there['python']}, and here it is {here['python']}.")
    for name, known in here["packages"].items():
        found = there["packages"].get(name)
        if found not in (None, known):
            differences.append(f"it has {name} {found}, and here it is {known}: results may differ.")
    for reference, tool in here["tools"].items():
        found = there["tools"].get(reference, {})
        if "problem" in found:
            differences.append(f"it is not used for {reference}: {found['problem']}.")
        elif found != tool:
            differences.append(
                f"it is not used for {reference}: it has version {found.get('version')}, and here it is "
                f"{tool.get('version')}."
            )
        else:
            tools.add(reference)
    return Found(there["process"], frozenset(tools), tuple(differences))


def _minor(python: str) -> str:
    return ".".join(python.split(".")[:2])
