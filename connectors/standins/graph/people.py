"""What people do with Outlook and Word, in plain verbs: for the demo and for tests.

A person acts on the own copy of a meeting, named by the uid all copies share. Occurrences are named
by their original day in the meeting's own zone, wherever they were moved to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.standins.graph import rules
from connectors.standins.graph.calendar import Calendar
from connectors.standins.graph.calls import Json
from connectors.standins.graph.ids import Name
from connectors.standins.graph.items import Instance, Item, occurrence, whole
from connectors.standins.graph.writing import address_of
from connectors.standins.graph.zones import CUSTOM, floating, wire, zone

if TYPE_CHECKING:
    from connectors.standins.graph.drive import File
    from connectors.standins.graph.profile import Profile
    from connectors.standins.graph.world import World


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

    def schedules(
        self,
        title: str,
        start: datetime,
        *,
        minutes: int = 30,
        guests: Collection[str] = (),
        repeats: Json | None = None,
        uid: str | None = None,
        **fields: Any,  # noqa: ANN401 - further properties as Graph spells them
    ) -> str:
        """Make a single meeting, or a series kept in the own zone; return its uid."""
        own = self.profile.zone_name
        body = {
            "subject": title,
            "start": wire(start, own),
            "end": wire(start + timedelta(minutes=minutes), own),
            "attendees": [self._attendee(guest) for guest in guests],
            **({"recurrence": repeats} if repeats else {}),
            **fields,
        }
        with self.world.lock:
            return self._calendar.create(body, uid).uid

    def meets(
        self,
        guest: str,
        title: str,
        start: datetime,
        *,
        every: int = 1,
        **fields: Any,  # noqa: ANN401 - as in schedules
    ) -> str:
        """Make a series of two on the weekday of `start`, every so many weeks, for ever."""
        repeats = rules.weekly(start.astimezone(zone(self.profile.timezone)).date(), every)
        return self.schedules(title, start, guests=[guest], repeats=repeats, **fields)

    def moves(self, meeting: str, to: datetime, *, on: date | None = None) -> None:
        """Give one occurrence or the whole meeting another start, same length."""
        found = self._instance(meeting, on)
        self.changes(meeting, on=on, **_times(found, to))

    def changes(
        self,
        meeting: str,
        *,
        on: date | None = None,
        **fields: Any,  # noqa: ANN401 - as Graph spells them
    ) -> None:
        """Change any properties, as somebody does in the Outlook window."""
        with self.world.lock:
            self._calendar.update(self._name(meeting, on), fields)

    def cancels(self, meeting: str, *, on: date | None = None, comment: str = "") -> None:
        """Cancel one occurrence or everything, as organizer."""
        with self.world.lock:
            self._calendar.cancel(self._name(meeting, on), comment)

    def deletes(self, meeting: str, *, on: date | None = None) -> None:
        """Delete from the own calendar; as an attendee nobody hears of it."""
        with self.world.lock:
            self._calendar.delete(self._name(meeting, on))

    def accepts(self, meeting: str, *, on: date | None = None) -> None:
        """Accept."""
        self._answers(meeting, "accepted", on)

    def declines(
        self,
        meeting: str,
        *,
        on: date | None = None,
        comment: str = "",
        instead: datetime | None = None,
    ) -> None:
        """Decline, perhaps with another time instead."""
        self._answers(meeting, "declined", on, comment, instead)

    def hesitates(
        self,
        meeting: str,
        *,
        on: date | None = None,
        comment: str = "",
        instead: datetime | None = None,
    ) -> None:
        """Accept tentatively, perhaps with another time instead."""
        self._answers(meeting, "tentativelyAccepted", on, comment, instead)

    def splits(self, meeting: str, *, on: date, to: datetime) -> str:
        """Change "this and all following": the old series ends before `on`, a new one begins."""
        item = self.copy(meeting)
        if item.recurrence is None:
            raise ValueError("only a series can be split")
        first = to.astimezone(item.start.tzinfo).date()
        repeats = rules.weekly(first, item.recurrence["pattern"]["interval"])
        guests = [address_of(attendee) for attendee in item.attendees]
        minutes = (item.end - item.start) // timedelta(minutes=1)
        self.ends(meeting, on - timedelta(days=1))
        title = str(item.fields["subject"])
        return self.schedules(title, to, minutes=minutes, guests=guests, repeats=repeats)

    def ends(self, meeting: str, last: date) -> None:
        """Let a series end with the day `last`."""
        recurrence = self.copy(meeting).recurrence
        if recurrence is None:
            raise ValueError("only a series can be ended")
        self.changes(meeting, recurrence=rules.ended(recurrence, last))

    def is_out_of_office(self, first: date, last: date, title: str = "Out of office") -> str:
        """Be away for whole days, both inclusive."""
        own = self.profile.zone_name
        after = last + timedelta(days=1)
        days = {"start": floating(first, own), "end": floating(after, own)}
        body = {"subject": title, "isAllDay": True, "showAs": "oof", **days}
        with self.world.lock:
            return self._calendar.create(body).uid

    def forgets_zone(self, meeting: str) -> None:
        """Let the meeting look as if an old client had made it, in a nameless custom zone."""
        with self.world.lock:
            for mailbox in self.world.mailboxes.values():
                if copy := mailbox.by_uid(meeting):
                    mailbox.put(replace(copy, zone=CUSTOM), self.world.now())

    def copy(self, meeting: str) -> Item:
        """Return the own copy; LookupError where there is none (any more)."""
        item = self.world.mailbox(self.email).by_uid(meeting)
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

    def _name(self, meeting: str, day: date | None) -> Name:
        return Name(self.copy(meeting).key, day)

    def _instance(self, meeting: str, day: date | None) -> Instance:
        item = self.copy(meeting)
        return occurrence(item, day) if day else whole(item)

    def _answers(
        self,
        meeting: str,
        answer: str,
        on: date | None,
        comment: str = "",
        instead: datetime | None = None,
    ) -> None:
        proposal = _times(self._instance(meeting, on), instead) if instead else None
        with self.world.lock:
            self._calendar.respond(self._name(meeting, on), answer, comment, proposal=proposal)

    def _attendee(self, address: str) -> Json:
        known = self.world.find(address)
        return known.as_attendee() if known else {"emailAddress": {"address": address}}

    def _hold(self, file: File, change: Callable[[frozenset[str]], frozenset[str]]) -> None:
        """Change who has the file open."""
        with self.world.lock:
            drive = self.world.drives[self._keeper(file)]
            now = drive.file(file.id)
            drive.hold(now, change(now.open_by))

    def _keeper(self, file: File) -> str:
        """Return in whose drive a file lies: it may be somebody else's."""
        drives = self.world.drives
        return next(email for email, drive in drives.items() if file.id in drive.files)


def _times(found: Instance, to: datetime) -> Json:
    """Return start and end at another time, in the meeting's own zone."""
    own = str(found.item.start.tzinfo)
    return {"start": wire(to, own), "end": wire(to + (found.end - found.start), own)}
