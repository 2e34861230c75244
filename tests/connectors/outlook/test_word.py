"""Word documents in OneDrive over the stand-in: the contract, and what Word and people do."""

from __future__ import annotations

import pytest

from connectors.errors import Locked, NotFound, NotPermitted, OutcomeUnknown, PreconditionFailed
from connectors.model import Link, Mark, Url
from connectors.outlook.auth import Ready
from connectors.outlook.client import Graph
from connectors.outlook.word import WordDocuments
from connectors.standins.faults import Answer, LostAnswer, Meanwhile, Truncated, html
from tests.connectors.outlook.bench import BEN, MAYA, Company, Library
from tests.contract.documents import (
    FIRST,
    KEY,
    SECOND,
    TITLE,
    WEEK_1,
    WEEK_2,
    DocumentsContract,
)


class TestWordDocuments(DocumentsContract):
    """Every claim of the contract."""

    @pytest.fixture
    def bench(self, bench: Company) -> Library:
        return Library(bench)


class TestWordDocumentsElsewhere(TestWordDocuments):
    """The same where OneDrive overlooks If-Match."""

    @pytest.fixture
    def bench(self, bench: Company) -> Library:
        bench.behaves(file_if_match=False)
        return Library(bench)


@pytest.fixture
def library(bench: Company) -> Library:
    return Library(bench)


@pytest.fixture
def made(library: Library) -> Link:
    """A document with the section of one week."""
    link = library.documents.create(KEY, TITLE)
    library.documents.write_section(link, WEEK_1, FIRST)
    return link


@pytest.mark.parametrize("fault", [html(200), Truncated()], ids=["a page", "a part"])
def test_a_file_that_does_not_arrive_whole_is_fetched_again(
    bench: Company, library: Library, made: Link, fault: Answer | Truncated
) -> None:
    bench.wire.fail(fault, path="/download/*", times=2)
    assert [section.mark for section in library.documents.sections(made)] == [FIRST]


@pytest.mark.parametrize("code", ["resourceLocked", "notAllowed"])
def test_a_document_open_in_word_is_locked_and_can_be_read(
    bench: Company, library: Library, made: Link, code: str
) -> None:
    """Facts 6a: 423, tried again until the meeting."""
    bench.behaves(lock_code=code)
    bench.maya.opens(library.file(made))
    bench.asked()
    with pytest.raises(Locked):
        library.documents.write_section(made, WEEK_2, SECOND)
    assert [request.status for request in bench.asked() if request.writes] == [423]
    assert len(library.documents.sections(made)) == 1
    bench.maya.closes(library.file(made))
    assert library.documents.write_section(made, WEEK_2, SECOND).wrote


@pytest.mark.parametrize("request_number", range(1, 6))
def test_an_edit_that_comes_between_is_not_lost(
    bench: Company, library: Library, made: Link, request_number: int
) -> None:
    """Facts 6a: cTag compared directly before; whether PUT honours If-Match is unconfirmed."""
    bench.behaves(file_if_match=False)
    bench.asked()
    edit = Meanwhile(lambda: library.note(made, "by hand"))
    bench.wire.fail(edit, at=request_number)
    try:
        library.documents.write_section(made, WEEK_2, SECOND)
    except PreconditionFailed:
        library.documents.write_section(made, WEEK_2, SECOND)
    assert "by hand" in library.text(made)
    assert [section.mark for section in library.documents.sections(made)] == [SECOND, FIRST]


def test_an_edit_in_the_last_moment_is_refused_where_if_match_is_honoured(
    bench: Company, library: Library, made: Link
) -> None:
    edit = Meanwhile(lambda: library.note(made, "by hand"))
    bench.wire.fail(edit, method="PUT")
    with pytest.raises(PreconditionFailed):
        library.documents.write_section(made, WEEK_2, SECOND)
    assert "by hand" in library.text(made)


def test_a_section_that_somebody_saved_over_is_noticed(
    bench: Company, library: Library, made: Link
) -> None:
    """Facts 6a: the content is read back after the write."""
    before = library.file(made).newest.content
    over = Meanwhile(lambda: bench.maya.writes(library.file(made), lambda _: before))
    put = next(n for n, request in enumerate(trace(bench, library, made), 1) if request == "PUT")
    bench.asked()
    bench.wire.fail(over, at=put + 1)
    with pytest.raises(PreconditionFailed):
        library.documents.write_section(made, WEEK_2, Mark("saved-over"))


def trace(bench: Company, library: Library, made: Link) -> list[str]:
    """Return the methods of one write."""
    bench.asked()
    library.documents.write_section(made, WEEK_2, SECOND)
    return [request.method for request in bench.asked()]


def test_the_content_before_is_named_in_the_receipt(
    bench: Company, library: Library, made: Link
) -> None:
    before = library.file(made)
    receipt = library.documents.write_section(made, WEEK_2, SECOND)
    assert receipt.before["version"] == before.newest.name
    assert bench.maya.document(before.path).revision(before.newest.name) == before.newest


def test_an_undo_brings_the_very_file_back_where_nobody_saved_it_since(
    bench: Company, library: Library, made: Link
) -> None:
    before = library.file(made).newest.content
    receipt = library.documents.write_section(made, WEEK_2, SECOND)
    assert library.file(made).newest.content != before
    bench.asked()
    library.documents.undo(receipt)
    assert library.file(made).newest.content == before
    (restoring,) = [request for request in bench.asked() if request.writes]
    assert restoring.path.endswith(f"/versions/{receipt.before['version']}/restoreVersion")


@pytest.mark.parametrize("status", [403, 404, 501])
def test_without_the_old_version_the_section_is_taken_out(
    bench: Company, library: Library, made: Link, status: int
) -> None:
    """Administrators switch versions off, and OneDrive drops the oldest."""
    receipt = library.documents.write_section(made, WEEK_2, SECOND)
    bench.wire.fail(Answer(status), path="*/restoreVersion")
    library.documents.undo(receipt)
    assert [section.mark for section in library.documents.sections(made)] == [FIRST]


def test_an_edit_during_an_undo_is_not_lost(bench: Company, library: Library, made: Link) -> None:
    receipt = library.documents.write_section(made, WEEK_2, SECOND)
    bench.asked()
    edit = Meanwhile(lambda: library.note(made, "by hand"))
    bench.wire.fail(edit, at=4)  # tags and content are two requests, the redirect is the third
    with pytest.raises(PreconditionFailed):
        library.documents.undo(receipt)
    library.documents.undo(receipt)
    assert "by hand" in library.text(made)
    assert [section.mark for section in library.documents.sections(made)] == [FIRST]


def test_what_people_wrote_elsewhere_survives_an_undo(library: Library, made: Link) -> None:
    receipt = library.documents.write_section(made, WEEK_2, SECOND)
    library.note(made, "ask about the budget")
    library.documents.undo(receipt)
    assert "ask about the budget" in library.text(made)
    assert [section.mark for section in library.documents.sections(made)] == [FIRST]


def test_a_lost_answer_makes_no_second_document(bench: Company, library: Library) -> None:
    bench.wire.fail(LostAnswer(), method="PUT")
    with pytest.raises(OutcomeUnknown):
        library.documents.create(KEY, TITLE)
    assert library.documents.create(KEY, TITLE).title == TITLE
    assert len(bench.world.drives[MAYA.address].files) == 1


def test_a_lost_answer_writes_no_second_section(
    bench: Company, library: Library, made: Link
) -> None:
    bench.wire.fail(LostAnswer(), method="PUT")
    with pytest.raises(OutcomeUnknown):
        library.documents.write_section(made, WEEK_2, SECOND)
    assert not library.documents.write_section(made, WEEK_2, SECOND).wrote
    assert len(library.documents.sections(made)) == 2


def test_a_document_people_share_is_opened_by_its_address(
    bench: Company, library: Library, made: Link
) -> None:
    library.documents.share(made, [BEN])
    his = WordDocuments(bench.graph(BEN)).open(Url(f"{made.url}#vv_x"))
    assert his is not None
    assert his.handle == made.handle
    assert WordDocuments(bench.graph(BEN)).sections(Link(made.url))[0].mark == FIRST


def test_what_is_no_word_document_is_not_adopted(bench: Company, library: Library) -> None:
    graph = bench.graph(MAYA)
    picture = graph.upload(graph.mine("/drive/root:/a.png:/content"), b"x")
    broken = graph.upload(graph.mine("/drive/root:/a.docx:/content"), b"x")
    assert library.documents.open(Url(picture["webUrl"])) is None
    link = library.documents.open(Url(broken["webUrl"]))
    assert link is not None
    with pytest.raises(NotPermitted, match="no Word document"):
        library.documents.sections(link)
    with pytest.raises(NotFound):
        library.documents.sections(Link(Url("https://elsewhere.example/x.docx")))


def test_the_owner_needs_no_grant(library: Library, made: Link) -> None:
    assert not library.documents.share(made, [MAYA]).wrote


def test_an_organisation_keeps_it_in_the_owners_drive(bench: Company) -> None:
    access = Ready(bench.world.app_token(), "VISAVIS_ACCESS_TOKEN_WORK")
    graph = Graph(access, bench.base, mailbox=MAYA.address)
    made = WordDocuments(graph).create(KEY, TITLE)
    graph.close()
    assert [file.web_url for file in bench.world.drives[MAYA.address].files.values()] == [made.url]
