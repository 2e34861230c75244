"""Something goes wrong at every request: refused, answered into the void, or a person was faster.

The end is that of the story told undisturbed, and what people wrote is still there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from connectors.memory import LostAnswer, Meanwhile, Refusal
from connectors.memory.wire import Fault
from tests.crash.conftest import Fresh, Undisturbed
from tests.crash.story import Power, same_but_for_unsure_letters, tell, unfinished, unsure
from tests.stage import Stage

NOTE = "\nBen wrote this himself.\n"
PLACE = "Room with a view"


@pytest.mark.parametrize("fault", [Refusal(), LostAnswer()], ids=["refused", "lost"])
def test_a_broken_request_changes_nothing_in_the_end(
    fault: Fault, whole: Undisturbed, steps: Callable[[int], range], stages: Fresh
) -> None:
    for step in steps(whole.requests):
        with stages() as stage:
            stage.world.wire.fail(fault, at=step + 1)
            told = tell(stage, Power())
            assert unfinished(stage) == []
            same_but_for_unsure_letters(told, whole.end, unsure(stage))


def test_a_person_who_edits_the_document_in_between_loses_nothing(
    whole: Undisturbed, steps: Callable[[int], range], stages: Fresh
) -> None:
    for step in steps(whole.requests):
        with stages() as stage:
            wrote: list[str] = []
            stage.world.wire.fail(Meanwhile(partial(_write, stage, wrote)), at=step + 1)
            told = tell(stage, Power())
            same_but_for_unsure_letters(told, whole.end, unsure(stage))
            assert not wrote or NOTE.strip() in stage.document


def test_a_person_who_edits_the_event_in_between_loses_nothing(
    whole: Undisturbed, steps: Callable[[int], range], stages: Fresh
) -> None:
    for step in steps(whole.requests):
        with stages() as stage:
            stage.world.wire.fail(Meanwhile(partial(_rename, stage)), at=step + 1)
            told = tell(stage, Power())
            same_but_for_unsure_letters(told, whole.end, unsure(stage))
            assert stage.world.event("event-1").title == PLACE


def _write(stage: Stage, wrote: list[str]) -> None:
    """Let Ben write into the document, once there is one."""
    for url in stage.world.documents:
        stage.world.edit(url, lambda text: text + NOTE)
        wrote.append(url)


def _rename(stage: Stage) -> None:
    stage.world.alter("event-1", lambda event: replace(event, title=PLACE))
