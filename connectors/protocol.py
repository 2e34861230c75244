"""The ports of visavis: what the daemon asks of calendars, documents, messages, directories.

Synchronous, because the Google, MSAL and CalDAV clients are. Every method raises only the
errors of `connectors.errors`. Every write is idempotent: asked again after a crash it looks
first, writes nothing twice and returns a receipt all the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from connectors.model import (
    Baseline,
    Busy,
    Capability,
    Changes,
    Cursor,
    Entry,
    Facts,
    Fresh,
    Handle,
    Heard,
    Key,
    Letter,
    Link,
    Mark,
    Occurrence,
    Person,
    Receipt,
    Section,
    Series,
    Span,
    Task,
    Url,
    Version,
    Watch,
    WorkingHours,
)

_TWO_DAYS = timedelta(days=2)


class CalendarReader(Protocol):
    """One calendar of one account. The feed says where to look; `read` says what is true."""

    @property
    def capabilities(self) -> Capability:
        """What this calendar can do."""

    @property
    def zone(self) -> str:
        """The IANA zone the provider has for this calendar, or an empty string."""

    def baseline(self, window: Span) -> Baseline:
        """Read everything in the window at once, with the first cursor."""

    def changes(self, since: Cursor) -> Changes:
        """Tell what was touched since; raises `CursorExpired` when a new baseline is due."""

    def read(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read events afresh, in as few requests as possible; what is gone is left out."""

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Tell when people are taken; whoever cannot be seen is left out, never called free."""

    def hours(self, person: Person) -> WorkingHours | None:
        """Tell the working week the provider knows of a person, if it does."""

    def mails(self, series: Series, lost: Occurrence | None = None) -> tuple[str, ...]:
        """Foresee whom the provider will mail, one address a mail.

        Attaching a link to the series, or booking another time for `lost` where it is given.
        """

    def guard(self, event: Handle, written: Receipt | None = None, /) -> tuple[Version, Facts]:
        """Read what a write must leave alone (join link, attendees, visibility, attachments).

        After a write, `written` says which link is ours, and which instance was moved.
        """


class Calendar(CalendarReader, Protocol):
    """The same calendar with its few writes; `plan` is wired with readers and has none."""

    def attach(self, target: Series, link: Link) -> Receipt:
        """Put the link on the series; everything else on the event stays as it was."""

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Give a lost occurrence another time: moved, restored or replaced as the provider can.

        A guest's side books a new single event instead. The same key is the same meeting, also
        after a crash or by a second installation.
        """

    def counter(
        self, series: Series, lost: Occurrence, to: Span, since: datetime | None, /
    ) -> Receipt:
        """Answer a standing meeting, as a guest, with another time for its organizer to take.

        `since` is None at the first try; after a crash, an answer given since then was ours.
        """

    def undo(self, receipt: Receipt) -> None:
        """Take a write back; raises `PreconditionFailed` when the world changed since."""

    def watch(self, callback: Url, secret: str) -> Watch:
        """Ask for push. A push is a hint to look early, nothing more."""


class Push(Protocol):
    """The push channels of a calendar. Whatever is pushed is a hint to look early, nothing more."""

    def watch(self, callback: Url, secret: str) -> Watch:
        """Open a channel; the provider may call back before it agrees."""

    def renew(self, watch: Watch, callback: Url, secret: str) -> Watch:
        """Return a channel that lives on: the same, or another one beside it."""

    def unwatch(self, watch: Watch) -> None:
        """End a channel; one that is gone already is fine."""

    def heard(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> Heard:
        """Read what was posted to the callback, whoever posted it; never raises."""


class DocumentsReader(Protocol):
    """Where the running documents live, read only."""

    def find(self, key: Key) -> Link | None:
        """Find the document made for this key, or None; trashed ones do not count."""

    def open(self, url: Url) -> Link | None:
        """Return an existing document that people named, or None where it cannot be opened."""

    def sections(self, document: Link) -> Sequence[Section]:
        """Read the sections as people left them, newest first; `NotFound` when it is gone."""


class Documents(DocumentsReader, Protocol):
    """The same with its writes. Newest section on top; human text is never touched."""

    def create(self, key: Key, title: str) -> Link:
        """Make an empty document for this key, or return the one that is there."""

    def share(self, document: Link, people: Sequence[Person]) -> Receipt:
        """Let these people write in it, without mailing them."""

    def write_section(self, document: Link, section: Section, mark: Mark) -> Receipt:
        """Put the section on top; where the mark is there already, only its date line may change.

        `after["link"]` of the receipt opens the document at the section.
        """

    def undo(self, receipt: Receipt) -> None:
        """Take a section, a share or a document back; `PreconditionFailed` if people touched it.

        The receipt of a document that `create` made is `created(link)`.
        """


class Texts(Protocol):
    """Running documents that are plain Markdown, for whoever serves them to people."""

    def open(self, url: Url) -> Link | None:
        """Return the document at an address, or None where there is none."""

    def text(self, document: Link) -> tuple[str, Version]:
        """Read a document; `NotPermitted` where it is no text that a page could give back."""

    def rewrite(self, document: Link, text: str, seen: Version) -> None:
        """Put a person's text in place of what they read; `PreconditionFailed` if that changed."""

    def remove(self, document: Link) -> None:
        """Delete a document for good, with all that people wrote in it, and who was given it."""


def created(document: Link) -> Receipt:
    """Return the receipt of a new document, for `undo` to put it into the bin."""
    handle = document.handle or Handle(document.url)
    return Receipt(handle, Version(""), after={"created": document.url, "title": document.title})


class Tasks(Protocol):
    """The owner's own task list. Things are put there; nobody's tick is read or set."""

    def add(self, task: Task, key: Key) -> Receipt:
        """Put a task on the list, unless the one of this key is there, ticked or not."""

    def undo(self, receipt: Receipt) -> None:
        """Take a task off again; raises `PreconditionFailed` if it was ticked or changed since."""


class Messages(Protocol):
    """A way to reach people: mail, chat."""

    def send(self, letter: Letter) -> None:
        """Send once. `Unavailable` means surely not sent, `OutcomeUnknown` maybe sent."""

    def sent(self, key: Key) -> bool | None:
        """Tell whether a letter went out; None where nobody can know."""


class Directory(Protocol):
    """What a company knows of its people."""

    def entry(self, person: Person) -> Entry | None:
        """Look a person up by address; None where the directory does not know them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sign-in stands, told without asking anybody; None where nobody knows.

    `lacks` says of each permission that was not granted what does not work without it. `ends` is
    when the sign-in ends by itself if it is used until then, `rule` by what rule. `remedy` keeps
    it from ending, and takes its owner as long as `notice`.
    """

    lacks: tuple[str, ...] | None = None
    since: datetime | None = None
    ends: datetime | None = None
    rule: str = ""
    remedy: str = ""
    notice: timedelta = _TWO_DAYS
