"""Running documents in a folder, which people edit with whatever they like."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from connectors.errors import NotFound, NotPermitted, PreconditionFailed, Unavailable
from connectors.files import MarkdownFolder
from connectors.model import Block, Key, Link, Mark, Section, Url

KEY, MARK = Key("document:maya-ben"), Mark("maya-ben-20260302")
WEEK = Section("Monday, 2 March 2026", date(2026, 3, 2), (Block("Wins", ("beta",)),))


def test_two_installations_make_the_same_file(tmp_path: Path) -> None:
    one, other = MarkdownFolder(tmp_path), MarkdownFolder(tmp_path)
    assert one.create(KEY, "Maya & Ben: Zürich") == other.create(KEY, "Maya & Ben: Zürich")
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("maya-ben-zürich-")
    assert file.read_text() == "# Maya & Ben: Zürich\n"


def test_a_document_is_found_by_its_key_whatever_people_call_it(tmp_path: Path) -> None:
    made = MarkdownFolder(tmp_path).create(KEY, "Maya and Ben")
    (file,) = tmp_path.iterdir()
    file.write_text("# Us two\n")
    found = MarkdownFolder(tmp_path).create(KEY, "Ben and Maya")
    assert (found.url, found.title) == (made.url, "Us two")


def test_a_page_can_give_documents_another_address(tmp_path: Path) -> None:
    folder = MarkdownFolder(tmp_path, lambda path: Url(f"https://visavis.example/d/{path.stem}"))
    made = folder.create(KEY, "Maya and Ben")
    assert made.url.startswith("https://visavis.example/d/maya-and-ben-")
    assert folder.open(made.url) == made
    receipt = folder.write_section(made, WEEK, MARK)
    assert receipt.after["link"] == f"{made.url}#{MARK}"
    folder.undo(receipt)
    assert list(folder.sections(made)) == []


@pytest.mark.parametrize("as_uri", [True, False])
def test_a_document_that_people_have_is_opened_where_it_lies(tmp_path: Path, as_uri: bool) -> None:  # noqa: FBT001
    theirs = tmp_path / "our notes.md"
    theirs.write_bytes(b"\xef\xbb\xbf# Notes\r\n\r\n- [ ] tea \r\n")
    folder = MarkdownFolder(tmp_path / "agendas", named=[theirs])
    opened = folder.open(Url(theirs.as_uri() if as_uri else str(theirs)))
    assert opened is not None
    assert opened.title == "Notes"
    receipt = folder.write_section(opened, WEEK, MARK)
    assert [one.mark for one in folder.sections(opened)] == [MARK, None]
    folder.undo(receipt)
    assert theirs.read_bytes() == b"\xef\xbb\xbf# Notes\r\n\r\n- [ ] tea \r\n"


def test_a_file_elsewhere_is_opened_only_where_the_owner_named_it(tmp_path: Path) -> None:
    diary = tmp_path / "diary.md"
    diary.write_text("# Diary")
    (tmp_path / "agendas").mkdir()
    (tmp_path / "agendas" / "planted.md").symlink_to(diary)
    folder = MarkdownFolder(tmp_path / "agendas")
    by_dots = (tmp_path / "agendas" / ".." / "diary.md").as_uri()
    for url in (diary.as_uri(), str(diary), by_dots, str(tmp_path / "agendas" / "planted.md")):
        assert folder.open(Url(url)) is None
        with pytest.raises(NotPermitted):
            folder.write_section(Link(Url(url)), WEEK, MARK)
    assert diary.read_text() == "# Diary"


def test_a_document_the_owner_named_has_the_address_of_the_page(tmp_path: Path) -> None:
    theirs = tmp_path / "ours.md"
    theirs.write_text("# Us two")
    address = "https://visavis.example/d/ours.md"
    folder = MarkdownFolder(tmp_path / "agendas", lambda _: Url(address), [theirs])
    opened = folder.open(Url(str(theirs)))
    assert opened is not None
    assert folder.open(opened.url) == opened


@pytest.mark.parametrize("name", ["secret.key", "gone.md", "folder.md"])
def test_only_documents_are_opened(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.key").write_text("x")
    (tmp_path / "folder.md").mkdir()
    assert MarkdownFolder(tmp_path).open(Url(str(tmp_path / name))) is None
    with pytest.raises(NotFound):
        MarkdownFolder(tmp_path).sections(Link(Url(str(tmp_path / name))))


def test_a_folder_that_is_not_mounted_is_no_document_thrown_away(tmp_path: Path) -> None:
    folder = tmp_path / "share" / "agendas"
    made = MarkdownFolder(folder).create(KEY, "Maya and Ben")
    folder.parent.rename(tmp_path / "away")
    with pytest.raises(Unavailable):
        MarkdownFolder(folder).sections(made)


def test_bytes_of_another_encoding_survive(tmp_path: Path) -> None:
    made = MarkdownFolder(tmp_path).create(KEY, "Maya and Ben")
    (file,) = tmp_path.iterdir()
    file.write_bytes("# Maya\nMüller\n".encode("latin-1"))
    MarkdownFolder(tmp_path).write_section(made, WEEK, MARK)
    assert file.read_bytes().endswith("Müller\n".encode("latin-1"))
    assert MarkdownFolder(tmp_path).sections(made)[1].blocks[0].lines == ("M\ufffdller",)


def test_a_renamed_title_is_a_persons_work(tmp_path: Path) -> None:
    folder = MarkdownFolder(tmp_path)
    made = folder.create(KEY, "Maya and Ben")
    receipt = folder.write_section(made, WEEK, MARK)
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text().replace("beta", "beta!"))
    with pytest.raises(PreconditionFailed):
        folder.undo(receipt)
    assert "beta!" in file.read_text()
