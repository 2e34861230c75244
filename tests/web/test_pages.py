"""What the owner's pages show, and what they never do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from connectors.model import Span
from daemon import ledger, queries, steering
from daemon.core.words import ProposalState
from daemon.house import House
from daemon.ledger import EVERYBODY
from daemon.web.pages import A_PAGE
from tests.stage import FIRST, HALF_AN_HOUR, MAYA, Stage, hours, week
from tests.web.conftest import SUNDAY, Paper, Window

HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"


def pair(window: Window) -> str:
    (one,) = queries.pairs(window.house, window.now)
    identity: str = one["id"]
    return identity


def test_the_overview_shows_what_needs_the_owner_first(window: Window) -> None:
    text = window.text("/")
    assert text.index("Needs you") < text.index("1 pair")
    assert "Another time with" in text
    assert "Tue 10 March" in text


def test_the_picture_says_in_words_what_it_shows(window: Window) -> None:
    assert "8 weeks back and 3 ahead: 1 held, 1 missed and 2 upcoming" in window.text("/")


def test_every_outcome_has_a_shape_of_its_own(window: Window) -> None:
    legend = window.text("/").partition('class="legend"')[2]
    drawn = re.findall(r'<svg viewBox="0 0 20 20".*?>(.*?)</svg>', legend, re.DOTALL)
    shapes = {re.sub(r'class="[^"]*"|\s', "", one) for one in drawn}
    assert len(shapes) == len(drawn) == 6


def test_a_pairs_page_tells_of_every_meeting_why(window: Window) -> None:
    text = window.text(f"/pairs/{pair(window)}")
    for outcome in queries.pairs(window.house, window.now)[0]["outcomes"]:
        assert outcome["because"] in text


def test_the_note_is_beside_the_agenda_and_nowhere_else(window: Window) -> None:
    text = window.text(f"/pairs/{pair(window)}/agenda")
    agenda, _, note = text.partition("only you see this")
    assert "For you alone" in note
    assert "For you alone" not in agenda


def test_a_pair_that_is_not_there_is_not_found(window: Window) -> None:
    for path in ("/pairs/p-none", "/pairs/p-none/agenda", "/pairs/p-none/document"):
        assert window.get(path).status_code == 404


def test_series_says_why_one_is_none(lost: Stage, window: Window) -> None:
    lost.world.meet(MAYA, "room@resource.calendar.example", Span(FIRST, FIRST + HALF_AN_HOUR))
    lost.tick(SUNDAY + hours(1))
    text = window.text("/series")
    for one in queries.explain(window.house, "", SUNDAY):
        assert all(reason in text for reason in one["because"])
    assert "none" in window.text("/series?text=nobody")


def test_the_plan_shows_what_is_foreseen_and_keeps_nothing(window: Window) -> None:
    before = queries.entries(window.house)
    window.now = week(2) - hours(3)
    text = window.text("/plan")
    assert "write section" in text
    assert "visavis apply --plan" in text
    assert queries.entries(window.house) == before


def test_accounts_show_their_trouble(lost: Stage, window: Window) -> None:
    steering.pause(lost.house, EVERYBODY, None)
    assert "paused" in window.text("/accounts")


def test_the_journal_is_turned_like_a_book(lost: Stage, window: Window) -> None:
    lost.every(week(1), week(30), step=timedelta(days=1))
    window.now = week(30)
    window.entered()
    first, second = window.text("/journal"), window.text("/journal?page=1")
    shown = [re.findall(r'<li id="(w-[^"]+)"', text) for text in (first, second)]
    assert set(shown[0]).isdisjoint(shown[1])
    known = [entry["id"] for entry in queries.entries(window.house)]
    assert shown[0] + shown[1] == known[::-1][: len(shown[0] + shown[1])]
    for odd in ("-1", "x", "9" * 40, "²"):
        assert window.text(f"/journal?page={odd}").count('<li id="w-') == len(shown[0])


@pytest.mark.parametrize("path", ["/", "/proposals", "/alerts", "/journal", "/accounts"])
def test_pages_that_change_ask_again_by_themselves(window: Window, path: str) -> None:
    assert f'data-hx-get="{path}" data-hx-trigger="look"' in window.text(path)


def test_closed_proposals_are_turned_over_by_the_page_and_open_ones_stand_on_the_first(
    lost: Stage, window: Window
) -> None:
    (waiting,) = lost.dossier(SUNDAY).proposals
    with lost.store.write() as session:
        for number in range(A_PAGE + 1):
            closed = replace(waiting, id=f"r-{number}", state=ProposalState.DECLINED)
            ledger.keep_proposal(session, closed, SUNDAY - hours(number + 1))
    first, second = window.text("/proposals"), window.text("/proposals?page=1")
    assert (first.count('<li id="r-'), second.count('<li id="r-')) == (A_PAGE, 1)
    assert f'id="r-{A_PAGE}"' in second
    assert f'<article class="proposal" id="{waiting.id}"' in first
    assert f'id="{waiting.id}"' not in second


@pytest.mark.parametrize("path", ["/plan", "/series"])
def test_pages_that_ask_others_or_are_written_in_stay_as_they_are(
    window: Window, path: str
) -> None:
    assert "data-hx-trigger" not in window.text(path)


def test_other_peoples_words_are_letters_everywhere(
    paper: Paper, opened: Callable[[House, datetime], Window]
) -> None:
    file = paper.folder / "calendar" / "ben.ics"
    calendar = file.read_bytes().decode()
    calendar = calendar.replace("Maya / Ben", HOSTILE).replace("Ben Ode", HOSTILE)
    file.write_text(calendar, encoding="utf-8", newline="")
    paper.tick(timedelta(minutes=10))
    window = opened(paper.house, paper.now).entered()
    identity = pair(window)
    pages = ("/", f"/pairs/{identity}", f"/pairs/{identity}/agenda", "/series", "/journal", "/plan")
    for path in (*pages, "/proposals"):
        assert "<img" not in window.text(path), path
    assert "&lt;img src=x onerror=alert(1)&gt; {{ 7*7 }}" in window.text("/series")


def test_a_word_in_the_address_is_never_a_sentence_of_ours(window: Window) -> None:
    text = window.text("/series?text=%3Cscript%3Ealert(1)%3C/script%3E&said=Your+bank+called")
    assert "<script>alert" not in text
    assert "bank" not in text
