"""A headless Chromium, offline. A page under test may break no policy, make no request and raise nothing."""

from __future__ import annotations

import base64
import importlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
NO_WEBGL = ["--disable-gpu", "--disable-software-rasterizer"]

WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  violations.push(`${violatedDirective} ${blockedURI}`);
});
"""

COLOURED = """async (url) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const [red, green, blue] = data.slice(at, at + 3);
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 60) count += 1;
  }
  return count;
}"""


@attrs.define
class Opened:
    """A page in the browser, and what happened in it."""

    page: Any
    requests: list[str] = attrs.field(factory=list)
    errors: list[str] = attrs.field(factory=list)

    def faults(self) -> list[str]:
        """Violations of the policy, requests to anywhere, and uncaught errors."""
        return [*self.page.evaluate("violations"), *self.requests, *self.errors]

    def until(self, condition: str) -> Any:
        """Wait for a condition in JavaScript, a minute. Under the page's policy Playwright's own wait can't."""
        for _ in range(1200):
            value = self.page.evaluate(condition)
            if value:
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError(f"it has not come true: {condition}")

    def colours(self, part: str) -> int:
        """How many pixels of a part of the page are coloured rather than grey."""
        png = base64.b64encode(self.page.locator(part).screenshot()).decode()
        return int(self.page.evaluate(COLOURED, f"data:image/png;base64,{png}"))

    def audit(self) -> list[str]:
        """What axe-core finds that is serious."""
        self.page.evaluate(axe())
        found = self.page.evaluate("axe.run().then(({violations}) => violations)")
        return [
            f"{each['impact']} {each['id']}: {each['nodes'][0]['html'][:200]}"
            for each in found
            if each["impact"] in ("serious", "critical")
        ]


def axe() -> str:
    """The source of axe-core, which the session `browser` installs with npm."""
    path = os.environ.get("PROTEINIQ_AXE")
    if not path:
        pytest.fail("PROTEINIQ_AXE is not set: run these tests with `nox -s browser`", pytrace=False)
    return Path(path).read_text(encoding="utf-8")


def launch(browsers: Any, *more: str) -> Any:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("there is no chromium on this machine: .ci/packages installs it", pytrace=False)
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return browsers.chromium.launch(executable_path=chromium, args=[*QUIET, *root, *more])


@pytest.fixture(scope="session")
def browsers() -> Iterator[Any]:
    playwright: Any = importlib.import_module("playwright.sync_api")  # not there for mypy
    with playwright.sync_playwright() as made:
        yield made


@pytest.fixture(scope="session")
def chromium(browsers: Any) -> Iterator[Any]:
    made = launch(browsers)
    yield made
    made.close()


@pytest.fixture(scope="session")
def without_webgl(browsers: Any) -> Iterator[Any]:
    made = launch(browsers, *NO_WEBGL)
    yield made
    made.close()


Open = Callable[..., Opened]


@pytest.fixture
def open_page(chromium: Any, tmp_path: Path) -> Iterator[Open]:
    """Open HTML in a context of its own; options are those of Playwright's `new_context`.

    The window is small: WebGL without a graphics card takes its time.
    """
    contexts: list[Any] = []

    def opened(html: str, browser: Any = chromium, **options: Any) -> Opened:
        path = tmp_path / f"page{len(contexts)}.html"
        path.write_text(html, encoding="utf-8")
        settings = {"viewport": {"width": 480, "height": 640}, "reduced_motion": "reduce", **options}
        context = browser.new_context(offline=True, **settings)
        context.set_default_timeout(60_000)  # 3D in software is slow where the machine has other work
        contexts.append(context)
        page = context.new_page()
        made = Opened(page)
        page.on("request", lambda request: note(made, request.url, path))
        page.on("pageerror", lambda error: made.errors.append(str(error)))
        page.add_init_script(WATCH)
        page.goto(path.as_uri())
        return made

    yield opened
    for context in contexts:
        context.close()


def note(made: Opened, url: str, path: Path) -> None:
    if url != path.as_uri() and not url.startswith(("data:", "blob:", "about:")):
        made.requests.append(url)
