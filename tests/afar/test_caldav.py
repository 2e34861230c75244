"""A full turn of everything at real CalDAV servers, and a guest with a host in another zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from connectors.model import Handle, Span
from daemon import queries, steering
from tests.afar.at_caldav import CalDavStage, RadicaleStage, XandikosStage
from tests.afar.stage import Server
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, hours, kinds, week

NEW_YORK = ZoneInfo("America/New_York")
BEFORE_THE_SECOND = week(1) - hours(23)


@pytest.fixture(params=[RadicaleStage, XandikosStage], ids=["radicale", "xandikos"])
def stage(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Iterator[CalDavStage]:
    """Maya's house at each of the two servers."""
    stage: CalDavStage = request.param(tmp_path, server=server)
    yield stage
    stage.close()


def test_an_agenda_a_proposal_a_booking_its_undoing_and_an_alert(stage: CalDavStage) -> None:
    uid = stage.weekly()
    prepared = stage.tick(FIRST - hours(24))
    assert kinds(prepared) == ["create_agenda", "share_agenda", "attach_agenda", "write_section"]
    assert stage.end(uid).links[0][1] == 1
    stage.tick(FIRST + hours(1))
    stage.cancel(uid, week(1))
    assert "propose" in kinds(stage.tick(BEFORE_THE_SECOND))
    (proposal,) = stage.dossier(BEFORE_THE_SECOND).proposals
    before = stage.end(uid).standing
    stage.accept(proposal.id, BEFORE_THE_SECOND + hours(0.1))
    assert stage.end(uid).standing != before
    (booked,) = (one for one in queries.entries(stage.house) if one["kind"] == "book")
    _undone(stage, booked["id"], BEFORE_THE_SECOND + hours(0.2))
    assert len(stage.end(uid).standing) == len(before)
    stage.cancel(uid, week(2))
    stage.cancel(uid, week(3))
    told = [kind for turn in stage.every(week(2), week(3) + hours(6)) for kind in kinds(turn)]
    assert told.count("alert") == 2  # the note at two, the alert at three
    assert stage.failed == []


def test_a_turn_without_news_is_one_request_whatever_is_open(stage: CalDavStage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.tick(FIRST + hours(1))
    stage.cancel(uid, week(1))
    for turn in range(3):
        stage.tick(BEFORE_THE_SECOND + hours(turn))
    asked = len(stage.wire.log)
    assert stage.tick(BEFORE_THE_SECOND + hours(3)).done == ()
    assert [one.method for one in stage.requests(asked)] == ["PROPFIND"]


def test_a_link_that_was_taken_back_is_gone_and_stays_so(stage: CalDavStage) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    (attached,) = (one for one in queries.entries(stage.house) if one["kind"] == "attach_agenda")
    _undone(stage, attached["id"], FIRST - hours(23))
    assert stage.end(uid).links[0][1] == 0
    assert "attach_agenda" not in [k for t in stage.every(FIRST, week(2)) for k in kinds(t)]
    assert "Agenda:" not in stage.hands.text(Handle(uid))


def test_a_guest_far_away_meets_by_the_clock_of_the_host_and_books_anew(
    stage: CalDavStage,
) -> None:
    first = datetime(2026, 3, 3, 9, tzinfo=NEW_YORK)
    event = stage.hands.meet(Span(first, first + HALF_AN_HOUR), "FREQ=WEEKLY", invited=True)
    zone = {"Europe/Berlin": "America/New_York"}
    stage.hands.edit(event, lambda text: text.replace(*next(iter(zone.items()))))
    stage.tick(first - hours(20))
    dossier = stage.dossier(first - hours(20))
    starts = [meeting.span.start.astimezone(NEW_YORK) for meeting in dossier.meetings]
    # New York changes its clocks three weeks before Berlin.
    assert {(start.hour, start.minute) for start in starts} == {(9, 0)}
    assert len({start.astimezone(FIRST.tzinfo).hour for start in starts}) == 2
    second = first + timedelta(weeks=1)
    stage.hands.cancel(event, second)
    stage.tick(second - hours(20))
    (proposal,) = stage.dossier(second - hours(20)).proposals
    stage.accept(proposal.id, second - hours(19.9))
    (account,) = stage.house.accounts
    assert account.calendar
    booked = account.calendar.baseline(Span(first, second + timedelta(weeks=1))).series
    (own,) = (one for one in booked if one.organizer == MAYA)
    assert own.rule is None
    assert BEN in {guest.address for guest in own.attendees or ()}


def _undone(stage: CalDavStage, entry: str, now: datetime) -> None:
    intents, _ = steering.find(stage.house, [entry])
    assert steering.undo(stage.house, intents, now).refused == ()
