"""Which document belongs to which pair, and which of its sections belongs to which meeting.

Sections are named by their mark for ever; when a week is lost, the same section serves the
next meeting (`move`), and only its date line is written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, select

from connectors.model import Handle, Link, Mark, Url
from daemon.core.keys import in_writing
from daemon.core.words import Shelf, Written


class DocumentRow(SQLModel, table=True):
    """The running document of a pair; `generation` grows by `agenda --again`."""

    __tablename__ = "document"
    pair: str = Field(primary_key=True)
    generation: int = 1
    account: str = ""
    url: str = ""
    title: str = ""
    handle: str | None = None
    adopted: bool = False


class SectionRow(SQLModel, table=True):
    """A section visavis wrote, and the meeting it is for now."""

    __tablename__ = "section"
    pair: str = Field(primary_key=True)
    mark: str = Field(primary_key=True)
    series: str
    recurrence_id: datetime
    starts: datetime
    revision: int = 0
    url: str = ""


def shelves(session: Session) -> Mapping[str, Shelf]:
    """Return the shelf of every pair that has one."""
    sections: dict[str, list[Written]] = {}
    # A row for each meeting there ever was: as plain columns, which load in half the time.
    for row in session.execute(select(*SectionRow.__table__.columns)):  # type: ignore[attr-defined]
        sections.setdefault(row.pair, []).append(
            Written(
                Mark(row.mark),
                row.series,
                row.recurrence_id,
                row.starts,
                row.revision,
                Url(row.url) if row.url else None,
            )
        )
    return {row.pair: _shelf(row, sections) for row in session.exec(select(DocumentRow))}


def put(session: Session, pair: str, account: str, link: Link, *, adopted: bool = False) -> None:
    """Remember the document of a pair."""
    row = session.get(DocumentRow, pair) or DocumentRow(pair=pair)
    row.account, row.url, row.title = account, link.url, link.title
    row.handle, row.adopted = link.handle, adopted
    session.add(row)


def again(session: Session, pair: str) -> None:
    """Begin a new generation of keys for the pair, so that closed ones count no more."""
    row = session.get(DocumentRow, pair) or DocumentRow(pair=pair)
    row.generation += 1
    session.add(row)


def clear(session: Session, pair: str) -> None:
    """Forget the document and its sections; the generation stays."""
    row = session.get(DocumentRow, pair)
    if row is not None:
        row.url, row.title, row.handle, row.adopted = "", "", None, False
    for section in session.exec(select(SectionRow).where(SectionRow.pair == pair)):
        session.delete(section)


def put_section(session: Session, pair: str, written: Written) -> None:
    """Remember a section that was written, or written again with another date."""
    row = session.get(SectionRow, (pair, written.mark)) or SectionRow(
        pair=pair,
        mark=written.mark,
        series=written.series,
        recurrence_id=written.recurrence_id,
        starts=written.starts,
    )
    row.series, row.recurrence_id = written.series, written.recurrence_id
    row.starts, row.revision, row.url = written.starts, written.revision, written.url or ""
    session.add(row)


def take_section(session: Session, pair: str, mark: Mark) -> None:
    """Forget a section that was taken back."""
    row = session.get(SectionRow, (pair, mark))
    if row is not None:
        session.delete(row)


def _shelf(row: DocumentRow, sections: Mapping[str, list[Written]]) -> Shelf:
    all_of_them = sorted(sections.get(row.pair, ()), key=lambda section: section.starts)
    return Shelf(
        row.generation,
        row.account,
        _link(row),
        row.adopted,
        tuple(section for section in all_of_them if not in_writing(section.mark)),
        tuple(section for section in all_of_them if in_writing(section.mark)),
    )


def _link(row: DocumentRow) -> Link | None:
    if not row.url:
        return None
    return Link(Url(row.url), row.title, Handle(row.handle) if row.handle else None)
