"""What people do with Outlook and Word, in plain verbs: for the demo and for tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.standins.graph import rules
from connectors.standins.graph.calendar import Calendar
from connectors.standins.graph.calls import Json
from connectors.standins.graph.ids import Name
from connectors.standins.graph.items import Item, occurrence
from connectors.standins.graph.zones import CUSTOM, floating

if TYPE_CHECKING:
    from connectors.standins.graph.drive import File
    from connectors.standins.graph.profile import Profile
    from connectors.standins.graph.world import World


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting whoever looks at it: the uid that all copies share."""

    uid: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the world, acting by hand. Days are original days in the meeting's zone."""

    world: World
    email: str

    @property
    def profile(self) -> Profile:
        """What the directory knows."""
        return self.world.people[self.email]

    # Meetings --------------------------------------------------------------------------------

    def invites(
        self,
        *others: Person,
        subject: str,
        start: datetime,
        length: timedelta = timedelta(minutes=30),
        repeats: Json | None = None,
        zone: str = "",
        uid: str | None = None,
        **fields: Any,  # noqa: ANN401 - further properties as Graph spells them
    ) -> Meeting:
        """Make a single meeting or a series; `start` is wall time in `zone`, by default the own."""
        name = zone or self.profile.zone_name
        body = {
            "subject": subject,
            "start": floating(start, name),
            "end": floating(start + length, name),
            "attendees": [other.profile.as_attendee() for other in others],
            **({"recurrence": repeats} if repeats else {}),
            **fields,
        }
        with self.world.lock:
            return Meeting(self._calendar.create(body, uid).uid)

    def meets_weekly(
        self,
        other: Person,
        subject: str,
        start: datetime,
        *,
        every: int = 1,
        **fields: Any,  # noqa: ANN401 - as invites
    ) -> Meeting:
        """Make a series on the weekday of `start`, every week or every so many weeks."""
        repeats = rules.weekly(start.date(), every)
        return self.invites(other, subject=subject, start=start, repeats=repeats, **fields)

    def moves(self, meeting: Meeting, to: datetime, *, on: date | None = None) -> None:
        """Move one occurrence or the whole meeting to another wall time, length kept."""
        item = self.copy(meeting)
        length = (
            (occurrence(item, on).end - occurrence(item, on).start) if on else item.end - item.start
        )
        times = {"start": self._wall(item, to), "end": self._wall(item, to + length)}
        self.edits(meeting, on=on, **times)

    def edits(self, meeting: Meeting, *, on: date | None = None, **fields: Any) -> None:  # noqa: ANN401 - as Graph spells them
        """Change any properties, as written in the Outlook window."""
        with self.world.lock:
            self._calendar.update(self._name(meeting, on), fields)

    def cancels(self, meeting: Meeting, *, on: date | None = None, comment: str = "") -> None:
        """Cancel one occurrence or everything, as organizer."""
        with self.world.lock:
            self._calendar.cancel(self._name(meeting, on), comment)

    def deletes(self, meeting: Meeting, *, on: date | None = None) -> None:
        """Delete from the own calendar; as an attendee nobody hears of it."""
        with self.world.lock:
            self._calendar.delete(self._name(meeting, on))

    def accepts(self, meeting: Meeting, *, on: date | None = None) -> None:
        """Accept."""
        self._answers(meeting, "accepted", on)

    def declines(
        self,
        meeting: Meeting,
        *,
        on: date | None = None,
        comment: str = "",
        instead: datetime | None = None,
    ) -> None:
        """Decline, perhaps with another time instead."""
        self._answers(meeting, "declined", on, comment, instead)

    def hesitates(
        self,
        meeting: Meeting,
        *,
        on: date | None = None,
        comment: str = "",
        instead: datetime | None = None,
    ) -> None:
        """Accept tentatively, perhaps with another time instead."""
        self._answers(meeting, "tentativelyAccepted", on, comment, instead)

    def splits(self, meeting: Meeting, *, on: date, start: datetime) -> Meeting:
        """Change "this and all following": the old series ends before `on`, a new one begins."""
        item = self.copy(meeting)
        if item.recurrence is None:
            raise ValueError("only a series can be split")
        self.edits(meeting, recurrence=rules.ended(item.recurrence, on - timedelta(days=1)))
        others = [person for each in item.attendees if (person := self._other(each))]
        repeats = rules.weekly(start.date(), item.recurrence["pattern"]["interval"])
        subject, length = str(item.fields["subject"]), item.end - item.start
        return self.invites(*others, subject=subject, start=start, length=length, repeats=repeats)

    def ends(self, meeting: Meeting, last: date) -> None:
        """Let a series end with the day `last`."""
        item = self.copy(meeting)
        self.edits(meeting, recurrence=rules.ended(item.recurrence or {}, last))

    def is_away(self, first: date, last: date, subject: str = "Out of office") -> Meeting:
        """Be out of office for whole days, both inclusive."""
        start = datetime.combine(first, datetime.min.time())
        length = timedelta(days=(last - first).days + 1)
        return self.invites(
            subject=subject, start=start, length=length, isAllDay=True, showAs="oof"
        )

    def is_busy(self, start: datetime, length: timedelta, subject: str = "Busy") -> Meeting:
        """Block time for oneself."""
        return self.invites(subject=subject, start=start, length=length)

    def forgets_zone(self, meeting: Meeting) -> None:
        """Let the meeting look as if an old client had made it: its zone is a nameless custom one."""
        with self.world.lock:
            for mailbox in self.world.mailboxes.values():
                if copy := mailbox.by_uid(meeting.uid):
                    mailbox.put(replace(copy, zone=CUSTOM), self.world.now())

    def copy(self, meeting: Meeting) -> Item:
        """Return the own copy; LookupError where there is none (any more)."""
        item = self.world.mailbox(self.email).by_uid(meeting.uid)
        if item is None:
            raise LookupError(f"{self.email} has no copy of this meeting")
        return item

    # Documents -------------------------------------------------------------------------------

    def document(self, path: str) -> File:
        """Return a file of the own OneDrive by its path; LookupError where there is none."""
        file = self.world.drives[self.email].at(path)
        if file is None:
            raise LookupError(f"{self.email} has no file {path}")
        return file

    def opens(self, file: File) -> None:
        """Open a file in Word: until it is closed, Graph answers 423 to a write."""
        self._hold(file, lambda readers: readers | {self.email})

    def closes(self, file: File) -> None:
        """Close it again."""
        self._hold(file, lambda readers: readers - {self.email})

    def writes(self, file: File, edit: Callable[[bytes], bytes]) -> None:
        """Change a file in Word and save it, lock or not: `edit` gets and returns the .docx."""
        with self.world.lock:
            drive = self.world.drives[self._keeper(file)]
            now = drive.file(file.id)
            drive.save(now, edit(now.newest.content), self.email)

    def trashes(self, file: File) -> None:
        """Throw a file away."""
        with self.world.lock:
            del self.world.drives[self._keeper(file)].files[file.id]

    # ------------------------------------------------------------------------------------------

    @property
    def _calendar(self) -> Calendar:
        return Calendar(self.world, self.email)

    def _name(self, meeting: Meeting, day: date | None) -> Name:
        return Name(self.copy(meeting).key, day)

    def _answers(
        self,
        meeting: Meeting,
        answer: str,
        on: date | None,
        comment: str = "",
        instead: datetime | None = None,
    ) -> None:
        item = self.copy(meeting)
        proposal = None
        if instead:
            end = instead + (item.end - item.start)
            proposal = {"start": self._wall(item, instead), "end": self._wall(item, end)}
        with self.world.lock:
            self._calendar.respond(self._name(meeting, on), answer, comment, proposal=proposal)

    def _wall(self, item: Item, when: datetime) -> Json:
        """Write wall time in the meeting's own zone; a legacy custom zone is the owner's."""
        return floating(when, str(item.start.tzinfo))

    def _other(self, attendee: Mapping[str, Any]) -> Person | None:
        profile = self.world.find(attendee["emailAddress"]["address"])
        return Person(self.world, profile.email) if profile else None

    def _hold(self, file: File, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
        with self.world.lock:
            drive = self.world.drives[self._keeper(file)]
            now = drive.file(file.id)
            drive.hold(now, change(now.open_by))

    def _keeper(self, file: File) -> str:
        drives = self.world.drives
        return next(email for email, drive in drives.items() if file.id in drive.files)
