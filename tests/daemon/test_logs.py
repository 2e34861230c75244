"""Logs are events with fields: nothing that people wrote, and no address, is ever in them."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from dataclasses import replace
from typing import Any

from structlog.testing import capture_logs

from connectors.memory import Refusal
from connectors.model import Attendee, Response
from daemon import answering, logs
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

CANARIES = ("Canary title", "Canary comment", "Canary words", MAYA, BEN, "documents.example")


def test_nothing_personal_is_logged_over_a_full_cycle(stage: Stage) -> None:
    with capture_logs() as told:
        _live(stage)
    assert {log["event"] for log in told} >= {"write.done", "write.failed", "letter.sent"}
    text = "\n".join(f"{key}={value}" for log in told for key, value in _fields(log))
    for canary in CANARIES:
        assert canary not in text


def _live(stage: Stage) -> None:
    uid = stage.weekly()
    stage.world.alter(uid, lambda event: replace(event, title="Canary title"))
    stage.world.wire.fail(Refusal(), at=5)
    stage.tick(FIRST - hours(24))
    stage.tick(FIRST - hours(23))
    stage.world.edit(stage.url, lambda text: f"{text}\n- [ ] Canary words\n")
    declined = Attendee(BEN, response=Response.DECLINED, comment="Canary comment")
    stage.world.answer(uid, declined, week(1))
    stage.tick(week(1) - hours(24))
    (proposal,) = stage.dossier(week(1) - hours(24)).proposals
    answering.accept(stage.house, proposal.id, week(1) - hours(24))
    for number in (2, 3, 4):
        stage.world.cancel(uid, week(number))
    stage.every(week(2) - hours(24), week(4) + hours(9), hours(24))
    stage.world.trash(stage.url)
    stage.every(week(5) - hours(24), week(5) + hours(9), hours(12))


def _fields(log: MutableMapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(log.items())


def test_what_libraries_log_joins_ours_without_their_values() -> None:
    logs.events()
    library = logging.getLogger("some.library")
    with capture_logs() as told:
        library.warning("Encountered %s for %s", 403, MAYA)
        library.error("GET https://calendar.example/maya failed")
        library.info("every request")
    assert [(log["logger"], log["template"], log["log_level"]) for log in told] == [
        ("some.library", "Encountered %s for %s", "warning"),
        ("some.library", "", "error"),
    ]
