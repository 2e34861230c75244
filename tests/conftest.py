"""What every test stands on: no setting of the machine it runs on, and examples that repeat."""

import os
import webbrowser
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

from tests.databases import Cluster, cluster

# Contract classes live outside test files; their asserts should explain themselves too.
pytest.register_assert_rewrite("tests.contract")

SWEEP = os.environ.get("VISAVIS_SWEEP") == "all"

# CI draws the same examples each time, so a red run is a red change; the sweep looks for new ones.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("sweep", deadline=None, max_examples=500, print_blob=True)
settings.load_profile("sweep" if SWEEP else "ci")

# The owner's own settings, clock and tokens are no business of a test or the programs it starts.
for name in [name for name in os.environ if name.startswith("VISAVIS_")]:
    if name != "VISAVIS_SWEEP":
        del os.environ[name]


@pytest.fixture(autouse=True)
def _logs_as_they_come() -> Iterator[None]:
    """Let no command that a test ran decide what the next test may see of the logs."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def _browsers_found_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `webbrowser` read $BROWSER in each test; by itself it does so once a process."""
    monkeypatch.setattr(webbrowser, "_tryorder", None)
    monkeypatch.setattr(webbrowser, "_browsers", {})


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of the tests' own."""
    with cluster() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """A database that is new to the test, of each kind that a store may have."""
    if request.param == "sqlite":
        return "sqlite"
    running: Cluster = request.getfixturevalue("postgres")
    return running.database()
