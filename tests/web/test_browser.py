"""The page in a real browser: seen, heard, by keyboard, with scripts and without."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from daemon import answering, queries, steering
from daemon.house import House
from tests.stage import Stage
from tests.web.conftest import PUBLIC, SUNDAY, Paper, Window

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
PAGES = ("/", "{pair}", "{pair}/agenda", "/proposals", "/alerts", "/journal", "/plan", "/series")
AWAY = """window.away = true;
Object.defineProperty(document, "hidden", {get: () => window.away});"""
"""The tab is behind another one."""
SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; `.ci/needs` brings it."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        # As root Chromium runs only without its sandbox; it sees nothing but this page.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def entered(chromium: Browser, window: Window, **options: object) -> Iterator[Page]:
    """Open a tab, come in, and complain of whatever the browser complains of."""
    context: BrowserContext = chromium.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if _bad(told) else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(window.link())
    yield page
    context.close()
    assert not complaints


def _bad(told: ConsoleMessage) -> bool:
    """Whether the console tells of a mistake; a conflict is an answer like any other."""
    return told.type == "error" and "409 (Conflict)" not in told.text


@pytest.fixture
def tab(chromium: Browser, window: Window) -> Iterator[Page]:
    yield from entered(chromium, window)


@pytest.fixture
def plain_tab(chromium: Browser, window: Window) -> Iterator[Page]:
    """A browser that runs no scripts."""
    yield from entered(chromium, window, java_script_enabled=False)


def addresses(window: Window) -> list[str]:
    (pair,) = queries.pairs(window.house, window.now)
    paths = (path.format(pair=f"/pairs/{pair['id']}") for path in (*PAGES, "/accounts"))
    return [window.base + path for path in paths]


def findings(page: Page) -> list[str]:
    """Return what axe-core finds seriously wrong, each with the elements it is about."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    violations = page.evaluate("axe.run().then(found => found.violations)")
    return [
        f"{one['id']}: {[node['html'] for node in one['nodes']]}"
        for one in violations
        if one["impact"] in SERIOUS
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_left_out(tab: Page, window: Window, scheme: str) -> None:
    tab.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for address in addresses(window):
        tab.goto(address)
        assert not findings(tab), address


@pytest.mark.parametrize("width", [360, 1600])
def test_every_page_fits_its_width(tab: Page, window: Window, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 900})
    for address in addresses(window):
        tab.goto(address)
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, address


def test_what_happens_appears_without_reloading(tab: Page, window: Window) -> None:
    tab.evaluate("window.same = true")
    expect(tab.get_by_text("Needs you")).to_be_visible()
    (one,) = queries.proposals(window.house, window.now)
    answering.decline(window.house, one["id"], window.now)
    expect(tab.get_by_text("Nothing needs you.")).to_be_visible(timeout=10_000)
    assert tab.evaluate("window.same")


def test_what_one_reads_stays_open_and_in_focus(tab: Page, window: Window) -> None:
    tab.goto(window.base + "/journal")
    tab.locator("summary").first.focus()
    tab.keyboard.press("Enter")
    with tab.expect_response(lambda answer: answer.url.endswith("/journal")):
        steering.pause(window.house, "*", None)
    expect(tab.locator("details").first).to_have_attribute("open", "")
    expect(tab.locator("summary").first).to_be_focused()


def test_a_page_nobody_sees_asks_nothing(tab: Page, window: Window) -> None:
    asked: list[str] = []
    tab.add_init_script(AWAY)
    tab.clock.install()
    tab.goto(window.base)
    # The browser fetches the icon when it likes.
    tab.on("request", lambda one: asked.append(one.url) if "/static/" not in one.url else None)
    steering.pause(window.house, "*", None)
    tab.clock.run_for(120_000)
    assert asked == []
    tab.evaluate("window.away = false")
    with tab.expect_response(lambda answer: answer.url.endswith("/revision")):
        tab.clock.run_for(1000)


def test_a_meeting_is_found_again_by_keyboard_alone(tab: Page, window: Window) -> None:
    tab.goto(window.base + "/proposals")
    tab.keyboard.press("Tab")
    expect(tab.get_by_text("Skip to the content")).to_be_focused()
    tab.keyboard.press("Enter")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Tab")
    expect(tab.locator("button[name=option]").first).to_be_focused()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("status")).to_contain_text("Booked")
    (one,) = queries.proposals(window.house, window.now)
    assert one["state"] == "booked"


def test_everything_works_without_scripts(plain_tab: Page) -> None:
    plain_tab.get_by_role("link", name="Proposals").click()
    plain_tab.locator("button[name=option]").first.click()
    expect(plain_tab.get_by_role("status")).to_contain_text("Booked")
    plain_tab.get_by_role("link", name="Pairs").click()
    plain_tab.locator(".pairs h3 a").click()
    plain_tab.get_by_role("link", name="The agenda and your private note").click()
    expect(plain_tab.get_by_text("only you see this")).to_be_visible()


def test_the_picture_is_told_apart_without_colour(tab: Page) -> None:
    tab.emulate_media(forced_colors="active")
    shapes = tab.locator(".legend dt svg > :first-child")
    drawn = shapes.evaluate_all("all => all.map(e => e.tagName + getComputedStyle(e).fill)")
    held, moved, rescued, missed, excused, upcoming = drawn
    assert held != upcoming
    assert len({held, rescued, missed}) == 3
    assert excused.startswith("path")
    assert moved.startswith("circle")


def test_a_text_is_written_read_and_kept_in_a_conflict(
    chromium: Browser,
    paper: Paper,
    opened: Callable[[House, datetime], Window],
) -> None:
    window = opened(paper.house, paper.now)
    (pair,) = queries.pairs(window.house, window.now)
    for tab in entered(chromium, window):
        tab.goto(f"{window.base}/pairs/{pair['id']}/document")
        assert not findings(tab)
        editor = tab.get_by_label("Markdown")
        editor.fill(editor.input_value() + "\n- [ ] [Ben] call the printer\n")
        tab.get_by_role("button", name="Save").click()
        expect(tab.get_by_role("status")).to_have_text("Saved.")
        expect(tab.locator(".prose")).to_contain_text("call the printer")
        paper.file.write_text(paper.file.read_text() + "\nBen was here.\n", encoding="utf-8")
        editor.fill(editor.input_value() + "\nMine.\n")
        paper_before = paper.file.read_text(encoding="utf-8")
        tab.get_by_role("button", name="Save").click()
        expect(tab.get_by_role("alert")).to_contain_text("Not saved yet")
        assert editor.input_value().endswith("\nMine.\n")
        assert paper.file.read_text(encoding="utf-8") == paper_before
        assert not findings(tab)


def test_an_agenda_fits_a_phone(
    chromium: Browser, paper: Paper, opened: Callable[[House, datetime], Window]
) -> None:
    window = opened(paper.house, paper.now)
    (pair,) = queries.pairs(window.house, window.now)
    for tab in entered(chromium, window, viewport={"width": 360, "height": 780}):
        for page in ("agenda", "document"):
            tab.goto(f"{window.base}/pairs/{pair['id']}/{page}")
            assert tab.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_hostile_title_is_read_and_not_run(
    chromium: Browser, stage: Stage, opened: Callable[[House, datetime], Window]
) -> None:
    uid = stage.weekly()
    title = "<img src=/x onerror=\"document.title='owned'\">"
    stage.world.alter(uid, lambda event: replace(event, title=title))
    stage.tick(SUNDAY)
    window = opened(stage.house, SUNDAY)
    for tab in entered(chromium, window):
        tab.goto(window.base + "/series")
        expect(tab.get_by_text("<img src=/x onerror=")).to_be_visible()
        assert "owned" not in tab.title()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_for_other_people_leave_nobody_out_either(
    chromium: Browser,
    paper: Paper,
    opened: Callable[[House, datetime], Window],
    scheme: Literal["light", "dark"],
) -> None:
    paper.cancel("20260309")
    paper.tick(timedelta(days=5))
    (proposal,) = queries.proposals(paper.house, paper.now)
    window = opened(paper.house, paper.now)
    # Without a session, as from a mail or an invite.
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 360, "height": 780})
    page = context.new_page()
    for link in (proposal["url"], agenda_link(paper), f"https://{PUBLIC}/"):
        page.goto(window.base + link.partition(PUBLIC)[2])
        assert not findings(page), link
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, link
    context.close()


def agenda_link(paper: Paper) -> str:
    """Return the link that stands in the invite."""
    (account,) = paper.house.accounts
    assert paper.house.links is not None
    return paper.house.links.agenda(account.name, paper.file.name)
