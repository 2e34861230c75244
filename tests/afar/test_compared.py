"""Five minutes after a write, what it must have left alone is compared: each fact, over HTTP.

The provider shows the damage late and at the version that our write returned, so it is ours.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from connectors.standins.faults import Altered, Exchange
from tests.afar import Afar, GoogleStage, OutlookStage
from tests.stage import FIRST, hours, week

SOON = hours(6 / 60)
TAKEN_BACK = "a write changed more of an event than it should, and was taken back"
Event = dict[str, Any]
AT_GOOGLE: Mapping[str, Callable[[Event], Event]] = {
    "attachments": lambda event: {"attachments": event["attachments"][1:]},
    "attendees": lambda event: {"attendees": event["attendees"][:1]},
    "join link": lambda _: {"hangoutLink": "https://meet.google.com/zzz-zzzz-zzz"},
    "visibility": lambda _: {"visibility": "public"},
}
AT_OUTLOOK: Mapping[str, Callable[[Event], Event]] = {
    "meeting block": lambda event: {
        "body": event["body"]
        | {"content": event["body"]["content"].replace("Meeting ID: ", "Meeting ID:")}
    },
    "attendees": lambda _: {"attendees": []},
    "join link": lambda _: {"onlineMeeting": {"joinUrl": "https://teams.example/other"}},
    "visibility": lambda _: {"sensitivity": "private"},
}


Harm = tuple[type[Afar], Callable[[Event], Event]]


HARMS = [
    *(pytest.param((GoogleStage, AT_GOOGLE[name]), id=f"google {name}") for name in AT_GOOGLE),
    *(pytest.param((OutlookStage, AT_OUTLOOK[n]), id=f"outlook {n}") for n in AT_OUTLOOK),
]


@pytest.fixture(params=HARMS)
def harm(request: pytest.FixtureRequest) -> Harm:
    """A fact that one of the providers keeps of an event, and how it goes wrong."""
    found: Harm = request.param
    return found


@pytest.fixture
def provider(harm: Harm) -> type[Afar]:
    """The provider of this fact."""
    return harm[0]


def damage(stage: Afar, harm: Harm, times: int = 1) -> None:
    """Let events be shown wrong the next time they are read by their ids."""

    def wrong(body: bytes) -> bytes:
        event = json.loads(body)
        return json.dumps(event | harm[1](event)).encode()

    stage.wire.fail(Altered(wrong), when=_of_one_event, times=times)


def _of_one_event(request: Exchange) -> bool:
    _, _, name = request.path.partition("/events/")
    return request.method == "GET" and bool(name) and "/" not in name


def told(stage: Afar) -> list[str]:
    return [one.text for one in stage.world.letters if "does not write to this event" in one.text]


def test_harm_that_a_link_did_is_taken_back_told_and_not_repeated(stage: Afar, harm: Harm) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    assert [times for _, times in stage.end(uid).links] == [1]
    damage(stage, harm)
    turn = stage.tick(FIRST - hours(24) + SOON)
    assert [str(failure.error) for failure in turn.failed] == [TAKEN_BACK]
    stage.tick(FIRST + hours(8))
    assert [times for _, times in stage.end(uid).links] == [0]
    assert len(told(stage)) == 1


# What moves an instance at Google cannot reach its attachments without a further parameter.
@pytest.mark.parametrize(
    "harm", [one for one in HARMS if one.id != "google attachments"], indirect=True
)
def test_harm_that_a_booking_did_is_taken_back_and_told(stage: Afar, harm: Harm) -> None:
    uid = stage.weekly()
    stage.tick(FIRST - hours(24))
    stage.tick(FIRST + hours(1))
    before = stage.end(uid).standing
    stage.decline(uid, week(1))
    now = week(1) - hours(26)
    stage.tick(now)
    (proposal,) = stage.dossier(now).proposals
    stage.accept(proposal.id, now)
    assert stage.end(uid).standing != before
    # Outlook finds an occurrence by way of its series, which is read before it.
    damage(stage, harm, times=2 if isinstance(stage, OutlookStage) else 1)
    turn = stage.tick(now + SOON)
    assert [str(failure.error) for failure in turn.failed] == [TAKEN_BACK]
