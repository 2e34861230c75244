"""The house itself: names, requirement files, and words that have no place in it."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import metadata, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PACKAGES = ("daemon", "connectors", "config")
HASHED = ("requirements.txt", "requirements-test.txt")
WRITTEN = {"", ".py", ".md", ".toml", ".j2", ".html", ".css", ".yaml", ".yml", ".service", ".plist"}

MACHINE = re.compile(r"(?:^|[^A-Za-z])/(?:work|root|farm)/")
REGISTRY = re.compile(r"files\.pythonhosted|registry\.npmjs|pypi\.org/simple")
LEFTOVER = re.compile(r"#.*\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|raise NotImplemente[d]")
PRETENCE = re.compile(
    r"\w*Moc[k]\b|(?<![.\w])patch\(|\bmock[e]r\b|\bmoc[k]\.|pytest\.(?:mark\.)?(?:skip|xfail)|time\.sleep\("
)


def test_nobody_else_owns_the_names_of_our_packages() -> None:
    owners = packages_distributions()

    assert {owner for name in PACKAGES for owner in owners.get(name, ())} <= {"visavis"}


def test_an_index_would_refuse_the_distribution() -> None:
    assert "Private :: Do Not Upload" in metadata("visavis").get_all("Classifier", [])


@pytest.mark.source
@pytest.mark.parametrize("name", HASHED)
def test_requirement_files_hold_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^\S+==.*(?:\n    --hash=sha256:.*)*", text, re.MULTILINE)

    assert not re.search(r"://|^--|^-e|@ file", text, re.MULTILINE)
    assert all("--hash=sha256:" in pin for pin in pins)


@pytest.mark.source
def test_lock_files_that_name_hosts_stay_out() -> None:
    assert {"uv.lock", "pylock.toml"} <= set((ROOT / ".gitignore").read_text().splitlines())


@pytest.mark.source
def test_requirement_files_satisfy_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"]
    run = _pins("requirements.txt")
    everything = _pins("requirements-test.txt")

    assert _unmet(project["project"]["dependencies"], run) == []
    assert [need for extra in extras for need in _unmet(extra, run)] == []
    assert _unmet(groups["build"], run) == []
    assert _unmet(groups["test"], everything) == []
    # The environment of the tests is the environment of the program, and more.
    assert run.items() <= everything.items()


@pytest.mark.source
@pytest.mark.parametrize("pattern", [MACHINE, REGISTRY], ids=["machine", "registry"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    assert _found(pattern, _texts()) == []


@pytest.mark.source
def test_nothing_is_left_for_later() -> None:
    assert _found(LEFTOVER, (path for path in _texts() if path.suffix == ".py")) == []


@pytest.mark.source
def test_no_test_pretends_sleeps_or_is_skipped() -> None:
    assert _found(PRETENCE, (ROOT / "tests").rglob("*.py")) == []


def _pins(name: str) -> dict[str, str]:
    pins = re.findall(
        r"^([\w.-]+)(?:\[[^]]*\])?==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE
    )
    return {canonicalize_name(project): version for project, version in pins}


def _unmet(needs: Iterable[str], pins: Mapping[str, str]) -> list[str]:
    return [str(need) for need in map(Requirement, needs) if not _met(need, pins)]


def _met(need: Requirement, pins: Mapping[str, str]) -> bool:
    version = pins.get(canonicalize_name(need.name))
    return version is not None and need.specifier.contains(version)


def _found(pattern: re.Pattern[str], paths: Iterable[Path]) -> list[str]:
    """List `file:line` of every place where the pattern stands."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


def _texts() -> Iterator[Path]:
    """Yield what people wrote here: recorded JSON comes from others, the rest from machines."""
    for folder in (*PACKAGES, "tests", "deploy", ".ci"):
        yield from _written((ROOT / folder).rglob("*"))
    yield from _written(path for path in ROOT.iterdir() if path.name != ".git")


def _written(paths: Iterable[Path]) -> Iterator[Path]:
    return (path for path in paths if path.is_file() and path.suffix in WRITTEN)
