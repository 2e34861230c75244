"""Docs: indices, batches, styles that spread, what the API cannot see (facts 6 and 13.7)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from connectors.standins.google import Person
from tests.connectors.standins.google.company import Google

DOCUMENT = "application/vnd.google-apps.document"


class Doc:
    """One document through Maya's client."""

    def __init__(self, google: Google, who: Person) -> None:
        self.documents = google.service("docs", who).documents()
        self.files = google.service("drive", who).files()
        self.id = self.files.create(body={"name": "Notes", "mimeType": DOCUMENT}).execute()["id"]

    def read(self, **parameters: object) -> dict[str, Any]:
        return dict(self.documents.get(documentId=self.id, **parameters).execute())

    def change(self, *requests: dict[str, Any], **more: object) -> list[dict[str, Any]]:
        body = {"requests": list(requests)} | more
        answer = self.documents.batchUpdate(documentId=self.id, body=body).execute()
        return list(answer["replies"])

    def paragraphs(self) -> list[dict[str, Any]]:
        return [each["paragraph"] for each in self.read()["body"]["content"][1:]]

    def lines(self) -> list[str]:
        return [
            "".join(e.get("textRun", {}).get("content", "*") for e in each["elements"])
            for each in self.paragraphs()
        ]

    def markdown(self) -> str:
        return str(self.files.export(fileId=self.id, mimeType="text/markdown").execute().decode())


@pytest.fixture
def doc(google: Google, maya: Person) -> Doc:
    return Doc(google, maya)


def insert(text: str, index: int = 1) -> dict[str, Any]:
    return {"insertText": {"location": {"index": index}, "text": text}}


def style(start: int, end: int, name: str) -> dict[str, Any]:
    return {
        "updateParagraphStyle": {
            "range": {"startIndex": start, "endIndex": end},
            "paragraphStyle": {"namedStyleType": name},
            "fields": "namedStyleType",
        }
    }


def text_style(start: int, end: int, fields: str, **given: object) -> dict[str, Any]:
    span = {"startIndex": start, "endIndex": end}
    return {"updateTextStyle": {"range": span, "textStyle": given, "fields": fields}}


def erase(start: int, end: int) -> dict[str, Any]:
    return {"deleteContentRange": {"range": {"startIndex": start, "endIndex": end}}}


def named(name: str, start: int, end: int) -> dict[str, Any]:
    return {"createNamedRange": {"name": name, "range": {"startIndex": start, "endIndex": end}}}


def bullets(start: int, end: int, preset: str = "BULLET_CHECKBOX") -> dict[str, Any]:
    span = {"startIndex": start, "endIndex": end}
    return {"createParagraphBullets": {"range": span, "bulletPreset": preset}}


def refused(doc: Doc, *requests: dict[str, Any], **more: object) -> None:
    before = doc.read()["body"]
    with pytest.raises(HttpError) as error:
        doc.change(*requests, **more)
    assert error.value.status_code == 400
    assert doc.read()["body"] == before


def test_a_new_document_is_one_empty_paragraph(doc: Doc) -> None:
    """Facts 6.3: index 0 is the section break, 1 the first place for text."""
    section, paragraph = doc.read()["body"]["content"]
    assert "sectionBreak" in section
    assert (paragraph["startIndex"], paragraph["endIndex"]) == (1, 2)


def test_an_emoji_counts_two(doc: Doc) -> None:
    """Facts 6.3: UTF-16 code units."""
    doc.change(insert("😀 Ü\n"))
    first, second = doc.read()["body"]["content"][1:]
    assert (first["startIndex"], first["endIndex"], second["startIndex"]) == (1, 6, 6)
    refused(doc, insert("x", 2))
    refused(doc, erase(1, 2))


@pytest.mark.parametrize(
    "request_",
    [insert("x", 0), insert("x", 9), erase(1, 7), erase(3, 3), style(90, 99, "TITLE"), {}],
)
def test_requests_outside_the_text_are_refused(doc: Doc, request_: dict[str, Any]) -> None:
    """Facts 6.3: the last newline stays."""
    doc.change(insert("hello"))
    refused(doc, request_)


def test_a_batch_is_done_whole_or_not_at_all(doc: Doc) -> None:
    """Facts 6.5."""
    refused(doc, insert("good\n"), insert("bad", 900))
    assert doc.lines() == ["\n"]


def test_later_requests_see_the_indices_of_earlier_ones(doc: Doc) -> None:
    """Facts 6.5, and one reply for each request."""
    replies = doc.change(insert("b\n"), insert("a\n"), named("n", 1, 3))
    assert doc.lines() == ["a\n", "b\n", "\n"]
    assert replies[:2] == [{}, {}]
    assert "namedRangeId" in replies[2]["createNamedRange"]


def test_a_stale_revision_is_refused_with_400(maya: Person, doc: Doc) -> None:
    """Facts 6.13."""
    seen = doc.read()["revisionId"]
    maya.opens(doc.id).writes_on_top("Meanwhile")
    refused(doc, insert("x"), writeControl={"requiredRevisionId": seen})
    doc.change(insert("x"), writeControl={"requiredRevisionId": doc.read()["revisionId"]})
    assert doc.lines()[0] == "xMeanwhile\n"


def test_revisions_differ_between_people_and_are_for_editors(
    google: Google, maya: Person, ben: Person, doc: Doc
) -> None:
    """Facts 6.13."""
    permissions = google.service("drive", maya).permissions()
    seen = []
    for role in ("reader", "writer"):
        body = {"type": "user", "role": role, "emailAddress": ben.email}
        permissions.create(fileId=doc.id, body=body).execute()
        his = google.service("docs", ben).documents().get(documentId=doc.id).execute()
        seen.append(his.get("revisionId"))
    assert seen[0] is None
    assert seen[1] != doc.read()["revisionId"]


def test_new_paragraphs_take_the_style_at_the_top(doc: Doc) -> None:
    """Facts 6.6: heading, bullet and bold spread to what is inserted before them."""
    doc.change(insert("Old\n"), style(1, 4, "HEADING_2"), text_style(1, 4, "bold", bold=True))
    doc.change(bullets(1, 4))
    doc.change(insert("New\n"))
    new, old = doc.paragraphs()[:2]
    assert new["paragraphStyle"]["namedStyleType"] == "HEADING_2"
    assert new["bullet"] == old["bullet"]
    assert new["elements"][0]["textRun"]["textStyle"] == {"bold": True}
    doc.change(
        style(1, 4, "NORMAL_TEXT"),
        {"deleteParagraphBullets": {"range": {"startIndex": 1, "endIndex": 4}}},
        text_style(1, 4, "*"),
    )
    new, old = doc.paragraphs()[:2]
    assert "bullet" not in new
    assert new["elements"][0]["textRun"]["textStyle"] == {}
    assert (new["paragraphStyle"]["namedStyleType"], "bullet" in old) == ("NORMAL_TEXT", True)


def test_a_heading_id_appears_after_the_write_and_stays(doc: Doc) -> None:
    """Facts 6.9."""
    doc.change(insert("One\n"))
    assert "headingId" not in doc.paragraphs()[0]["paragraphStyle"]
    doc.change(style(1, 4, "HEADING_1"))
    heading = doc.paragraphs()[0]["paragraphStyle"]["headingId"]
    assert heading.startswith("h.")
    doc.change(insert("Two\n"))
    ids = [paragraph["paragraphStyle"].get("headingId") for paragraph in doc.paragraphs()]
    assert ids[1] == heading
    assert ids[0] not in {None, heading}


def test_a_heading_id_cannot_be_chosen(doc: Doc) -> None:
    """Facts 6.9: read-only."""
    request = style(1, 2, "HEADING_1")
    request["updateParagraphStyle"]["paragraphStyle"]["headingId"] = "h.mine"
    request["updateParagraphStyle"]["fields"] = "*"
    doc.change(request)
    assert doc.paragraphs()[0]["paragraphStyle"]["headingId"] != "h.mine"


def test_a_style_needs_its_fields(doc: Doc) -> None:
    """Facts 6.6: the mask is mandatory."""
    request = style(1, 2, "TITLE")
    request["updateParagraphStyle"]["fields"] = ""
    refused(doc, request)


def test_leading_tabs_become_levels_and_vanish(doc: Doc) -> None:
    """Facts 6.7: indices shift."""
    doc.change(insert("a\n\tb\n"))
    doc.change(bullets(1, 5))
    assert doc.lines() == ["a\n", "b\n", "\n"]
    first, second = doc.paragraphs()[:2]
    assert first["bullet"]["listId"] == second["bullet"]["listId"]
    assert second["bullet"]["nestingLevel"] == 1


def test_a_list_is_continued_by_the_same_preset_only(doc: Doc) -> None:
    """Facts 6.7."""
    doc.change(insert("a\nb\nc\n"), bullets(1, 2), bullets(3, 4))
    doc.change(bullets(5, 6, "NUMBERED_DECIMAL_ALPHA_ROMAN"))
    ids = [paragraph["bullet"]["listId"] for paragraph in doc.paragraphs()[:3]]
    assert ids[0] == ids[1] != ids[2]


def test_a_tick_shows_in_the_markdown_export_alone(maya: Person, doc: Doc) -> None:
    """Facts 6.8: a checklist is known by the glyph it lacks, its state by nothing."""
    doc.change(insert("send draft\nbook room\n"), bullets(1, 15))
    before = doc.read()["body"]
    (levels,) = doc.read()["lists"].values()
    assert "glyphSymbol" not in levels["listProperties"]["nestingLevels"][0]
    maya.opens(doc.id).ticks("send draft")
    assert doc.read()["body"] == before
    assert doc.markdown().startswith("- [x] send draft\n- [ ] book room\n")


def test_typed_boxes_and_strikes_are_plain_text(maya: Person, doc: Doc) -> None:
    """Facts 6.8: what a program can offer instead."""
    doc.change(insert("[ ] call\n[ ] write\n"))
    page = maya.opens(doc.id)
    page.ticks("call")
    page.strikes("[ ] write")
    assert doc.lines()[:2] == ["[x] call\n", "[ ] write\n"]
    struck = doc.paragraphs()[1]["elements"][0]["textRun"]["textStyle"]
    assert struck == {"strikethrough": True}
    assert doc.markdown().startswith("[x] call\n~~[ ] write~~\n")


def test_a_link_is_blue_underlined_and_never_on_a_newline(doc: Doc) -> None:
    """Docs' own description of TextStyle.link; facts 6.9 for headings."""
    doc.change(insert("go\n"))
    doc.change(text_style(1, 4, "link", link={"url": "https://a.example/"}))
    linked, newline = doc.paragraphs()[0]["elements"]
    assert linked["textRun"]["textStyle"]["link"] == {"url": "https://a.example/"}
    assert linked["textRun"]["textStyle"]["underline"] is True
    assert newline["textRun"] == {"content": "\n", "textStyle": {}}


def spans(doc: Doc, name: str) -> list[list[tuple[int, int]]]:
    shelf = doc.read().get("namedRanges", {}).get(name, {"namedRanges": []})
    return [
        [(part["startIndex"], part["endIndex"]) for part in each["ranges"]]
        for each in shelf["namedRanges"]
    ]


def test_a_named_range_follows_its_text(doc: Doc) -> None:
    """Facts 6.10: pushed by text before, widened by text inside, not by text behind."""
    doc.change(insert("0123456789"), named("mark", 3, 6))
    doc.change(insert("ab"))
    assert spans(doc, "mark") == [[(5, 8)]]
    doc.change(insert("XY", 6))
    assert spans(doc, "mark") == [[(5, 10)]]
    doc.change(insert("Z", 10))
    assert spans(doc, "mark") == [[(5, 10)]]
    doc.change(erase(1, 7))
    assert spans(doc, "mark") == [[(1, 4)]]
    doc.change(erase(1, 4))
    assert spans(doc, "mark") == []


def test_range_names_repeat_and_are_deleted_by_name_or_id(doc: Doc) -> None:
    """Facts 6.10."""
    doc.change(insert("0123456789"))
    replies = doc.change(named("mark", 1, 3), named("mark", 5, 7))
    assert spans(doc, "mark") == [[(1, 3)], [(5, 7)]]
    first = replies[0]["createNamedRange"]["namedRangeId"]
    doc.change({"deleteNamedRange": {"namedRangeId": first}})
    assert spans(doc, "mark") == [[(5, 7)]]
    doc.change({"deleteNamedRange": {"name": "mark"}})
    assert spans(doc, "mark") == []
    assert doc.lines() == ["0123456789\n"]


def test_tabs_leave_the_old_body_out(maya: Person, doc: Doc) -> None:
    """Facts 6.2 and 6.10: requests without a tab id mean the first tab."""
    second = maya.opens(doc.id).adds_tab("Archive")
    place = {"index": 1, "tabId": second}
    doc.change(insert("first\n"), {"insertText": {"location": place, "text": "second"}})
    answer = doc.read(includeTabsContent=True)
    assert "body" not in answer
    texts = [
        tab["documentTab"]["body"]["content"][1]["paragraph"]["elements"][0]["textRun"]["content"]
        for tab in answer["tabs"]
    ]
    assert texts == ["first\n", "second\n"]
    assert answer["tabs"][0]["tabProperties"]["tabId"] == "t.0"
    refused(doc, {"insertText": {"location": {"index": 1, "tabId": "t.9"}, "text": "x"}})


def test_chips_count_one(doc: Doc, ben: Person) -> None:
    """Facts 6.11."""
    location = {"location": {"index": 1}}
    doc.change(
        insert("!"),
        {"insertPerson": location | {"personProperties": {"email": ben.email}}},
        {"insertRichLink": location | {"richLinkProperties": {"uri": "https://a.example/"}}},
        {"insertDate": location | {"dateElementProperties": {"timestamp": "2026-03-03T00:00:00Z"}}},
    )
    elements = doc.paragraphs()[0]["elements"]
    kinds = [next(iter(e.keys() - {"startIndex", "endIndex"})) for e in elements]
    assert kinds == ["dateElement", "richLink", "person", "textRun"]
    assert [e["startIndex"] for e in elements] == [1, 2, 3, 4]
    assert all(a["endIndex"] == b["startIndex"] for a, b in pairwise(elements))


def test_a_comment_goes_with_its_text(maya: Person, doc: Doc) -> None:
    """Facts 6.14: new text above leaves it alone, deleting what it hangs on does not."""
    doc.change(insert("keep this\nand that\n"))
    page = maya.opens(doc.id)
    page.comments_on("this", "Really?")
    doc.change(insert("New section\n"))
    assert page.comments == ["Really?"]
    doc.change(erase(13, 23))
    assert page.comments == []


def test_replacing_text_counts_all_occurrences(doc: Doc) -> None:
    """Facts 6.10: replaceAllText means all tabs."""
    doc.change(insert("10 March, 10 March"))
    request = {"containsText": {"text": "10 March", "matchCase": True}, "replaceText": "12 March"}
    (reply,) = doc.change({"replaceAllText": request})
    assert reply == {"replaceAllText": {"occurrencesChanged": 2}}
    assert doc.lines() == ["12 March, 12 March\n"]


def test_create_uses_the_title_alone(google: Google, maya: Person) -> None:
    """Facts 6.1."""
    documents = google.service("docs", maya).documents()
    made = documents.create(body={"title": "T", "documentId": "mine"}).execute()
    assert made["title"] == "T"
    assert made["documentId"] != "mine"


def test_errors_of_docs_carry_no_reason(google: Google, maya: Person) -> None:
    """Facts 12.8: error_details is only the message text."""
    with pytest.raises(HttpError) as error:
        google.service("docs", maya).documents().get(documentId="nothing").execute()
    assert error.value.status_code == 404
    assert error.value.error_details == "Requested entity was not found."


def test_people_write_where_they_like(maya: Person, doc: Doc) -> None:
    page = maya.opens(doc.id)
    page.writes_on_top("Agenda")
    page.writes_below("Agenda", "first\nsecond")
    page.replaces("first", "1st")
    page.makes_checklist("second")
    page.erases("1st")
    assert doc.lines() == ["Agenda\n", "second\n", "\n"]
    assert "bullet" in doc.paragraphs()[1]
    assert page.text == "Agenda\nsecond\n"
