"""What people do by hand: the human side of the stand-in, in plain verbs.

The verbs go through the same writes as the API, without its checks: people use the web page,
which may do what no program can, such as moving one's own copy or ticking a box.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from connectors.standins.google import freebusy, scheduling
from connectors.standins.google.accepted import sound
from connectors.standins.google.calendar import Calendar, Entry, Target
from connectors.standins.google.docs.page import Page
from connectors.standins.google.recurrence import ended
from connectors.standins.google.times import Moment, edge, moment, slot

if TYPE_CHECKING:
    from collections.abc import Collection

    from connectors.standins.google.errors import Json
    from connectors.standins.google.world import World

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class Person:
    """Somebody with a Google account.

    Events go by their id. `on` names one occurrence of a series: its original start, or only the
    date of it. People's own acts tell the others by mail, as the web page proposes.
    """

    def __init__(self, world: World, email: str, name: str, timezone: str) -> None:
        self.world = world
        self.email = email
        self.name = name
        self.manager: str | None = None
        self.started: str | None = None
        self.number = f"{100_000_000_000_000_000_000 + world.next_serial()}"
        self.calendar = Calendar(email, timezone, opaque_ids=world.opaque_ids)
        self.calendar.settings["timezone"] = timezone
        self.tasks: dict[str, Json] = {}
        """The default list of Google Tasks, by id, deleted ones as well."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other addresses of the same account."""
        return self.calendar.aliases

    # -- habits

    def works(self, start: str, end: str, days: Collection[str] = _WEEKDAYS) -> None:
        """Set working hours, as `09:00`."""
        first, last = (_minutes(text) for text in (start, end))
        times = [{"dayOfWeek": day, "periodStart": first, "periodEnd": last} for day in days]
        self.calendar.working_hours = {"workingHoursEnabled": True, "availableTimes": times}

    def hides_free_busy(self) -> None:
        """Let nobody else see free and busy."""
        self.calendar.free_busy_hidden = True

    def shares_calendar(self, reader: str, role: str = "reader") -> None:
        """Let somebody read (`reader`) or change (`writer`) this calendar."""
        self.calendar.readers[reader] = role

    # -- meetings

    def schedules(
        self,
        title: str,
        start: Moment,
        *,
        minutes: int = 30,
        guests: Collection[str] = (),
        rule: str | None = None,
        **fields: Any,  # noqa: ANN401 - any further field of the Event resource
    ) -> str:
        """Create a meeting (with `rule`, as `FREQ=WEEKLY`, a series); return its id."""
        event_id = f"human{self.world.next_serial():021d}"
        body = self._body(self.email, event_id) | {"summary": title} | fields
        body |= self._times(start, timedelta(minutes=minutes))
        if rule:
            body["recurrence"] = [f"RRULE:{rule}"]
        if guests:
            everybody = [{"email": self.email, "responseStatus": "accepted"}]
            body["attendees"] = everybody + [{"email": guest} for guest in guests]
        body = sound(body, self.calendar.timezone)
        scheduling.create(self.world, self.calendar, event_id, body, "all")
        return event_id

    def is_invited(self, by: str, title: str, start: Moment, *, rule: str | None = None) -> str:
        """Get an invitation from somebody outside, with whom nobody here shares a calendar."""
        event_id = f"guest{self.world.next_serial():021d}"
        body = self._body(by, event_id) | {"summary": title}
        body |= self._times(start, timedelta(minutes=30))
        body["attendees"] = [{"email": by, "responseStatus": "accepted"}, {"email": self.email}]
        if rule:
            body["recurrence"] = [f"RRULE:{rule}"]
        now, serial = self.world.now(), self.world.next_serial()
        body = sound(body, self.calendar.timezone)
        self.calendar.entries[event_id] = Entry(event_id, body, now, now, serial)
        return event_id

    def changes(self, event: str, *, on: Moment | None = None, **fields: Any) -> None:  # noqa: ANN401
        """Change fields as organizer; None removes one."""
        target = self.target(event, on)
        body = sound(target.body | fields, self.calendar.timezone)
        scheduling.write(self.world, self.calendar, target, body, "all")

    def cancels(self, event: str, *, on: Moment | None = None, tell: bool = True) -> None:
        """Cancel one occurrence, a single meeting, or the whole series."""
        sends = "all" if tell else "none"
        scheduling.cancel(self.world, self.target(event, on), sends)

    def restores(self, event: str, *, on: Moment | None = None) -> None:
        """Take a cancellation back."""
        self.changes(event, on=on, status="confirmed")

    def excludes(self, event: str, *, on: Moment) -> None:
        """Drop an occurrence as CalDAV clients do: EXDATE in the rule, no exception (facts 2.6)."""
        target = self.target(event, on)
        original = moment(target.body["originalStartTime"])
        kind = "" if isinstance(original, datetime) else ";VALUE=DATE"
        lines = [*target.entry.body["recurrence"], f"EXDATE{kind}:{slot(original)}"]
        self.changes(event, recurrence=lines)

    def moves(self, event: str, to: Moment, *, on: Moment | None = None) -> None:
        """Give a meeting another start, same length."""
        self.changes(event, on=on, **self._moved(self.target(event, on), to))

    def moves_privately(self, event: str, to: Moment, *, on: Moment | None = None) -> None:
        """Move only one's own copy of somebody else's meeting (facts 3.9)."""
        target = self.target(event, on)
        scheduling.keep(self.world, target, target.body | self._moved(target, to))

    def splits(
        self, event: str, *, on: Moment, to: Moment | None = None, named_after_old: bool = True
    ) -> str:
        """Change "this and following": two calls, exceptions reset (facts 2.8); return the new id.

        The web page names the new half after the old one (`_R`), other programs do not.
        """
        target = self.target(event, on)
        old, original = target.entry, moment(target.body["originalStartTime"])
        utc = slot(original).removesuffix("Z")
        unrelated = f"split{self.world.next_serial():021d}"
        new_id = f"{old.id.partition('_R')[0]}_R{utc}" if named_after_old else unrelated
        body = {key: value for key, value in old.body.items() if key != "status"}
        body |= self._moved(target, to or original)
        body |= {"status": "confirmed", "iCalUID": f"{new_id}@google.com"}
        self.ends(event, on=on)
        scheduling.create(self.world, self.calendar, new_id, body, "all")
        return new_id

    def ends(self, event: str, *, on: Moment) -> None:
        """End a series before an occurrence."""
        target = self.target(event, on)
        last = moment(target.body["originalStartTime"])
        step = timedelta(seconds=1) if isinstance(last, datetime) else timedelta(days=1)
        lines = [
            ended(line, last - step) if line.startswith("RRULE") else line
            for line in target.entry.body["recurrence"]
        ]
        self.changes(event, recurrence=lines)

    def accepts(self, event: str, *, on: Moment | None = None) -> None:
        """Answer yes."""
        self._answers(event, on, "accepted", "")

    def declines(self, event: str, *, on: Moment | None = None, comment: str = "") -> None:
        """Answer no."""
        self._answers(event, on, "declined", comment)

    def is_out_of_office(
        self, start: datetime, end: datetime, *, title: str = "Out of office", declines: bool = True
    ) -> str:
        """Be away; by default meetings in that time are declined automatically (facts 3.2)."""
        mode = "declineAllConflictingInvitations" if declines else "declineNone"
        properties = {"autoDeclineMode": mode, "declineMessage": "Declined because I am away"}
        if declines:
            self._decline_all(start, end, properties["declineMessage"])
        return self.schedules(
            title,
            start,
            minutes=int((end - start).total_seconds() // 60),
            eventType="outOfOffice",
            outOfOfficeProperties=properties,
        )

    # -- documents

    def starts_document(self, title: str) -> str:
        """Make a Doc in the web page, unknown to every app; return its id."""
        return self.world.drive.add(self.email, title).id

    def opens(self, document: str) -> Page:
        """Open a document to write in it."""
        return Page(self.world, self.world.drive.files[document])

    def opens_with_app(self, document: str) -> None:
        """Pick a document in the app's file picker, so that `drive.file` covers it (facts 7.1)."""
        self.world.drive.files[document].apps.add(self.world.sign_in.client)

    def trashes(self, document: str) -> None:
        """Put a document into the trash."""
        file = self.world.drive.files[document]
        file.trashed = True
        self.world.drive.touch(file)

    # -- what stands behind the verbs

    def target(self, event: str, on: Moment | None = None) -> Target:
        """Return this person's copy of an event, or of the occurrence named by `on`."""
        entry = self.calendar.entries[event]
        if on is None:
            return Target(entry, None)
        if isinstance(on, datetime):
            return Target(entry, slot(on))
        day = datetime.combine(on, time(), ZoneInfo(entry.zone)) + timedelta(days=1)
        slots = entry.slots(day, self.calendar.timezone)
        matching = (s for s in reversed(slots) if _date(entry.inherited(s)) == on)
        return Target(entry, next(matching))

    def busy(self, start: datetime, end: datetime) -> list[freebusy.Busy]:
        """Return when this person is taken."""
        return freebusy.busy(self.calendar, start, end)

    def _answers(self, event: str, on: Moment | None, status: str, comment: str) -> None:
        """Answer for oneself, with a mail to the organizer."""
        answer: Json = {"responseStatus": status} | ({"comment": comment} if comment else {})
        target = self.target(event, on)
        scheduling.respond(self.world, self.calendar, target, answer, "all")

    def _decline_all(self, start: datetime, end: datetime, comment: str) -> None:
        """Say no to every meeting with guests in a span, as Google does for the absent."""
        answer = {"responseStatus": "declined", "comment": comment}
        for entry in list(self.calendar.entries.values()):
            for target in freebusy.occurrences(self.calendar, entry, start, end):
                if target.body.get("attendees"):
                    scheduling.respond(self.world, self.calendar, target, answer, "all")

    def _body(self, organizer: str, event_id: str) -> Json:
        """What every event has from its first moment."""
        by = {"email": organizer}
        return {
            "status": "confirmed",
            "creator": by,
            "organizer": by,
            "iCalUID": f"{event_id}@google.com",
            "sequence": 0,
            "reminders": {"useDefault": True},
            "eventType": "default",
        }

    def _times(self, start: Moment, length: timedelta) -> Json:
        """Return start and end; an all-day event takes one day."""
        zone = self.calendar.timezone
        if not isinstance(start, datetime):
            length = timedelta(days=1)
        return {"start": edge(start, zone), "end": edge(start + length, zone)}

    def _moved(self, target: Target, to: Moment) -> Json:
        """Return start and end at another time, as long as before."""
        body = target.body
        length = moment(body["end"]) - moment(body["start"])
        zone = body["start"].get("timeZone", self.calendar.timezone)
        return {"start": edge(to, zone), "end": edge(to + length, zone)}


def _minutes(text: str) -> int:
    """Return minutes from midnight, as working hours are written."""
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _date(body: Json) -> Moment:
    """Return the day an occurrence starts on where its series lives."""
    start = moment(body["start"])
    if isinstance(start, datetime):
        return start.astimezone(ZoneInfo(body["start"]["timeZone"])).date()
    return start
