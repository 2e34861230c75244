"""The owner's buttons: each does what its command does, once, and says when it did not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from connectors.model import Span
from daemon import queries
from daemon.house import House
from daemon.locks import lock
from daemon.views import Shape
from tests.stage import MAYA, Stage, hours, week
from tests.web.conftest import SUNDAY, Window


def proposal(window: Window) -> Shape:
    (one,) = queries.proposals(window.house, window.now)
    return one


@pytest.fixture
def prepared(lost: Stage, window: Window) -> Window:
    """The page after the next agenda was made, shared and linked."""
    window.now = week(2) - hours(3)
    lost.tick(window.now)
    return window


def _written(window: Window, kind: str) -> Shape:
    (one,) = [entry for entry in queries.entries(window.house) if entry["kind"] == kind]
    return one


def test_a_button_books_the_time_beside_it(lost: Stage, window: Window) -> None:
    one = proposal(window)
    second = one["options"][1]
    answer = window.press(f"/proposals/{one['id']}/accept", {"option": str(second["n"])})
    assert answer.headers["location"] == "/proposals?said=booked"
    assert proposal(window)["booked"]["start"] == second["start"]
    lost.tick(SUNDAY + hours(1))
    standing = [m.span.start for m in lost.dossier(SUNDAY + hours(1)).standing()]
    assert datetime.fromisoformat(second["start"]) in standing


def test_meeting_in_writing_has_a_button_where_no_time_is_left(
    stage: Stage, opened: Callable[[House, datetime], Window]
) -> None:
    uid = stage.weekly()
    stage.tick(week(0) - hours(20))
    stage.world.meet(MAYA, "caro@acme.example", Span(week(1) - hours(60), week(3)))
    stage.world.cancel(uid, week(1))
    stage.tick(SUNDAY)
    window = opened(stage.house, SUNDAY).entered()
    assert 'value="fallback">Take it' in window.text("/proposals")
    one = proposal(window)
    assert window.press(f"/proposals/{one['id']}/accept", {"option": "fallback"}).status_code == 303
    assert "Monday, 9 March 2026, in writing" in stage.document
    assert "lost Mon 9 March; in writing" in window.text("/proposals")


def test_the_same_button_twice_is_one_meeting(window: Window) -> None:
    one = proposal(window)
    path, option = f"/proposals/{one['id']}/accept", {"option": str(one["options"][0]["n"])}
    assert window.press(path, option).status_code == 303
    written = len(queries.entries(window.house))
    assert window.press(path, option).status_code == 303
    assert len(queries.entries(window.house)) == written


def test_another_time_after_that_is_refused_in_words(window: Window) -> None:
    one = proposal(window)
    path = f"/proposals/{one['id']}/accept"
    window.press(path, {"option": str(one["options"][0]["n"])})
    answer = window.press(path, {"option": str(one["options"][1]["n"])})
    assert answer.status_code == 409
    assert "is booked already" in answer.text


def test_a_time_that_is_gone_leaves_fresh_ones_on_the_page(lost: Stage, window: Window) -> None:
    one = proposal(window)
    gone = one["options"][0]
    lost.single(datetime.fromisoformat(gone["start"]), guest="caro@acme.example")
    answer = window.press(f"/proposals/{one['id']}/accept", {"option": str(gone["n"])})
    assert answer.status_code == 409
    assert "not free any more" in answer.text
    assert proposal(window)["state"] == "open"
    assert all(option["start"] != gone["start"] for option in proposal(window)["options"])


def test_none_of_these_closes_the_proposal(window: Window) -> None:
    one = proposal(window)
    assert window.press(f"/proposals/{one['id']}/decline").status_code == 303
    assert proposal(window)["state"] == "declined"
    assert "No lost meeting waits" in window.text("/proposals")


def test_nothing_is_written_where_the_settings_say_so(lost: Stage, window: Window) -> None:
    lost.settle(write=False)
    window.house = lost.house
    one = proposal(window)
    answer = window.press(f"/proposals/{one['id']}/accept", {"option": str(one["options"][0]["n"])})
    assert answer.status_code == 409
    assert "write = false" in answer.text


def test_a_write_is_taken_back_and_the_journal_shows_it(prepared: Window) -> None:
    link = _written(prepared, "attach_agenda")
    assert prepared.press(f"/journal/{link['id']}/undo").status_code == 303
    assert _written(prepared, "attach_agenda")["state"] == "undone"
    assert "undone" in prepared.text("/journal")


def test_what_the_world_changed_since_stays_and_the_page_says_so(
    lost: Stage, prepared: Window
) -> None:
    lost.world.edit(lost.url, lambda text: text.replace("###", "Ben was here\n\n###", 1))
    section = _written(prepared, "write_section")
    answer = prepared.press(f"/journal/{section['id']}/undo")
    assert answer.status_code == 409
    assert "Not done" in answer.text
    assert _written(prepared, "write_section")["state"] == "done"


def test_what_nobody_knows_is_not_found(window: Window) -> None:
    for path in ("/proposals/r-x/accept", "/proposals/r-x/decline", "/journal/w-x/undo"):
        assert window.press(path, {"option": "1"}).status_code == 404


def test_a_button_nobody_made_is_a_mistake(window: Window) -> None:
    one = proposal(window)
    for option in ("", "x", "-1", "1.5", "²", "9999"):
        answer = window.press(f"/proposals/{one['id']}/accept", {"option": option})
        assert answer.status_code in {400, 409}, option
    assert proposal(window)["state"] == "open"


def test_a_button_is_no_address_to_visit(window: Window) -> None:
    one = proposal(window)
    for path in (f"/proposals/{one['id']}/accept", f"/proposals/{one['id']}/decline"):
        assert window.get(path).status_code == 405
    assert proposal(window)["state"] == "open"


def test_looking_waits_for_no_writer(window: Window) -> None:
    with lock(window.house.home / "act.lock", "visavis tick"):
        assert window.get("/").status_code == 200
        assert window.get("/api/pairs").status_code == 200
