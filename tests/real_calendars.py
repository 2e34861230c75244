"""Calendar files that other programs wrote, out of the source distributions of two libraries.

`make test` fetches them, at the versions and hashes of requirements-test.txt; nothing is committed.
"""

import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".cache" / "ics"
SOURCES = ("icalendar", "recurring-ical-events")


def real_calendars() -> list[Path]:
    """All of them, in a fixed order; an empty cache is an error, never an empty test."""
    files = sorted(CACHE.rglob("*.ics"))
    if not files:
        message = f"no calendar files in {CACHE}: `make test` fetches them"
        raise FileNotFoundError(message)
    return files


def fetch() -> None:
    """Fill the cache, unless it holds exactly the pinned versions already."""
    pins = "".join(map(_pin, SOURCES))
    stamp = CACHE / "pins.txt"
    if stamp.is_file() and stamp.read_text() == pins:
        return
    shutil.rmtree(CACHE, ignore_errors=True)
    with TemporaryDirectory() as folder:
        for archive in _download(pins, Path(folder)):
            _unpack(archive)
    # Last, so that a fetch cut short is begun again.
    stamp.write_text(pins)


def _pin(name: str) -> str:
    """Return the requirement of `name` with its hashes, as it stands in requirements-test.txt."""
    text = (ROOT / "requirements-test.txt").read_text()
    found = re.search(rf"^{name}==\S+(?: \\\n +--hash=\S+)+\n", text, re.MULTILINE)
    if found is None:
        sys.exit(f"requirements-test.txt does not pin {name}")
    return found[0]


def _download(pins: str, folder: Path) -> list[Path]:
    """Let pip fetch the archives, with whatever index, proxy and certificates it is set up for."""
    requirements = folder / "pins.txt"
    requirements.write_text(pins)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--no-build-isolation", "--no-binary", ",".join(SOURCES)]
    command += ["--require-hashes", "--requirement", str(requirements), "--dest", str(folder)]
    done = subprocess.run(command, check=False)
    archives = sorted(folder.glob("*.tar.gz"))
    if done.returncode or len(archives) != len(SOURCES):
        sys.exit(f"could not fetch the source distributions of {' and '.join(SOURCES)}")
    return archives


def _unpack(archive: Path) -> None:
    """Keep the calendar files alone, byte for byte: their line ends and encodings matter."""
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content and member.name.endswith(".ics"):
                target = CACHE / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())


if __name__ == "__main__":
    fetch()
