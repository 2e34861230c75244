"""A provider of each kind, and its story told undisturbed, once a worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import stamina

from tests.afar import Afar, GoogleStage, OutlookStage, Server
from tests.afar.at_caldav import RUNNING
from tests.crash.story import End, Power, told_over

Fresh = Callable[..., AbstractContextManager[Afar]]


@dataclass(frozen=True)
class Undisturbed:
    """The end of the story when nothing goes wrong, and how many steps it had."""

    end: End
    commits: int
    writes: int
    requests: int


@pytest.fixture(autouse=True, scope="module")
def impatient() -> Iterator[None]:
    """Try nothing twice inside a client, so that each fault reaches the daemon."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One address for all worlds."""
    with Server.running() as running:
        yield running
    RUNNING.close()


@pytest.fixture(params=[GoogleStage, OutlookStage], ids=["google", "outlook"], scope="session")
def provider(request: pytest.FixtureRequest) -> type[Afar]:
    """Each provider in turn."""
    found: type[Afar] = request.param
    return found


@pytest.fixture
def afar(provider: type[Afar], server: Server, tmp_path: Path) -> Fresh:
    """Give every telling a world and a house of its own."""
    numbers = count()

    @contextmanager
    def fresh(**options: Any) -> Iterator[Afar]:  # noqa: ANN401 - the fields of a stage
        stage = provider(tmp_path / str(next(numbers)), server=server, **options)
        try:
            yield stage
        finally:
            stage.close()

    return fresh


@pytest.fixture
def stage(afar: Fresh) -> Iterator[Afar]:
    """The house before its first look."""
    with afar() as stage:
        yield stage


@pytest.fixture(scope="session")
def tellings() -> dict[type[Afar], Undisturbed]:
    """What was told undisturbed so far."""
    return {}


@pytest.fixture
def undisturbed(
    provider: type[Afar],
    server: Server,
    tmp_path_factory: pytest.TempPathFactory,
    tellings: dict[type[Afar], Undisturbed],
) -> Undisturbed:
    """Tell the story once; by provider, as each module may have providers of its own."""
    if provider not in tellings:
        tellings[provider] = _told(provider(tmp_path_factory.mktemp("whole"), server=server))
    return tellings[provider]


def _told(stage: Afar) -> Undisturbed:
    power = Power()
    try:
        end = told_over(stage, power, type(stage).end)
        assert stage.failed == []
        return Undisturbed(end, power.commits, stage.world.wire.count, len(stage.wire.log))
    finally:
        stage.close()
