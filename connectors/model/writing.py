"""What people read: documents with their sections and action items, tasks, letters."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from connectors.model.names import Handle, Key, Mark, Url


@dataclass(frozen=True, slots=True)
class Link:
    """A document people can open; `handle` is its id at the provider, where we know it."""

    url: Url
    title: str = ""
    handle: Handle | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One action item as people left it. `key` survives rewording where the document keeps one."""

    text: str
    done: bool = False
    owner: str = ""
    due: date | None = None
    since: date | None = None
    """The day of the first section that held it, for its age in weeks."""
    key: str = ""
    by: str = field(default="", compare=False)
    """How the due day is written, in words that mean the same day next month too."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a section under its own heading: plain lines first, then action items."""

    heading: str
    lines: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A dated part of a running document, neutral to its format; `mark` is None for human ones.

    `heading` is the date line, the only text of an existing section visavis may change.
    """

    heading: str
    day: date | None
    blocks: tuple[Block, ...] = ()
    mark: Mark | None = None
    link: Url | None = None
    """A deep link that opens the document at this section, once written."""


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do for somebody's own task list; `made` is when it was agreed."""

    title: str
    made: datetime
    notes: str = ""
    due: date | None = None
    link: Url | None = None
    """The document it stands in."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one address or chat target, in words; `key` is its identity for ever."""

    key: Key
    to: str
    subject: str
    text: str
    html: str = ""
    thread: str = ""
    """Messages with the same thread belong together in the reader's client."""
    calendar: bytes = b""
    """An iCalendar REQUEST or CANCEL to travel along (iMIP, RFC 6047)."""
    reply_to: str = ""
    """Whose letter it is, where an answer should reach a human."""
    leave: str = ""
    """Where the reader ends such letters: a web address that acts on a POST (RFC 8058)."""
