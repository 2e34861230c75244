"""The same two people at each provider, behind the real connector: what they do with their hands.

Files lie in a folder; Google and Microsoft 365 are the stand-ins, asked over HTTP. Maya's house
looks after her account; with `both` it also looks after Ben's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from connectors.files import FilesCalendar
from connectors.model import Handle, Person, Span
from connectors.protocol import Calendar
from connectors.standins.faults import Wire
from connectors.standins.google import Person as Googler
from connectors.standins.google import World as GoogleWorld
from connectors.standins.google import application as google_application
from connectors.standins.graph import Person as Microsofter
from connectors.standins.graph import rules
from connectors.standins.server import serve
from daemon.tick import Turn
from tests.connectors.files.bench import FilesBench
from tests.connectors.google.benches import Company as Google
from tests.connectors.outlook.bench import Clock
from tests.connectors.outlook.bench import Company as Microsoft
from tests.stage import BEN, FIRST, HALF_AN_HOUR, MAYA, Stage, week

DAY = timedelta(days=1)


class Provider(Protocol):
    """What people can do wherever their calendar is; a meeting is named by its event."""

    clock: Clock
    people: Sequence[str]
    """Whose times can be seen from Maya's account."""
    wire: Wire | None
    """The way to the server, where there is one."""

    def calendar(self, of: Person) -> Calendar:
        """Return somebody's calendar as visavis sees it."""

    def meet(self, start: datetime, *, by: str = MAYA, title: str = "1:1", rule: str = "") -> str:
        """Let one of the two invite the other, once or by a rule."""

    def cancel(self, event: str, on: datetime) -> None:
        """Let the organizer cancel one meeting of a series."""

    def decline(self, event: str, on: datetime, who: str, comment: str = "") -> None:
        """Let a guest decline one meeting of a series."""

    def move(self, event: str, on: datetime, to: datetime) -> None:
        """Let the organizer move one meeting of a series."""

    def split(self, event: str, on: datetime, to: datetime) -> None:
        """Let the organizer change this one and all that follow."""

    def redraw(self, event: str, to: datetime) -> None:
        """Let the organizer put the whole series on another day."""

    def end(self, event: str, on: datetime) -> None:
        """Let the organizer end the series before one of its meetings."""

    def delete(self, event: str) -> None:
        """Let the organizer delete the whole series."""

    def garble(self, event: str) -> None:
        """Let a program write the series in a way that nobody can read."""

    def mend(self, event: str) -> None:
        """Let it write the series as it was."""

    def away(self, who: str, day: datetime) -> None:
        """Let somebody be out of office for the day of a moment."""

    def plan(self, start: datetime, minutes: int) -> None:
        """Let Maya keep some time for something else."""


class AtFiles:
    """Calendars in a folder: nobody else's can be seen, and guests' answers come with the file."""

    def __init__(self, _: ExitStack, folder: Path) -> None:
        self.clock = Clock()
        self.people: Sequence[str] = (MAYA,)
        self.wire: Wire | None = None
        self.path = folder / "calendar"
        self.path.mkdir()
        self.bench = FilesBench(self.path)

    def calendar(self, of: Person) -> Calendar:
        return FilesCalendar(self.path, of, "Europe/Berlin")

    def meet(self, start: datetime, *, by: str = MAYA, title: str = "1:1", rule: str = "") -> str:
        event = self.bench.meet(Span(start, start + HALF_AN_HOUR), rule or None, invited=by == BEN)
        self.bench.rename(event, title)
        return event

    def cancel(self, event: str, on: datetime) -> None:
        self.bench.cancel(Handle(event), on)

    def decline(self, event: str, on: datetime, who: str, comment: str = "") -> None:
        said = f"PARTSTAT=DECLINED{f';X-RESPONSE-COMMENT={comment}' if comment else ''}"
        address = "BEN@acme.example" if who == BEN else who
        self.bench.move(Handle(event), on, Span(on, on + HALF_AN_HOUR))
        file = self.path / event.partition("#")[0]
        head, mark, override = file.read_bytes().decode().partition("RECURRENCE-ID")
        start = head.rindex("BEGIN:VEVENT")
        both = head[start:] + mark + override
        both = both.replace(f"PARTSTAT=ACCEPTED:mailto:{address}", f"{said}:mailto:{address}")
        file.write_bytes((head[:start] + both).encode())

    def move(self, event: str, on: datetime, to: datetime) -> None:
        self.bench.move(Handle(event), on, Span(to, to + HALF_AN_HOUR))

    def split(self, event: str, on: datetime, to: datetime) -> None:
        self.end(event, on)
        self.meet(to, rule="FREQ=WEEKLY")

    def redraw(self, event: str, to: datetime) -> None:
        def lines(text: str) -> str:
            for start, new in ((FIRST, to), (FIRST + HALF_AN_HOUR, to + HALF_AN_HOUR)):
                text = text.replace(f"{start:%Y%m%dT%H%M%S}", f"{new:%Y%m%dT%H%M%S}")
            return text

        self._edit(event, lines)

    def end(self, event: str, on: datetime) -> None:
        until = f"RRULE:FREQ=WEEKLY;UNTIL={(on - DAY).astimezone(UTC):%Y%m%dT%H%M%SZ}"
        self._edit(event, lambda text: text.replace("RRULE:FREQ=WEEKLY", until))

    def delete(self, event: str) -> None:
        self.bench.delete(Handle(event))

    def garble(self, event: str) -> None:
        self.bench.garble(Handle(event))

    def mend(self, event: str) -> None:
        self.bench.mend(Handle(event))

    def away(self, who: str, day: datetime) -> None:
        assert who == MAYA, "a folder knows its owner alone"
        text = AWAY.format(uid=f"away-{day:%d}", first=f"{day:%Y%m%d}", after=f"{day + DAY:%Y%m%d}")
        (self.path / f"away-{day:%m%d}.ics").write_text(text, newline="\r\n")

    def plan(self, start: datetime, minutes: int) -> None:
        text = TAKEN.format(
            uid=f"taken-{start:%d%H%M}", start=f"{start:%Y%m%dT%H%M%S}", minutes=minutes
        )
        (self.path / f"taken-{start:%d%H%M}.ics").write_text(text, newline="\r\n")

    def _edit(self, event: str, change: Callable[[str], str]) -> None:
        file = self.path / event.partition("#")[0]
        file.write_bytes(change(file.read_bytes().decode()).encode())


TAKEN = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//another program//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:{start}
DURATION:PT{minutes}M
SUMMARY:Something else
END:VEVENT
END:VCALENDAR
"""
AWAY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//another program//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:{first}
DTEND;VALUE=DATE:{after}
SUMMARY:Away
X-MICROSOFT-CDO-BUSYSTATUS:OOF
END:VEVENT
END:VCALENDAR
"""


class AtGoogle:
    """Two people at one Google."""

    def __init__(self, stack: ExitStack, _: Path) -> None:
        self.clock = Clock()
        world = GoogleWorld(self.clock)
        wire = google_application(world)
        self.people: Sequence[str] = (MAYA, BEN)
        self.wire: Wire | None = wire
        self.company = Google(stack.enter_context(serve(wire)), world, wire)
        stack.callback(self.company.close)
        # As colleagues often do: free/busy alone tells nobody why somebody is away.
        self.company.ben.shares_calendar(MAYA)

    def calendar(self, of: Person) -> Calendar:
        return self.company.calendar(self._who(of.address))

    def meet(self, start: datetime, *, by: str = MAYA, title: str = "1:1", rule: str = "") -> str:
        guest = MAYA if by == BEN else BEN
        return self._who(by).schedules(title, start, guests=[guest], rule=rule or None)

    def cancel(self, event: str, on: datetime) -> None:
        self._host(event).cancels(event, on=on)

    def decline(self, event: str, on: datetime, who: str, comment: str = "") -> None:
        self._who(who).declines(event, on=on, comment=comment)

    def move(self, event: str, on: datetime, to: datetime) -> None:
        self._host(event).moves(event, to, on=on)

    def split(self, event: str, on: datetime, to: datetime) -> None:
        self._host(event).splits(event, on=on, to=to)

    def redraw(self, event: str, to: datetime) -> None:
        self._host(event).moves(event, to)

    def end(self, event: str, on: datetime) -> None:
        self._host(event).ends(event, on=on)

    def delete(self, event: str) -> None:
        self._host(event).cancels(event)

    def garble(self, event: str) -> None:
        self._host(event).changes(event, recurrence=["RRULE:FREQ=YEARLY;BYEASTER=1"])

    def mend(self, event: str) -> None:
        self._host(event).changes(event, recurrence=["RRULE:FREQ=WEEKLY"])

    def away(self, who: str, day: datetime) -> None:
        midnight = day.replace(hour=0, minute=0)
        self._who(who).is_out_of_office(midnight, midnight + DAY, declines=False)

    def plan(self, start: datetime, minutes: int) -> None:
        self.company.maya.schedules("Something else", start, minutes=minutes)

    def _who(self, address: str) -> Googler:
        return self.company.maya if address == MAYA else self.company.ben

    def _host(self, event: str) -> Googler:
        entry = self.company.maya.calendar.entries[event]
        return self._who(str(entry.body["organizer"]["email"]))


class AtMicrosoft:
    """Two people at one Microsoft 365."""

    def __init__(self, stack: ExitStack, _: Path) -> None:
        self.clock = Clock()
        self.company = Microsoft(stack, self.clock)
        self.people: Sequence[str] = (MAYA, BEN)
        self.wire: Wire | None = self.company.wire

    def calendar(self, of: Person) -> Calendar:
        return self.company.of(of)

    def meet(
        self,
        start: datetime,
        *,
        by: str = MAYA,
        title: str = "1:1",
        rule: str = "",
        uid: str | None = None,
    ) -> str:
        guest = MAYA if by == BEN else BEN
        repeats = rules.weekly(start.date()) if rule else None
        return self._who(by).schedules(title, start, guests=[guest], repeats=repeats, uid=uid)

    def cancel(self, event: str, on: datetime) -> None:
        self._host(event).cancels(event, on=on.date())

    def decline(self, event: str, on: datetime, who: str, comment: str = "") -> None:
        self._who(who).declines(event, on=on.date(), comment=comment)

    def move(self, event: str, on: datetime, to: datetime) -> None:
        self._host(event).moves(event, to, on=on.date())

    def split(self, event: str, on: datetime, to: datetime) -> None:
        self._host(event).splits(event, on=on.date(), to=to)

    def redraw(self, event: str, to: datetime) -> None:
        host = self._host(event)
        host.moves(event, to)
        host.changes(event, recurrence=rules.weekly(to.date()))

    def end(self, event: str, on: datetime) -> None:
        self._host(event).ends(event, (on - DAY).date())

    def delete(self, event: str) -> None:
        self._host(event).deletes(event)

    def garble(self, event: str) -> None:
        self.company.garble(self.company.handle(event))

    def mend(self, event: str) -> None:
        self.company.mend(self.company.handle(event))

    def away(self, who: str, day: datetime) -> None:
        self._who(who).is_out_of_office(day.date(), day.date())

    def plan(self, start: datetime, minutes: int) -> None:
        self.company.maya.schedules("Something else", start, minutes=minutes)

    def _who(self, address: str) -> Microsofter:
        return self.company.maya if address == MAYA else self.company.ben

    def _host(self, event: str) -> Microsofter:
        for who in (self.company.maya, self.company.ben):
            if who.copy(event).organizer == who.email:
                return who
        raise LookupError(event)


class AtBoth:
    """Maya at Google, Ben at Microsoft: each has a copy, and here the mail between them is fast.

    What either does is done at Google first; the copies share their uid, as invitations do.
    """

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        self.google, self.microsoft = AtGoogle(stack, folder), AtMicrosoft(stack, folder)
        self.google.clock = self.microsoft.clock
        self.google.company.world.now = self.microsoft.clock
        self.clock = self.microsoft.clock
        self.people: Sequence[str] = (MAYA, BEN)
        self.wire: Wire | None = None

    def calendar(self, of: Person) -> Calendar:
        return (self.google if of.address == MAYA else self.microsoft).calendar(of)

    def meet(self, start: datetime, *, by: str = MAYA, title: str = "1:1", rule: str = "") -> str:
        event = self.google.meet(start, by=by, title=title, rule=rule)
        self.microsoft.meet(start, by=by, title=title, rule=rule, uid=_uid(event))
        return event

    def cancel(self, event: str, on: datetime) -> None:
        self.google.cancel(event, on)
        self.microsoft.cancel(_uid(event), on)

    def decline(self, event: str, on: datetime, who: str, comment: str = "") -> None:
        self.google.decline(event, on, who, comment)
        self.microsoft.decline(_uid(event), on, who, comment)

    def move(self, event: str, on: datetime, to: datetime) -> None:
        self.google.move(event, on, to)
        self.microsoft.move(_uid(event), on, to)

    def split(self, event: str, on: datetime, to: datetime) -> None:
        self.end(event, on)
        self.meet(to, rule="FREQ=WEEKLY")

    def redraw(self, event: str, to: datetime) -> None:
        self.google.redraw(event, to)
        self.microsoft.redraw(_uid(event), to)

    def end(self, event: str, on: datetime) -> None:
        self.google.end(event, on)
        self.microsoft.end(_uid(event), on)

    def delete(self, event: str) -> None:
        self.google.delete(event)
        self.microsoft.delete(_uid(event))

    def garble(self, event: str) -> None:
        self.google.garble(event)
        self.microsoft.garble(_uid(event))

    def mend(self, event: str) -> None:
        self.google.mend(event)
        self.microsoft.mend(_uid(event))

    def away(self, who: str, day: datetime) -> None:
        (self.google if who == MAYA else self.microsoft).away(who, day)

    def plan(self, start: datetime, minutes: int) -> None:
        self.google.plan(start, minutes)


def _uid(event: str) -> str:
    return f"{event}@google.com"


PROVIDERS: dict[str, type[AtFiles | AtGoogle | AtMicrosoft | AtBoth]] = {
    "files": AtFiles,
    "google": AtGoogle,
    "outlook": AtMicrosoft,
}
"""What a house with one account may look after."""


MIXED = "mixed"
"""A house that looks after both people, each at another provider."""


class Place:
    """A house over one provider; the world's clock goes with its turns."""

    def __init__(self, stack: ExitStack, home: Path, provider: str, *people: str) -> None:
        self.at: Provider = (PROVIDERS | {MIXED: AtBoth})[provider](stack, home)
        if provider == MIXED:
            people = (MAYA, BEN)
        self._stack, self._people = stack, people or (MAYA,)
        self.at.clock.at = (FIRST - 7 * DAY).astimezone(UTC)
        self.stage = self.another(home)
        self.event = self.at.meet(FIRST, rule="FREQ=WEEKLY")

    def another(self, home: Path) -> Stage:
        """Install visavis once more, for the same people."""
        stage = Stage(home, accounts={one: Person(one) for one in self._people})
        self._stack.callback(stage.store.close)
        self._wire(stage)
        return stage

    def rewire(self) -> None:
        """Take up changed settings."""
        self._wire(self.stage)

    def _wire(self, stage: Stage) -> None:
        accounts = stage.house.accounts
        wired = (replace(a, calendar=self.at.calendar(a.owner)) for a in accounts)
        stage.house = replace(stage.house, accounts=tuple(wired))

    def tick(self, now: datetime) -> Turn:
        """Take one turn, without a failure."""
        return self.turn(self.stage, now)

    def turn(self, stage: Stage, now: datetime) -> Turn:
        """Let one installation take a turn, without a failure."""
        turn = self.trying(stage, now)
        assert [(failure.error, failure.decision) for failure in turn.failed] == []
        return turn

    def trying(self, stage: Stage, now: datetime) -> Turn:
        """Let one installation take a turn, whatever comes of it."""
        self.at.clock.at = now.astimezone(UTC)
        return stage.tick(now)

    def verdicts(self, now: datetime, number: int = 1) -> list[str]:
        """Return what the meetings planned for a week count as."""
        monday = week(number) - DAY / 2
        return [
            str(one.verdict)
            for one in self.stage.dossier(now).outcomes
            if monday < one.recurrence_id < monday + 7 * DAY
        ]
