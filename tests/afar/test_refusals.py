"""What is missing once is not gone, and what is refused is told: over HTTP, with its remedy."""

from __future__ import annotations

import pytest

from connectors.standins.faults import Exchange
from daemon import queries, steering, views
from daemon.answering import Refused
from tests.afar import Afar
from tests.afar.conftest import Fresh
from tests.stage import FIRST, hours, kinds, week

BEFORE_THE_SECOND = week(1) - hours(23)
A_LOOK_LATER = BEFORE_THE_SECOND + hours(0.1)


@pytest.fixture
def prepared(stage: Afar) -> Afar:
    """The house after the first meeting and its agenda."""
    stage.uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.tick(FIRST + hours(1))
    return stage


def of_the_document(request: Exchange) -> bool:
    """Whether a request reads or writes a document, in whatever way."""
    return any(part in request.path for part in ("/drive", "/documents", "/content", "/items"))


def told(stage: Afar) -> list[str]:
    """Return the letters in which something is said to have been removed."""
    return [one.text for one in stage.world.letters if "was removed. visavis takes" in one.text]


@pytest.mark.parametrize("times", [1, 2])
def test_a_document_that_is_missing_for_a_moment_gets_its_section(
    prepared: Afar, times: int
) -> None:
    prepared.wire.fail(prepared.missing, when=of_the_document, times=times)
    turn = prepared.tick(BEFORE_THE_SECOND)
    assert (kinds(turn), turn.failed) == (["write_section"], ())
    prepared.every(A_LOOK_LATER, week(1) + hours(9))
    assert told(prepared) == []


def test_a_document_in_the_bin_is_left_alone_at_the_first_look(prepared: Afar) -> None:
    prepared.trash()
    turn = prepared.tick(BEFORE_THE_SECOND)
    assert (kinds(turn), turn.failed) == (["advise"], ())
    later = prepared.every(A_LOOK_LATER, week(3))
    assert not {"create_agenda", "write_section"} & {k for one in later for k in kinds(one)}
    assert len(told(prepared)) == 1


def test_a_document_that_was_deleted_for_good_is_left_alone_as_well(prepared: Afar) -> None:
    # Nothing but 404 from now on, for as long as anybody asks.
    prepared.wire.fail(prepared.missing, when=of_the_document, times=10_000)
    turn = prepared.tick(BEFORE_THE_SECOND)
    assert (kinds(turn), turn.failed) == (["advise"], ())
    prepared.restart()
    prepared.every(A_LOOK_LATER, week(3))
    assert len(told(prepared)) == 1


def test_a_write_that_finds_nothing_is_tried_again(afar: Fresh) -> None:
    with afar() as stage:
        stage.weekly()
        shares = "/permissions", "/invite"
        stage.wire.fail(
            stage.missing, when=lambda asked: asked.path.endswith(shares), method="POST"
        )
        assert len(stage.tick(FIRST - hours(24)).failed) == 1
        assert stage.tick(FIRST - hours(23.9)).failed == ()
        done = [e["kind"] for e in queries.entries(stage.house) if e["state"] == "done"]
        assert done == ["create_agenda", "share_agenda", "attach_agenda", "write_section"]


@pytest.mark.parametrize("write", [*range(4)], ids=["create", "share", "attach", "section"])
def test_what_is_refused_is_told_with_a_remedy_that_works(stage: Afar, write: int) -> None:
    stage.uid = stage.weekly()
    writes: list[int] = []

    def the_one(request: Exchange) -> bool:
        if request.writes and not request.path.endswith("/$batch"):
            writes.append(request.number)
            return len(writes) == write + 1
        return False

    stage.wire.fail(stage.refused, when=the_one)
    turn = stage.tick(FIRST - hours(24))
    (told,) = [views.failure(failure) for failure in turn.failed]
    pair = stage.dossier(stage.now).pair.id
    assert f"`visavis agenda {pair} --again`" in told["remedy"]
    assert stage.tick(FIRST - hours(23.9)).failed == ()
    steering.allow_again(stage.house, stage.dossier(stage.now))
    stage.tick(FIRST - hours(23.8))
    end = stage.end(stage.uid)
    assert (end.documents, len(end.marks), [times for _, times in end.links]) == (1, 1, [1])


def test_a_write_that_lacks_a_consent_waits_for_it(stage: Afar) -> None:
    uid = stage.weekly()
    stage.wire.fail(stage.withheld, when=of_the_document, times=10_000)
    for turn in range(3):
        (failure,) = stage.tick(FIRST - hours(24 - turn)).failed
        assert "--again" not in views.failure(failure)["remedy"]
    stage.wire.clear()
    assert stage.tick(FIRST - hours(20)).failed == ()
    assert (stage.end(uid).documents, len(stage.end(uid).marks)) == (1, 1)


def test_a_refused_booking_is_told_and_the_proposal_stays(prepared: Afar) -> None:
    prepared.cancel(prepared.uid, week(1))
    prepared.tick(BEFORE_THE_SECOND)
    (proposal,) = prepared.dossier(BEFORE_THE_SECOND).proposals
    prepared.wire.fail(
        prepared.refused, when=lambda request: request.writes, path="*/events*", times=1
    )
    with pytest.raises(Refused) as refused:
        prepared.accept(proposal.id, A_LOOK_LATER)
    assert refused.value.remedy
    (still,) = prepared.dossier(A_LOOK_LATER).proposals
    assert (still.state, still.options) == (proposal.state, proposal.options)
    prepared.accept(proposal.id, A_LOOK_LATER)
    (booked,) = prepared.dossier(A_LOOK_LATER).proposals
    assert booked.state == "booked"
