"""One server of each kind a worker; every test is somebody new on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.caldav.bench import CalDavBench
from tests.connectors.caldav.servers import Server, running


@pytest.fixture(scope="session")
def radicale(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running("radicale", tmp_path_factory.mktemp("radicale")) as server:
        yield server


@pytest.fixture(scope="session")
def xandikos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running("xandikos", tmp_path_factory.mktemp("xandikos")) as server:
        yield server


@pytest.fixture(params=["radicale", "xandikos"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Each of the two servers."""
    server: Server = request.getfixturevalue(request.param)
    yield server
    server.wire.clear()


@pytest.fixture
def bench(server: Server) -> Iterator[CalDavBench]:
    bench = CalDavBench(server)
    with bench.open:
        yield bench
