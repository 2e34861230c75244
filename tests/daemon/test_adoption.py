"""The document the two already have: taken over, not doubled, and only marked sections are ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors.memory.world import Document
from connectors.model import Key, Link, Span, Url
from daemon.desk import last_known
from daemon.house import About
from daemon.queries import agenda
from tests.stage import BEN, FIRST, MAYA, Stage, hours

URL = Url("https://documents.example/our-own.md")
OWN = """\
# Maya <> Ben

Ideas for the offsite: a lake, a fire

## 23 February 2026

- Ben likes the new floor
- [ ] Ben to draw the seating plan
- [x] Maya to order chairs
"""
NOW = FIRST - hours(20)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """Return a pair with a document of their own, which visavis does not know of yet."""
    stage = Stage(tmp_path)
    stage.weekly()
    stage.world.keep(Document(URL, Key("by hand"), "Maya <> Ben", frozenset({MAYA, BEN}), OWN))
    return stage


def named(stage: Stage, url: Url = URL) -> None:
    """Let the settings name a document."""
    stage.about = {BEN: About(document=url)}
    stage.house = stage.wired()


def test_only_a_marked_section_is_added(stage: Stage) -> None:
    named(stage)
    stage.tick(NOW)
    title, _, rest = OWN.partition("\n\n")
    assert stage.document.startswith(f"{title}\n\n## Monday, 2 March 2026 <!-- visavis:")
    assert stage.document.endswith(rest)
    stage.tick(NOW + hours(1))
    assert stage.document.count("visavis:") == 1


def test_what_people_had_open_is_carried_over(stage: Stage) -> None:
    named(stage)
    stage.tick(NOW)
    section = stage.document.partition("## 23 February 2026")[0]
    assert "- [ ] Ben to draw the seating plan" in section
    assert "order chairs" in section
    assert "- [ ] Maya to order chairs" not in section


@pytest.mark.parametrize("named_first", [True, False])
def test_a_document_that_cannot_be_opened_is_linked_and_the_note_still_comes(
    stage: Stage, *, named_first: bool
) -> None:
    document = stage.world.document(URL)
    stage.world.keep(replace(document, writers=frozenset({BEN})))
    if named_first:
        named(stage)
    else:
        stage.world.link("event-1", Link(URL, "our notes"))
    stage.tick(NOW)
    assert stage.world.document(URL).text == OWN
    assert list(stage.world.documents) == [URL]
    assert [link.url for link in stage.world.event("event-1").links] == [URL]
    shown = agenda(stage.house, stage.dossier(NOW), NOW)
    assert shown["url"] == URL
    assert "For you alone" in shown["prep"]


def test_what_the_owner_has_with_somebody_else_stays_between_those_two(stage: Stage) -> None:
    named(stage)
    stage.tick(NOW)
    uid = stage.world.meet("eve@evil.example", MAYA, Span(FIRST, FIRST + hours(1)), "FREQ=WEEKLY")
    stage.world.link(uid, Link(URL, "our notes"))
    stage.tick(NOW + hours(1))
    assert stage.world.document(URL).text.count("visavis:") == 1
    shown = {d.pair.partner.address: d.shelf.document for d in last_known(stage.house, NOW)[1]}
    assert shown[BEN] is not None
    assert shown["eve@evil.example"] is None


def test_one_document_for_two_people_is_the_owners_to_decide(stage: Stage) -> None:
    stage.weekly("eve@acme.example", start=FIRST + hours(2))
    stage.about = {who: About(document=URL) for who in (BEN, "eve@acme.example")}
    stage.house = stage.wired()
    stage.tick(NOW)
    stage.tick(NOW + hours(3))
    assert stage.document.count("visavis:") == 2
