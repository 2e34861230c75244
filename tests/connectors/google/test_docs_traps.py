"""Traps in Google's documents that no other claim steps over (each named by its fact)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from connectors.errors import NotPermitted
from connectors.google import docs_reading
from connectors.google.docs import GoogleDocs
from connectors.model import Block, Item, Key, Link, Mark, Section, Url
from connectors.standins.faults import Answer
from tests.connectors.google.benches import BEN, Company

MARK = Mark("maya-ben-1")
SECTION = Section(
    "Tuesday, 3 March 2026",
    date(2026, 3, 3),
    (Block("Action items", items=(Item("call"),)), Block("Notes")),
)


@pytest.fixture
def docs(company: Company) -> GoogleDocs:
    return GoogleDocs(company.google())


@pytest.fixture
def made(docs: GoogleDocs) -> Link:
    return docs.create(Key("document:maya-ben"), "Maya and Ben")


def queries(company: Company, method: str, path: str) -> list[dict[str, str]]:
    log = company.wire.log
    return [dict(one.query) for one in log if one.method == method and path in one.path]


def test_positions_for_a_write_come_from_the_one_view_that_has_them(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.4: the default view depends on who asks; readers are refused this one."""
    docs.write_section(made, SECTION, MARK)
    asked = queries(company, "GET", "/v1/documents/")
    assert asked[0]["suggestionsViewMode"] == "SUGGESTIONS_INLINE"
    company.wire.clear()
    docs.sections(made)
    (reading,) = queries(company, "GET", "/v1/documents/")
    assert "suggestionsViewMode" not in reading


def test_a_revision_that_is_only_a_target_would_be_merged(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.13: positions counted before somebody's edit would fall into their text."""
    docs.write_section(made, SECTION, MARK)
    (body,) = (r.json for r in company.wire.log if r.path.endswith(":batchUpdate"))
    assert set(body["writeControl"]) == {"requiredRevisionId"}


def test_whoever_may_only_read_hears_whom_to_ask(company: Company, made: Link) -> None:
    """Facts 6.13: no revision is told to them, so there is nothing to guard a write with."""
    assert made.handle is not None
    reader = {"id": "ben", "type": "user", "role": "reader", "emailAddress": BEN.address}
    company.world.drive.files[made.handle].permissions["ben"] = reader
    his = GoogleDocs(company.google(company.ben))
    with pytest.raises(NotPermitted) as refused:
        his.write_section(made, SECTION, MARK)
    assert refused.value.remedy == "ask its owner to let you write"
    assert not any(each.writes for each in company.wire.log if each.path.endswith("batchUpdate"))


def test_boxes_of_a_document_too_large_to_export_are_open(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.8 and 6.15: ticks show in an export alone, which ends at 10 MB."""
    docs.write_section(made, SECTION, MARK)
    assert made.handle is not None
    people = company.maya.opens(made.handle)
    people.writes_below("Notes", "call the bank")
    people.makes_checklist("call the bank")
    people.ticks("call the bank")
    too_large = {"error": {"code": 403, "errors": [{"reason": "exportSizeLimitExceeded"}]}}
    company.wire.fail(
        Answer(403, json.dumps(too_large), {"content-type": "application/json"}), path="*/export"
    )
    items = [item for block in docs.sections(made)[0].blocks for item in block.items]
    assert [(one.text, one.done) for one in items] == [("call", False), ("call the bank", False)]


def test_a_deep_link_has_the_id_of_the_heading_as_it_is_told(docs: GoogleDocs, made: Link) -> None:
    """Facts 6.9: the value begins with `h.` already."""
    link = str(docs.write_section(made, SECTION, MARK).after["link"])
    assert link.partition("#heading=")[2].count("h.") == 1


def document(bullet: dict[str, Any], level: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """Return a document of one list item, as `documents.get` tells it."""
    element = {"textRun": {"content": "call Ben\n", "textStyle": {}}}
    paragraph = {"elements": [element], "bullet": {"listId": "l", **bullet}}
    lists = {"l": {"listProperties": {"nestingLevels": [level]}}}
    body = {"content": [{"startIndex": 1, "endIndex": 10, "paragraph": paragraph}]}
    return {"revisionId": "r", "body": body, "lists": lists, **more}


@pytest.mark.parametrize(
    ("level", "checklist"),
    [
        ({}, True),
        ({"glyphType": "GLYPH_TYPE_UNSPECIFIED"}, True),
        ({"glyphType": "DECIMAL", "glyphFormat": "%0."}, False),
        ({"glyphSymbol": "●"}, False),
        ({"glyphType": "GLYPH_TYPE_UNSPECIFIED", "glyphSymbol": "●"}, False),
    ],
)
def test_a_checklist_is_the_list_whose_glyph_has_no_name(
    level: dict[str, Any], *, checklist: bool
) -> None:
    """Facts 6.8: the words for a box do not occur in the API."""
    (paragraph,) = docs_reading.page(document({}, level)).paragraphs
    assert paragraph.checklist is checklist


def test_a_list_below_a_line_belongs_to_it() -> None:
    """Under a heading of action items each line is one, and not what is said of it."""
    for heading in (("Action items", None), ("Next steps:", 0)):
        said = [("Notes", None), heading, ("call the bank", 0), ("about the loan", 1), ("none", 0)]
        shown = docs_reading.page({"body": {"content": list(map(line, said, range(1, 120, 20)))}})
        read = docs_reading.sections(shown, Url("https://docs.example"))
        items = [item for section in read for block in section.blocks for item in block.items]
        assert items == [Item("call the bank")]


def line(said: tuple[str, int | None], start: int) -> dict[str, Any]:
    """Return a paragraph as `documents.get` tells it: a heading, or an item of a list."""
    text, level = said
    bullet = {"bullet": {"listId": "l", "nestingLevel": level}} if level is not None else {}
    style = {"namedStyleType": "NORMAL_TEXT" if bullet else "HEADING_2"}
    told = {"elements": [{"textRun": {"content": f"{text}\n"}}], "paragraphStyle": style, **bullet}
    return {"startIndex": start, "endIndex": start + 20, "paragraph": told}


def test_a_row_of_a_table_that_begins_with_a_box_is_an_item() -> None:
    """A table's cells come one by one; people mean the row."""
    rows = [("[ ]", "pay the rent", "Ben", "2026-03-12"), ("rent", "900 €", "", "")]
    table = {
        "tableRows": [
            {"startIndex": 2 + n, "tableCells": list(map(cell, row))} for n, row in enumerate(rows)
        ]
    }
    shown = docs_reading.page(
        {"body": {"content": [{"startIndex": 1, "endIndex": 9, "table": table}]}}
    )
    (section,) = docs_reading.sections(shown, Url("https://docs.example"))
    (block,) = section.blocks
    assert block.lines == ("rent", "900 €")
    assert block.items == (Item("pay the rent", owner="Ben", due=date(2026, 3, 12)),)


def cell(text: str) -> dict[str, Any]:
    run = {"textRun": {"content": f"{text}\n", "textStyle": {}}}
    return {"content": [{"startIndex": 3, "endIndex": 4, "paragraph": {"elements": [run]}}]}


def test_a_range_that_people_tore_apart_is_one_and_other_apps_have_theirs() -> None:
    """Facts 6.10: ranges are not private, and may split."""
    torn = [{"startIndex": 7, "endIndex": 9}, {"startIndex": 1, "endIndex": 4}]
    named = {
        "visavis:a": {"namedRanges": [{"namedRangeId": "1", "ranges": torn}]},
        "other.app": {"namedRanges": [{"namedRangeId": "2", "ranges": torn}]},
    }
    (found,) = docs_reading.page(document({}, {}, namedRanges=named)).ranges
    assert (found.name, found.start, found.end) == ("visavis:a", 1, 9)


def test_a_document_that_people_put_into_a_shared_drive_is_still_written(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 7.7: without `supportsAllDrives` it would be 404."""
    assert made.handle is not None
    company.world.drive.files[made.handle].in_shared_drive = True
    assert docs.open(Url(made.url)) is not None
    docs.share(made, [BEN])
    assert company.ben.email in people_of(company, made)
    docs.undo(docs.write_section(made, SECTION, MARK))


def people_of(company: Company, document: Link) -> set[str]:
    assert document.handle is not None
    shared = company.world.drive.files[document.handle].permissions.values()
    return {str(one["emailAddress"]) for one in shared}
