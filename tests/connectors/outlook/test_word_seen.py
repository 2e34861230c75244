"""A running document in other eyes: LibreOffice makes text and PDF of it, Chromium a picture."""

from __future__ import annotations

import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, sync_playwright

from connectors.model import Mark
from connectors.outlook import word_writing
from connectors.outlook.word_design import ACCENT, LATE
from tests.connectors.outlook.test_word_files import MARK, OLDER, SECTION, human, written

LATER = Mark("20260316T0900-0123456789")
WINDOW = {"width": 1000, "height": 1400}
VIEW = "#toolbar=0&navpanes=0&view=Fit"
PATIENCE = 20  # seconds for the viewer to draw
# Looks at the dots between the edges of the paper: on how many lines there is ink, how many dots
# have a colour, how far from the edges the ink stands.
LOOK = """async ([picture, colours]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const {width, height} = image;
  const canvas = Object.assign(document.createElement('canvas'), {width, height});
  const pen = canvas.getContext('2d');
  pen.drawImage(image, 0, 0);
  const dots = pen.getImageData(0, 0, width, height).data;
  const is = (at, colour) => colour.every((part, n) => Math.abs(part - dots[at + n]) < 12);
  const row = [...Array(width).keys()].filter(x => is(4 * (30 * width + x), [255, 255, 255]));
  const [start, end] = [row[0] + 4, row[row.length - 1] - 4];
  const seen = {lines: 0, dots: colours.map(() => 0), left: width, right: width};
  for (let y = 30; row.length && y < height; y++) {
    let ink = false;
    if (!is(4 * (y * width + start), [255, 255, 255])) continue;  // below the paper
    for (let x = start; x < end; x++) {
      const at = 4 * (y * width + x);
      colours.forEach((colour, n) => seen.dots[n] += is(at, colour));
      if (dots[at] + dots[at + 1] + dots[at + 2] > 600) continue;
      seen.left = Math.min(seen.left, (x - start) / (end - start));
      seen.right = Math.min(seen.right, (end - x) / (end - start));
      ink = true;
    }
    seen.lines += ink;
  }
  return seen;
}"""


@dataclass(frozen=True, slots=True)
class Ink:
    """What stands on the first page; `left` and `right` are parts of the paper's width."""

    lines: int
    dots: tuple[int, int]
    """In the colour of headings, and in that of what is overdue."""
    left: float
    right: float


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, whole: the lesser headless one shows no PDF."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--headless=new"],
            ignore_default_args=[
                "--headless",
                "--headless=old",
                "--disable-extensions",
                "--disable-component-extensions-with-background-pages",
            ],
        )
        yield browser
        browser.close()


def test_libreoffice_reads_it_in_the_order_people_do(tmp_path: Path) -> None:
    text = converted(written(OLDER, MARK), "txt:Text (encoded):UTF8", tmp_path).read_text("utf-8")
    order = (
        *("Maya and Ben", "Monday, 9 March 2026", "Top priorities (8 min)", "Berlin it is"),
        *("What", "Who", "Due", "☐", "send the budget", "since 2 March, 1 week", "Ben"),
        *("Fri 13 Mar 2026", "☒", "show the slides", "Monday, 9 March 2026"),
    )
    place = 0
    for words in order:
        place = text.index(words, place) + 1
    assert "\ufffd" not in text


def test_two_pages_have_margins_colours_and_fonts(chromium: Browser, tmp_path: Path) -> None:
    later = replace(SECTION, heading="Monday, 16 March 2026", day=date(2026, 3, 16))
    content = word_writing.insert(written(OLDER, MARK), later, LATER)
    pdf = converted(content, "pdf", tmp_path)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == 2
    assert len(re.findall(rb"/FontFile2?\b", pdf.read_bytes())) >= 3  # words, headings, boxes
    ink = seen(chromium, pdf)
    headings, overdue = ink.dots
    assert headings > 1000
    assert 20 < overdue < headings  # the budget was due on Friday the 13th
    assert 200 < ink.lines < WINDOW["height"] * 0.7
    # A margin of 2.4 of 21 cm; nothing hangs over it on either side, no table and no line.
    assert 0.10 < ink.left < 0.13
    assert 0.10 < ink.right < 0.15


def test_a_document_people_have_keeps_its_margins(chromium: Browser, tmp_path: Path) -> None:
    content = word_writing.insert(human(), SECTION, MARK)
    ink = seen(chromium, converted(content, "pdf", tmp_path))
    assert ink.lines > 200
    assert min(ink.left, ink.right) > 0.10


def seen(chromium: Browser, pdf: Path) -> Ink:
    """Open a file in the browser's viewer, which draws when it is ready, and look at it."""
    viewer, table = chromium.new_page(viewport=WINDOW), chromium.new_page()  # type: ignore[arg-type]
    viewer.goto(f"file://{pdf}{VIEW}")
    colours = [list(bytes.fromhex(colour)) for colour in (ACCENT, LATE)]
    end = monotonic() + PATIENCE
    while True:
        picture = b64encode(viewer.screenshot(path=pdf.with_suffix(".png"))).decode()
        found = table.evaluate(LOOK, [picture, colours])
        if found["lines"] or monotonic() > end:
            viewer.close()
            table.close()
            return Ink(found["lines"], tuple(found["dots"]), found["left"], found["right"])


def converted(content: bytes, kind: str, folder: Path) -> Path:
    """Let LibreOffice open a file and write it as something else."""
    source = folder / "agenda.docx"
    source.write_bytes(content)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(folder)]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=120)
    return source.with_suffix(f".{kind[:3]}")
