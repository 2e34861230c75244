"""A WebDAV folder is a place for documents like any other; its files are those of people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

from connectors.caldav import Dav, WebDavFolder
from connectors.errors import NotPermitted, OutcomeUnknown, PreconditionFailed, Unavailable
from connectors.model import Link, Person, Url
from connectors.protocol import created
from connectors.retry import LOOKS
from connectors.standins.faults import Altered, Answer, LostAnswer, Meanwhile, html
from tests.connectors.caldav.servers import PASSWORD, Server
from tests.connectors.files.bench import BEN
from tests.contract.documents import FIRST, KEY, TITLE, WEEK_1, DocumentsContract


@dataclass
class WebDavBench:
    """A folder at xandikos, with people who edit its files; implements `DocumentsBench`."""

    server: Server
    partner: Person = BEN
    documents: WebDavFolder = field(init=False)

    def __post_init__(self) -> None:
        self.user = self.server.person().split("/")[1]
        self.folder = f"/{self.user}/agendas/"
        self.server.ask(self.user, "MKCOL", self.folder)
        self.open = ExitStack()
        self.documents = self.at(self.folder)

    def at(self, folder: str) -> WebDavFolder:
        dav = Dav(self.server.url + folder, username=self.user, password=PASSWORD, timeout=30)
        self.open.callback(dav.close)
        return WebDavFolder(dav)

    def may_write(self, document: Link, person: Person) -> bool:
        return person.address in self.documents.shared_with(document)

    def note(self, document: Link, line: str) -> None:
        self._save(document, f"{self.text(document)}{line}\n")

    def tick(self, document: Link, words: str) -> None:
        lines = self.text(document).splitlines(keepends=True)
        self._save(
            document,
            "".join(line.replace("[ ]", "[x]") if words in line else line for line in lines),
        )

    def bin(self, document: Link) -> None:
        assert self.server.ask(self.user, "DELETE", urlsplit(document.url).path).is_success

    def lets_in(self, document: Link, address: str) -> None:
        """Share a document, as another installation would."""
        path, kind = f"{urlsplit(document.url).path}.people", {"Content-Type": "application/json"}
        told = json.dumps([address]).encode()
        assert self.server.ask(self.user, "PUT", path, told, kind).is_success

    def text(self, document: Link) -> str:
        return self.server.ask(self.user, "GET", urlsplit(document.url).path).text

    def mailed(self) -> Sequence[str]:
        return ()

    def _save(self, document: Link, text: str) -> None:
        kind = {"Content-Type": "text/markdown"}
        path = urlsplit(document.url).path
        assert self.server.ask(self.user, "PUT", path, text.encode(), kind).is_success


@pytest.fixture
def bench(xandikos: Server) -> Iterator[WebDavBench]:
    bench = WebDavBench(xandikos)
    with bench.open:
        yield bench


class TestWebDavFolder(DocumentsContract):
    """The bench is above."""


def test_what_a_person_wrote_meanwhile_wins(bench: WebDavBench) -> None:
    document = bench.documents.create(KEY, TITLE)
    write = Meanwhile(lambda: bench.note(document, "Ben wrote this."))
    bench.server.wire.fail(write, method="PUT")
    with pytest.raises(PreconditionFailed):
        bench.documents.write_section(document, WEEK_1, FIRST)
    assert "Ben wrote this." in bench.text(document)
    assert bench.documents.write_section(document, WEEK_1, FIRST).wrote


def test_a_section_whose_answer_was_lost_is_not_written_twice(bench: WebDavBench) -> None:
    document = bench.documents.create(KEY, TITLE)
    bench.server.wire.fail(LostAnswer(), method="PUT")
    with pytest.raises(OutcomeUnknown):
        bench.documents.write_section(document, WEEK_1, FIRST)
    assert not bench.documents.write_section(document, WEEK_1, FIRST).wrote


def test_a_folder_that_is_not_there_says_what_to_do(bench: WebDavBench) -> None:
    with pytest.raises(NotPermitted) as refused:
        bench.at(f"/{bench.user}/nowhere/").find(KEY)
    assert "`folder`" in refused.value.remedy


def test_a_document_that_is_missing_for_a_moment_is_neither_gone_nor_undone(
    bench: WebDavBench,
) -> None:
    document = bench.documents.create(KEY, TITLE)
    missing = Answer(404)
    bench.server.wire.fail(missing, method="GET", times=LOOKS - 1)
    assert bench.documents.open(document.url) == document
    bench.server.wire.fail(missing, method="GET", times=LOOKS - 1)
    bench.documents.undo(created(document))
    assert bench.documents.find(KEY) is None


def test_a_folder_that_cannot_be_reached_is_not_one_without_the_document(
    bench: WebDavBench,
) -> None:
    document = bench.documents.create(KEY, TITLE)
    bench.server.wire.fail(Answer(503), method="GET", times=3)
    with pytest.raises(Unavailable):
        bench.documents.open(document.url)


def test_who_was_let_in_by_somebody_else_meanwhile_stays_so(bench: WebDavBench) -> None:
    document = bench.documents.create(KEY, TITLE)
    share = Meanwhile(lambda: bench.lets_in(document, "eve@acme.example"))
    bench.server.wire.fail(share, method="PUT", path="*.people")
    with pytest.raises(PreconditionFailed):
        bench.documents.share(document, [BEN])
    bench.documents.share(document, [BEN])
    assert bench.documents.shared_with(document) == {BEN.address, "eve@acme.example"}


def test_a_tag_that_did_not_come_with_the_document_is_asked_for(bench: WebDavBench) -> None:
    document = bench.documents.create(KEY, TITLE)
    bench.server.wire.fail(Altered(bytes), method="GET")  # which loses all headers
    assert bench.documents.write_section(document, WEEK_1, FIRST).wrote


def test_a_document_that_was_taken_back_leaves_nothing_in_the_folder(bench: WebDavBench) -> None:
    document = bench.documents.create(KEY, TITLE)
    bench.documents.undo(bench.documents.share(document, [BEN]))
    bench.documents.undo(created(document))
    there = bench.server.ask(bench.user, "PROPFIND", bench.folder, headers={"Depth": "1"}).text
    assert bench.folder in there
    assert ".md" not in there


def test_an_address_does_not_lead_out_of_the_folder(bench: WebDavBench) -> None:
    private, folder = f"/{bench.user}/private/", f"{bench.server.url}{bench.folder}"
    bench.server.ask(bench.user, "MKCOL", private)
    kind = {"Content-Type": "text/markdown"}
    assert bench.server.ask(bench.user, "PUT", f"{private}diary.md", b"# Diary", kind).is_success
    for way in (bench.server.url + private, f"{folder}../private/", f"{folder}%2e%2e/private/"):
        assert bench.documents.open(Url(f"{way}diary.md")) is None
    made = bench.documents.create(KEY, TITLE)
    assert bench.documents.open(made.url) == made


def test_the_page_of_a_proxy_is_not_taken_for_the_document(bench: WebDavBench) -> None:
    document = bench.documents.create(KEY, TITLE)
    bench.note(document, "Ben wrote this.")
    bench.server.wire.fail(html(200), method="GET", times=3)
    with pytest.raises(Unavailable):
        bench.documents.write_section(document, WEEK_1, FIRST)
    bench.documents.write_section(document, WEEK_1, FIRST)
    assert "Ben wrote this." in bench.text(document)
