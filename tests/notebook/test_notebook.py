"""A notebook that runs in a Jupyter kernel, and what is left of its outputs where it isn't trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox import Sandbox

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("notebook")]  # the kernel starts once

CELLS = (
    "from proteiniq import ProteinIQ\nclient = ProteinIQ({key!r}, {url!r}, job_read_interval=0.05)",
    "result = client.run('protein-parameters', {{'protein': 'MKTAYIAK'}}, name={name!r}, progress=True)",
    "client.batch('protein-parameters', {{'a': {{'protein': 'MK'}}}}, {folder!r}, progress=True).run();",
    "result",
    "client.account.get()",
    "client.tools.get('translate')",
    "client.jobs.quote('translate', {{'nucleotide': 'ATGGCC'}})",
    "next(iter(client.jobs.list().pages()))",
    "result.files[0]",
)

NAME = '</script>"><img src=x onerror=alert(1)>'

KEPT = {"div", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "img", "details", "summary"}
"""Of what JupyterLab keeps in a notebook that isn't trusted; it keeps inline styles and the sources of images, too."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[Any]]:
    """The outputs of the cells, as a front end shows them in the end."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    folder = str(tmp_path_factory.mktemp("notebook") / "batch")
    with Sandbox(job_read_interval=0.05) as sandbox:
        known = {"key": sandbox.api_key, "url": sandbox.url, "name": NAME, "folder": folder}
        cells = [nbformat.v4.new_code_cell(cell.format(**known)) for cell in CELLS]
        notebook = nbformat.v4.new_notebook(cells=cells)
        root = str(Path(__file__).parents[2])
        nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": root}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.parametrize(("cell", "end"), [(1, "COMPLETED"), (2, "1")])
def test_a_wait_has_one_card_that_ends_with_the_last_state(
    outputs: list[list[Any]], cell: int, end: str
) -> None:
    cards = [each for each in outputs[cell] if each.output_type == "display_data"]
    assert len(cards) == 1
    assert end in cards[0].data["text/html"]


@pytest.mark.parametrize("cell", range(1, len(CELLS)))
def test_tables_and_pictures_are_kept_where_the_notebook_is_not_trusted(
    outputs: list[list[Any]], cell: int
) -> None:
    nh3 = pytest.importorskip("nh3")
    html = outputs[cell][0].data["text/html"]
    kept = nh3.clean(
        html,
        tags=KEPT,
        attributes={"*": {"style"}, "img": {"src", "alt"}, "th": {"scope"}},
        url_schemes={"data"},
    )
    assert "<table" in kept
    for what in ('<img src="data:image/svg+xml;base64,', "style=", "<td", "<th"):
        assert kept.count(what) == html.count(what)
    assert "<img src=x" not in html
