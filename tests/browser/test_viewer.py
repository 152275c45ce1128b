"""The viewer of structures in Chromium: seen, clicked, on a phone, without WebGL, and with hostile input."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq._display.page import Part, page
from proteiniq._display.structure_view import view
from proteiniq._display.viewer import Source, viewer

from ..structures import SDF, entry
from .conftest import Open, Opened

pytestmark = pytest.mark.browser

UBIQUITIN = Source("1ubq.pdb", entry("1ubq.pdb"))
PHONE = {
    "viewport": {"width": 390, "height": 780},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
STAGE = ".structure-stage"
HOSTILE = "</script><img src=x onerror='window.pwned=1'>\"><script>window.pwned=1</script>"


def started(open_page: Open, html: str, **options: Any) -> Opened:
    opened = open_page(html, **options)
    opened.page.get_by_role("button", name="View in 3D").first.click()
    opened.until("document.querySelector('canvas') !== null")
    return opened


def chooser(opened: Opened, name: str) -> Any:
    return opened.page.locator(f'select[aria-label="{name}"]')


def chosen(opened: Opened) -> list[str]:
    found: list[str] = opened.page.evaluate(
        "[...document.querySelectorAll('[role=option][aria-selected=true]')].map((each) => each.ariaLabel)"
    )
    return found


def test_a_button_replaces_the_picture_by_3d(open_page: Open) -> None:
    opened = open_page(view([UBIQUITIN], title="Ubiquitin").html)
    assert opened.colours(STAGE) > 3_000
    assert opened.page.locator("canvas").count() == 0
    opened.page.get_by_role("button", name="View in 3D").click()
    opened.until("document.querySelector('canvas') !== null")
    assert opened.colours(STAGE) > 3_000
    assert opened.faults() == []


def test_it_is_turned_zoomed_and_reset_by_keyboard(open_page: Open) -> None:
    opened = open_page(view([UBIQUITIN], title="Ubiquitin").html)
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("Enter")
    opened.until("document.activeElement.ariaLabel === 'Turn left'")
    stage = opened.page.locator("canvas")
    first = stage.screenshot()
    before = first
    for name in ("Turn left", "Turn right", "Turn up", "Turn down", "Zoom in", "Zoom out", "Turn up"):
        opened.page.get_by_role("button", name=name, exact=True).press("Enter")
        after = stage.screenshot()
        assert after != before, name
        before = after
    opened.page.get_by_role("button", name="Reset the view").press("Enter")
    assert stage.screenshot() == first
    opened.page.get_by_role("button", name="Back to the picture").press("Enter")
    assert opened.page.evaluate("document.activeElement.textContent") == "View in 3D"
    assert opened.page.locator("canvas").count() == 0
    assert opened.faults() == []


def test_a_residue_of_the_sequence_is_marked_in_the_picture_and_in_3d(open_page: Open) -> None:
    opened = open_page(view([UBIQUITIN], title="Ubiquitin").html)
    opened.page.get_by_role("option", name="A:Lys48").click()
    assert opened.page.locator(".structure-mark").count() == 1
    assert "A:Lys48" in opened.page.locator(".structure-readout").inner_text()
    opened.page.get_by_role("button", name="View in 3D").click()
    marked = opened.page.locator("canvas").screenshot()
    opened.page.get_by_role("option", name="A:Lys48").focus()
    opened.page.keyboard.press("Escape")
    assert opened.page.locator("canvas").screenshot() != marked
    opened.page.keyboard.press("End")
    assert chosen(opened) == ["A:Gly76"]
    opened.page.keyboard.press("ArrowUp")
    opened.page.keyboard.press("ArrowLeft")
    assert chosen(opened) == ["A:Ser65"]
    assert opened.faults() == []


def test_a_click_on_the_structure_marks_its_residue_in_the_sequence(open_page: Open) -> None:
    opened = started(open_page, view([UBIQUITIN], title="Ubiquitin").html)
    box = opened.page.locator("canvas").bounding_box()
    for step in range(60):
        x, y = 0.35 + 0.03 * (step % 10), 0.4 + 0.05 * (step // 10)
        opened.page.mouse.click(box["x"] + box["width"] * x, box["y"] + box["height"] * y)
        if chosen(opened):
            break
    assert len(chosen(opened)) == 1
    assert chosen(opened)[0] in opened.page.locator(".structure-readout").inner_text()
    assert opened.faults() == []


def test_colours_are_chosen_with_their_legends(open_page: Open) -> None:
    source = Source("x.pdb", UBIQUITIN.text, columns={"charge": [at % 5 for at in range(76)]})
    opened = started(open_page, view([source], title="Ubiquitin").html)
    pictures = set()
    for name in ("chain", "secondary-structure", "element", "b-factor", "charge"):
        chooser(opened, "Colour").select_option(name)
        pictures.add(opened.page.locator("canvas").screenshot())
    assert len(pictures) == 5
    assert "4.0" in opened.page.locator(".structure-legend").text_content()
    assert opened.faults() == []


def test_poses_are_switched_with_their_scores(open_page: Open) -> None:
    poses = "".join(f"{SDF}> <score>\n{score}\n\n$$$$\n" for score in (-7.5, -6.5))
    opened = open_page(view([UBIQUITIN, Source("poses.sdf", poses)], title="Docking").html)
    readout = opened.page.locator(".structure-readout")
    assert readout.inner_text() == "score: -7.5"
    chooser(opened, "Pose").select_option(index=1)
    assert readout.inner_text() == "score: -6.5"
    with_pose = opened.page.locator("canvas").screenshot()
    chooser(opened, "Pose").select_option("None")
    assert opened.page.locator("canvas").screenshot() != with_pose
    assert opened.faults() == []


@pytest.mark.parametrize("name", ["1lcd.pdb", "2beg.pdb", "4cup.cif"])
def test_other_structures_are_drawn_and_switched(open_page: Open, name: str) -> None:
    opened = started(open_page, view([Source(name, entry(name)), UBIQUITIN], title=name).html)
    before = opened.page.locator("canvas").screenshot()
    chooser(opened, "Structure").select_option("1ubq.pdb")
    assert opened.page.locator("canvas").screenshot() != before
    assert opened.faults() == []


def test_superposed_structures_are_drawn_together(open_page: Open) -> None:
    html = view([UBIQUITIN, Source("other.pdb", UBIQUITIN.text)], title="Two", superposed=True).html
    opened = started(open_page, html)
    assert opened.page.get_by_role("listbox").count() == 2
    assert opened.colours(STAGE) > 2_000
    assert opened.faults() == []


def test_one_viewer_of_a_page_is_live_at_a_time(open_page: Open) -> None:
    parts = [viewer([UBIQUITIN], title="x", id=f"view-{at}") for at in range(3)]
    opened = open_page(page("Many", parts))
    for at in range(3):
        opened.page.locator(f"#view-{at}").get_by_role("button", name="View in 3D").click()
        assert opened.page.locator("canvas").count() == 1
    assert opened.colours("#view-2 .structure-stage") > 2_000
    assert opened.faults() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_it_is_accessible(open_page: Open, scheme: str, phone: bool) -> None:
    shown = [Source("x.pdb", UBIQUITIN.text), Source("bad.pdb", "ATOM  damaged"), Source("p.sdf", SDF)]
    opened = open_page(view(shown, title="Ubiquitin").html, color_scheme=scheme, **(PHONE if phone else {}))
    assert opened.audit() == []
    opened.page.get_by_role("button", name="View in 3D").click()
    opened.page.get_by_role("option", name="A:Lys48").click()
    assert opened.audit() == []
    assert opened.faults() == []


def test_on_a_phone_it_fits_scrolls_and_starts_with_a_tap(open_page: Open) -> None:
    opened = open_page(view([UBIQUITIN], title="Ubiquitin " + "long" * 40).html, **PHONE)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    assert (
        opened.page.evaluate("getComputedStyle(document.querySelector('.structure-stage')).touchAction")
        == "auto"
    )
    opened.page.get_by_role("button", name="View in 3D").tap()
    opened.until("document.querySelector('canvas') !== null")
    assert opened.page.evaluate("document.documentElement.scrollWidth") == 390
    opened.page.get_by_role("option", name="A:Lys48").tap()
    assert chosen(opened) == ["A:Lys48"]
    assert opened.faults() == []


def test_the_ground_is_dark_where_the_user_wants_it(open_page: Open) -> None:
    opened = started(open_page, view([UBIQUITIN], title="x").html, color_scheme="dark")
    dark = opened.page.locator("canvas").screenshot()
    opened.page.emulate_media(color_scheme="light")
    opened.until("!matchMedia('(prefers-color-scheme: dark)').matches")
    assert opened.page.locator("canvas").screenshot() != dark
    assert opened.faults() == []


def test_without_webgl_the_picture_stays_and_residues_are_marked(open_page: Open, without_webgl: Any) -> None:
    opened = open_page(view([UBIQUITIN], title="x").html, without_webgl)
    assert opened.page.get_by_role("button").count() == 0
    assert "has no WebGL" in opened.page.locator(".structure-note").inner_text()
    opened.page.get_by_role("option", name="A:Lys48").click()
    assert opened.page.locator(".structure-mark").count() == 1
    assert opened.colours(STAGE) > 3_000
    assert opened.faults() == []


def test_hostile_names_and_files_are_only_text(open_page: Open) -> None:
    text = UBIQUITIN.text.replace(" LYS A", " </s A").replace("MODEL", HOSTILE)
    sources = [
        Source(f"{HOSTILE}.pdb", f"REMARK {HOSTILE}\n{text}", columns={HOSTILE: [HOSTILE, *[None] * 75]}),
        Source(f"{HOSTILE}2.pdb", f"ATOM  {HOSTILE}"),
        Source("x.sdf", SDF.replace("ethanol", HOSTILE) + f"> <{HOSTILE}>\n{HOSTILE[:50]}\n"),
    ]
    opened = started(open_page, view(sources, title=HOSTILE).html)
    chooser(opened, "Colour").select_option(HOSTILE)
    opened.page.locator("[role=option]").first.click()
    assert opened.page.evaluate("window.pwned") is None
    assert opened.page.locator("img").count() == 0
    assert HOSTILE in opened.page.locator(".structure-legend").text_content()
    assert opened.faults() == []


def test_in_a_notebook_it_runs_in_a_frame_that_keeps_it_apart(open_page: Open) -> None:
    opened = open_page(
        f"<!doctype html><meta charset=windows-1252>{view([UBIQUITIN], title='x')._repr_html_()}"
    )
    frame = opened.page.frame_locator("iframe")
    frame.get_by_role("button", name="View in 3D").click()
    frame.locator("canvas").wait_for()
    assert opened.colours("iframe") > 3_000
    assert opened.faults() == []


def test_the_audit_finds_faults(open_page: Open) -> None:
    bad = "<!doctype html><html><body><img src='data:,'><button></button><p style='color:#ccc'>pale</p>"
    assert len(open_page(bad).audit()) >= 3


def test_the_watch_sees_what_the_policy_forbids(open_page: Open) -> None:
    html = page("x", [Part('<p style="color: red">x</p><img src="https://example.org/x.png">')])
    opened = open_page(html)
    opened.until("violations.length >= 2")
    assert any("img-src" in each for each in opened.faults())
