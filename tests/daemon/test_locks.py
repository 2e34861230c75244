"""Two locks of the operating system, held by real processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from daemon.locks import Held, holder, lock

HOLD = """
import sys
from pathlib import Path
from daemon.locks import lock
with lock(Path(sys.argv[1]), "visavis run"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold the lock while the block runs, or until it is told to go."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_lock_is_held_by_one_process_and_names_it(tmp_path: Path) -> None:
    path = tmp_path / "act.lock"
    with another(path) as process:
        told = f"visavis run \\(process {process.pid}\\)"
        with pytest.raises(Held, match=told), lock(path, "tick"):
            pass
        assert holder(path) == f"visavis run (process {process.pid})"


def test_a_lock_ends_with_its_process_however_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "act.lock"
    with another(path) as process:
        process.kill()
        process.wait()
        with lock(path, "tick", patience=5.0):
            pass
    assert holder(path) is None


def test_who_is_patient_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    path = tmp_path / "act.lock"
    with another(path) as process:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        with lock(path, "tick", patience=10.0):
            assert path.read_text().startswith("tick (process")


def test_patience_ends(tmp_path: Path) -> None:
    path = tmp_path / "act.lock"
    with another(path), pytest.raises(Held), lock(path, "tick", patience=0.1):
        pass


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "act.lock"

    def stumble() -> None:
        with lock(path, "tick"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        stumble()
    assert holder(path) is None


def test_the_two_locks_do_not_touch(tmp_path: Path) -> None:
    with another(tmp_path / "run.lock"), lock(tmp_path / "act.lock", "tick"):
        assert holder(tmp_path / "run.lock") is not None
