"""Take the pictures of the documentation: pages of this package in a headless Chromium, offline.

python scripts/screenshots.py      write docs/images/*.png; needs the group `browser` and a Chromium
"""

from __future__ import annotations

import gzip
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from _project import ROOT, fail, say, shown

from proteiniq._display.structure_view import view
from proteiniq._display.viewer import Source

IMAGES = ROOT / "docs" / "images"
ENTRIES = ROOT / "tests" / "data" / "structures"
SIZE = {"width": 760, "height": 720}


def pages() -> dict[str, str]:
    """Return the pages by the name of their picture."""
    bromodomain = gzip.decompress((ENTRIES / "4cup.cif.gz").read_bytes()).decode()
    return {"view": view([Source("4cup.cif", bromodomain)], title="Bromodomain of BAZ2B (4CUP)").html}


def main() -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        fail("there is no chromium on this machine")
        return 2
    playwright: Any = importlib.import_module(
        "playwright.sync_api"
    )  # of the group `browser`, not that of types
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    IMAGES.mkdir(parents=True, exist_ok=True)
    with playwright.sync_playwright() as driver, tempfile.TemporaryDirectory() as folder:
        browser = driver.chromium.launch(executable_path=chromium, args=root)
        for name, html in pages().items():
            page_file = Path(folder) / f"{name}.html"
            page_file.write_text(html, encoding="utf-8")
            for scheme in ("light", "dark"):
                context = browser.new_context(
                    viewport=SIZE, color_scheme=scheme, reduced_motion="reduce", offline=True
                )
                page = context.new_page()
                page.goto(page_file.as_uri())
                page.get_by_role("button", name="View in 3D").click()
                page.locator(".structure-chain [role=option]").nth(40).click()
                target = IMAGES / f"{name}-{scheme}.png"
                page.screenshot(path=str(target))
                say(f"wrote {shown(target)}")
                context.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
