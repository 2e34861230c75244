"""The agenda of the next meeting: when it is made, how it follows its meeting, whose it is."""

from __future__ import annotations

from pathlib import Path

from connectors.errors import NotPermitted
from connectors.memory import Meanwhile, MemoryDocuments
from connectors.model import Attendee, Key, Link, Response, Span, Url
from daemon.house import About
from tests.stage import BEN, FIRST, MAYA, Stage, hours, kinds, week

PREPARED = ["create_agenda", "share_agenda", "attach_agenda", "write_section"]


def headings(stage: Stage) -> list[str]:
    """Return the date lines of the document, newest section first."""
    lines = (line for line in stage.document.splitlines() if line.startswith("## "))
    return [line[3:].partition(" <!--")[0] for line in lines]


def test_a_second_look_makes_one_request_and_writes_nothing(stage: Stage) -> None:
    stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.tick(FIRST - hours(23.9))
    before = stage.world.wire.count
    assert kinds(stage.tick(FIRST - hours(23))) == []
    assert stage.asked(before) == ["calendar.changes"]


def test_the_link_is_written_once_on_the_series(stage: Stage) -> None:
    uid = stage.weekly()
    turns = stage.every(FIRST - hours(24), week(3))
    assert [kind for turn in turns for kind in kinds(turn)].count("attach_agenda") == 1
    assert [link.url for link in stage.world.event(uid).links] == [stage.url]
    assert not stage.world.mailed


def test_a_week_that_is_lost_hands_its_section_to_the_next(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.world.edit(stage.url, lambda text: text + "\n- our words\n")
    stage.world.cancel(uid, FIRST)
    stage.tick(FIRST - hours(20))
    stage.tick(week(1) - hours(24))
    assert headings(stage) == ["Monday, 9 March 2026"]
    assert "our words" in stage.document
    stage.tick(week(2) - hours(24))
    assert headings(stage) == ["Monday, 16 March 2026", "Monday, 9 March 2026"]


def test_a_moved_meeting_dates_its_section_anew_and_changes_nothing_else(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    before = stage.document
    stage.world.move(uid, FIRST, Span(FIRST + hours(26), FIRST + hours(26.5)))
    assert kinds(stage.tick(FIRST - hours(12))) == []
    assert kinds(stage.tick(FIRST + hours(2))) == ["write_section"]
    assert stage.document == before.replace("Monday, 2 March", "Tuesday, 3 March")
    assert kinds(stage.tick(FIRST + hours(3))) == []


def test_a_meeting_that_was_lost_and_returns_has_its_section_back(stage: Stage) -> None:
    stage.settle(prepare=hours(48))
    uid = stage.weekly(rule="FREQ=DAILY")
    stage.tick(FIRST - hours(24))
    stage.world.cancel(uid, FIRST)
    stage.tick(FIRST - hours(6))
    assert headings(stage) == ["Tuesday, 3 March 2026"]
    stage.world.reinstate(uid, FIRST)
    stage.tick(FIRST - hours(5))
    assert headings(stage) == ["Monday, 2 March 2026"]
    stage.tick(FIRST + hours(1))
    assert headings(stage) == ["Tuesday, 3 March 2026", "Monday, 2 March 2026"]


def test_an_unwritten_agenda_goes_with_a_meeting_cancelled_overnight(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(week(-1))
    stage.world.cancel(uid, FIRST)
    assert "write_section" not in kinds(stage.tick(FIRST - hours(20)))
    assert not stage.world.documents


def test_a_guest_makes_no_second_document_while_the_invite_carries_one(tmp_path: Path) -> None:
    maya = Stage(tmp_path / "maya")
    uid = maya.weekly()
    maya.tick(FIRST - hours(24))
    ben = Stage(tmp_path / "ben", maya.world, BEN)
    turn = ben.tick(FIRST - hours(23))
    assert "create_agenda" not in kinds(turn)
    assert not turn.failed
    assert len(maya.world.documents) == 1
    assert len(maya.world.event(uid).links) == 1
    assert ben.dossier(FIRST - hours(23)).shelf.document is not None


def test_a_guest_is_told_once_a_series_with_link_and_words(tmp_path: Path) -> None:
    ben = Stage(tmp_path, address=BEN)
    ben.weekly()
    turns = ben.every(FIRST - hours(24), week(2))
    advice = [n for n, turn in enumerate(turns) for d in turn.done if d.kind == "advise"]
    # With the very agenda: a second turn at the same moment has nothing to do.
    assert advice == [0]
    told = [letter for letter in ben.world.letters if ben.url in letter.text]
    assert told
    assert not ben.world.event("event-1").links


def test_a_document_named_in_the_settings_is_adopted(stage: Stage) -> None:
    uid = stage.weekly()
    theirs = MemoryDocuments(stage.world, MAYA).create(Key("their own"), "Notes since 2024")
    stage.about[BEN] = About(document=theirs.url)
    assert kinds(stage.tick(FIRST - hours(24))) == ["attach_agenda", "write_section"]
    assert [link.url for link in stage.world.event(uid).links] == [theirs.url]
    assert len(stage.world.documents) == 1


def test_a_document_on_the_invite_is_adopted(stage: Stage) -> None:
    uid = stage.weekly()
    theirs = MemoryDocuments(stage.world, MAYA).create(Key("their own"), "Notes since 2024")
    stage.world.link(uid, theirs)
    assert kinds(stage.tick(FIRST - hours(24))) == ["write_section"]
    assert kinds(stage.tick(FIRST - hours(23))) == []
    assert len(stage.world.documents) == 1


def test_a_document_that_cannot_be_opened_is_linked_and_nothing_more(stage: Stage) -> None:
    uid = stage.weekly()
    closed = Url("https://docs.google.com/document/d/closed")
    stage.about[BEN] = About(document=closed)
    turns = stage.every(FIRST - hours(24), week(1))
    # Told plainly, and once.
    assert [kind for turn in turns for kind in kinds(turn)] == ["attach_agenda", "advise"]
    assert len([x for x in stage.world.letters if "visavis cannot open it" in x.text]) == 1
    assert [link.url for link in stage.world.event(uid).links] == [closed]
    assert not stage.world.documents


def test_a_strangers_document_on_the_invite_is_left_as_it_is(stage: Stage) -> None:
    uid = stage.weekly()
    stage.world.link(uid, Link(Url("https://docs.google.com/document/d/closed")))
    turns = stage.every(FIRST - hours(24), week(1))
    assert [kind for turn in turns for kind in kinds(turn)] == ["advise"]


def test_a_link_to_something_else_is_no_document(stage: Stage) -> None:
    uid = stage.weekly()
    stage.world.link(uid, Link(Url("https://board.example/plan")))
    assert kinds(stage.tick(FIRST - hours(24))) == PREPARED
    assert len(stage.world.event(uid).links) == 2


def test_a_single_meeting_that_stands_in_for_a_lost_one_has_an_agenda(stage: Stage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.world.cancel(uid, week(1))
    stage.single(week(1) + hours(24))
    turn = stage.tick(week(1) + hours(1))
    assert kinds(turn) == ["write_section"]
    assert headings(stage)[0] == "Tuesday, 10 March 2026"


def test_a_declined_meeting_gets_no_agenda(stage: Stage) -> None:
    uid = stage.weekly()
    stage.world.answer(uid, Attendee(BEN, response=Response.DECLINED), FIRST)
    assert "write_section" not in kinds(stage.tick(FIRST - hours(24)))


def test_what_could_not_be_shared_is_not_linked(stage: Stage, tmp_path: Path) -> None:
    uid = stage.weekly()
    stage.world.wire.fail(Meanwhile(_refuse), at=_first(tmp_path, "documents.share"))
    turns = stage.every(FIRST - hours(24), FIRST, hours(1))
    assert "share_agenda" not in [kind for turn in turns for kind in kinds(turn)]
    assert [failure.decision.kind for failure in turns[0].failed if failure.decision] == [
        "share_agenda"
    ]
    assert not stage.world.event(uid).links


def test_a_series_that_is_over_gets_no_link(stage: Stage) -> None:
    over = stage.weekly(rule="FREQ=WEEKLY;COUNT=2")
    going_on = stage.weekly(start=week(2) + hours(24))
    assert kinds(stage.tick(week(2) + hours(1))) == PREPARED
    assert stage.world.event(over).links == ()
    assert [link.url for link in stage.world.event(going_on).links] == [stage.url]


def test_two_series_of_one_pair_share_one_document(stage: Stage) -> None:
    first = stage.weekly()
    second = stage.weekly(start=FIRST + hours(72))
    stage.every(FIRST - hours(24), week(1))
    assert len(stage.world.documents) == 1
    links = [link.url for uid in (first, second) for link in stage.world.event(uid).links]
    assert links == [stage.url, stage.url]


def _first(folder: Path, request: str) -> int:
    """Return the number of the first such request, from a rehearsal."""
    rehearsal = Stage(folder / "rehearsal")
    rehearsal.weekly()
    rehearsal.tick(FIRST - hours(24))
    rehearsal.store.close()
    return rehearsal.world.wire.log.index(request) + 1


def _refuse() -> None:
    raise NotPermitted("documents are not shared outside")
