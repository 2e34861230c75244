"""Undo, trash, unlink: what a person removed is told once and never comes back by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.errors import PreconditionFailed
from daemon import queries, steering
from daemon.answering import Refused, accept
from daemon.house import About
from tests.stage import BEN, FIRST, MAYA, Stage, hours, kinds, week

TODAY = FIRST - hours(23)


@pytest.fixture
def prepared(stage: Stage) -> Stage:
    """The house after the first agenda was made."""
    stage.weekly()
    stage.tick(FIRST - hours(24))
    return stage


def take_back(stage: Stage, *wanted: str) -> steering.Undone:
    """Undo the writes of these kinds."""
    entries = [e for e in queries.entries(stage.house) if e["kind"] in wanted]
    found, unknown = steering.find(stage.house, [entry["id"] for entry in entries])
    assert not unknown
    return steering.undo(stage.house, found, TODAY)


def writes(stage: Stage, until_week: int) -> list[str]:
    """Return what is done on the agenda, by kind, looking every six hours until then."""
    turns = stage.every(TODAY, week(until_week))
    assert not any(turn.failed for turn in turns)
    return [kind for turn in turns for kind in kinds(turn) if kind not in {"advise", "recap"}]


def told(stage: Stage) -> list[str]:
    """Return what the owner was told of removed things."""
    return [line for letter in stage.world.letters for line in _removed(letter.text)]


def _removed(text: str) -> list[str]:
    return [line for line in text.splitlines() if "was removed. visavis takes" in line]


def test_a_trashed_document_is_told_once_and_not_made_again(prepared: Stage) -> None:
    prepared.world.trash(prepared.url)
    assert writes(prepared, 3) == []
    assert len(told(prepared)) == 1
    assert all(document.trashed for document in prepared.world.documents.values())


def test_a_removed_link_is_told_once_and_not_put_back(prepared: Stage) -> None:
    uid = "event-1"
    prepared.world.unlink(uid, prepared.url)
    assert writes(prepared, 2) == ["write_section", "write_section"]
    assert not prepared.world.event(uid).links
    assert len(told(prepared)) == 1


def test_a_link_that_a_server_shows_late_is_not_taken_for_removed(prepared: Stage) -> None:
    prepared.world.unlink("event-1", prepared.url)
    late = FIRST - hours(24)
    assert kinds(prepared.tick(late + timedelta(minutes=9))) == []
    assert kinds(prepared.tick(late + timedelta(minutes=11))) == ["advise"]


def test_what_was_undone_stays_undone(prepared: Stage) -> None:
    done = take_back(prepared, "write_section", "attach_agenda", "share_agenda", "create_agenda")
    assert (len(done.intents), done.refused) == (4, ())
    assert not prepared.world.event("event-1").links
    assert all(document.trashed for document in prepared.world.documents.values())
    assert writes(prepared, 3) == []


def test_an_undone_link_leaves_the_document_in_use(prepared: Stage) -> None:
    take_back(prepared, "attach_agenda")
    assert writes(prepared, 1) == ["write_section"]
    assert not prepared.world.event("event-1").links
    assert told(prepared) == []


def test_undo_refuses_where_people_wrote_since(prepared: Stage) -> None:
    prepared.world.edit(prepared.url, lambda text: text.replace("###", "Ben was here\n\n###", 1))
    result = take_back(prepared, "write_section", "create_agenda")
    assert [type(error) for _, error in result.refused] == [PreconditionFailed] * 2
    assert "Ben was here" in prepared.document


def test_undoing_twice_is_refused_and_changes_nothing(prepared: Stage) -> None:
    take_back(prepared, "attach_agenda")
    before = dict(prepared.world.events)
    assert len(take_back(prepared, "attach_agenda").refused) == 1
    assert dict(prepared.world.events) == before


def test_only_what_was_written_can_be_taken_back_since_a_moment(prepared: Stage) -> None:
    found = steering.since(prepared.house, FIRST - hours(25))
    assert [str(one.decision.kind) for one in found] == [
        "create_agenda",
        "share_agenda",
        "attach_agenda",
        "write_section",
    ]
    assert steering.since(prepared.house, FIRST) == ()


def test_again_makes_a_new_document_where_the_old_one_was_trashed(prepared: Stage) -> None:
    prepared.world.trash(prepared.url)
    prepared.every(TODAY, week(1) - hours(20))
    steering.allow_again(prepared.house, prepared.dossier(week(1) - hours(20)))
    made = kinds(prepared.tick(week(1) - hours(19)))
    assert made == ["create_agenda", "share_agenda", "attach_agenda", "write_section"]
    assert len([d for d in prepared.world.documents.values() if not d.trashed]) == 1


def test_again_does_not_wait_until_the_loss_was_noticed(prepared: Stage) -> None:
    prepared.world.trash(prepared.url)
    steering.allow_again(prepared.house, prepared.dossier(TODAY))
    assert "create_agenda" in kinds(prepared.tick(TODAY))
    assert told(prepared) == []


def test_again_puts_a_removed_link_back_and_keeps_the_document(prepared: Stage) -> None:
    prepared.world.unlink("event-1", prepared.url)
    prepared.every(TODAY, TODAY + hours(6))
    steering.allow_again(prepared.house, prepared.dossier(TODAY))
    assert "attach_agenda" in kinds(prepared.tick(TODAY + hours(7)))
    assert len(prepared.world.documents) == 1
    assert [link.url for link in prepared.world.event("event-1").links] == [prepared.url]


def test_a_document_out_of_the_bin_again_is_used_again(prepared: Stage) -> None:
    url = prepared.url
    prepared.world.trash(url)
    prepared.every(TODAY, week(1) - hours(20))
    there = prepared.world.documents[url]
    prepared.world.keep(
        type(there)(url, there.key, there.title, there.writers, there.text, revision=there.revision)
    )
    assert "write_section" in kinds(prepared.tick(week(1) - hours(12)))
    assert len(prepared.world.documents) == 1


def test_an_adopted_document_that_is_trashed_is_not_replaced(stage: Stage) -> None:
    stage.weekly()
    theirs = stage.house.accounts[0].documents
    assert theirs is not None
    link = theirs.create("k", "Notes")  # type: ignore[arg-type]
    stage.about[BEN] = About(document=link.url)
    stage.tick(FIRST - hours(24))
    stage.world.trash(link.url)
    assert "create_agenda" not in writes(stage, 2)
    assert MAYA in stage.world.documents[link.url].writers


def test_a_taken_back_booking_loses_the_meeting_again_and_is_not_booked_twice(
    prepared: Stage,
) -> None:
    prepared.world.cancel("event-1", FIRST)
    prepared.tick(TODAY)
    (proposal,) = prepared.dossier(TODAY).proposals
    accept(prepared.house, proposal.id, TODAY)
    assert take_back(prepared, "book").refused == ()
    prepared.tick(TODAY)
    assert prepared.dossier(TODAY).outcomes[0].verdict == "missed"
    with pytest.raises(Refused):
        accept(prepared.house, proposal.id, TODAY)
    assert "book" not in writes(prepared, 1)
