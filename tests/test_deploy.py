"""What `deploy` promises of the container, read from the files that make it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from googleapiclient import discovery_cache

from connectors.google import service

pytestmark = pytest.mark.source

DEPLOY = Path(__file__).parents[1] / "deploy"
DESCRIPTIONS = Path(discovery_cache.__file__).parent / "documents"


@pytest.fixture
def stages() -> list[list[str]]:
    """The instructions of each stage, a line each."""
    text = (DEPLOY / "Containerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if line.startswith("FROM ")]
    return [lines[a:b] for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)]


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


def test_the_linter_has_nothing_to_say() -> None:
    judged = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), "--no-color", DEPLOY / "Containerfile"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (judged.returncode, judged.stdout) == (0, "")


def test_every_package_is_installed_by_its_hash(stages: list[list[str]]) -> None:
    build, _ = stages
    installs = [line for line in build if "pip install" in line]
    assert all("--no-deps" in line for line in installs)
    assert "--require-hashes" in installs[0]


def test_it_is_nobody_who_runs_and_somebody_asks_whether_it_lives(stages: list[list[str]]) -> None:
    _, image = stages
    (user,) = (line for line in image if line.startswith("USER "))
    assert int(user.removeprefix("USER ")) > 0
    (asks,) = (line for line in image if line.startswith("HEALTHCHECK "))
    assert "/healthz" in asks
    assert image[-1] == 'CMD ["run"]'


def test_exactly_the_descriptions_that_are_asked_for_are_kept(tmp_path: Path) -> None:
    asked = {f"{api}.{version}.json" for api, (version, _) in service._ROOTS.items()}
    assert asked <= {file.name for file in DESCRIPTIONS.iterdir()}
    copied = tmp_path / "lib/python3/site-packages/googleapiclient/discovery_cache/documents"
    copied.mkdir(parents=True)
    for name in (*asked, "youtube.v3.json", "calendar.v2.json"):
        (copied / name).touch()
    subprocess.run([DEPLOY / "prune", tmp_path], check=True)
    assert {file.name for file in copied.iterdir()} == asked


def test_what_the_image_copies_is_not_left_out(stages: list[list[str]]) -> None:
    said = (DEPLOY / "Containerfile.dockerignore").read_text("utf-8")
    kept = set(re.findall(r"^!(.+)$", said, re.MULTILINE))
    copied = {word for line in stages[0] if line.startswith("COPY ") for word in line.split()[1:-1]}
    assert copied == kept
    assert all((DEPLOY.parent / name).exists() for name in kept)


def test_no_service_may_more_than_it_needs(compose: dict[str, Any]) -> None:
    for service_ in compose["services"].values():
        assert service_["read_only"] is True
        assert service_["cap_drop"] == ["ALL"]
        assert service_["security_opt"] == ["no-new-privileges:true"]
        assert all(port.startswith("127.0.0.1:") for port in service_.get("ports", ()))
        told = service_.get("environment", ())
        assert all(name.endswith("_FILE") for name in told if "PASSWORD" in name)


def test_the_database_is_reached_from_inside_alone(compose: dict[str, Any]) -> None:
    assert compose["services"]["database"]["networks"] == ["inside"]
    assert compose["networks"]["inside"]["internal"] is True
    assert "ports" not in compose["services"]["database"]


def test_everything_named_is_there(compose: dict[str, Any]) -> None:
    for service_ in compose["services"].values():
        assert set(service_["secrets"]) <= compose["secrets"].keys()
        assert {volume.partition(":")[0] for volume in service_["volumes"]} <= compose[
            "volumes"
        ].keys()
        assert set(service_["networks"]) <= compose["networks"].keys()
