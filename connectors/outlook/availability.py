"""When people are free, as Exchange tells their colleagues; personal accounts tell the owner's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.errors import ConnectorError, NotFound, NotPermitted
from connectors.model import Busy, Person, Response, Span, WorkingHours
from connectors.outlook import schedules, translate
from connectors.outlook.client import Ask, Graph
from connectors.outlook.mailbox import Mailbox
from connectors.outlook.reading import Reader
from connectors.outlook.wire import Json

_MOST = 20  # addresses in one question
_A_DAY = timedelta(days=1)
_Question = tuple[list[str], Span]


class Availability:
    """Free/busy and working hours for one mailbox; `now` only names a day to ask about."""

    def __init__(
        self,
        graph: Graph,
        reader: Reader,
        owner: Person,
        mailbox: Mailbox,
        now: Callable[[], datetime],
    ) -> None:
        self._graph = graph
        self._reader = reader
        self._owner = owner
        self._mailbox = mailbox
        self._now = now
        self._weeks: dict[str, Json] = {}
        self.of_others = True
        """Whether colleagues can be asked about; no personal account can (known once refused)."""

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Tell when people are taken; who cannot be seen is left out."""
        try:
            told = self._schedules([one.address for one in people], window)
        except (NotPermitted, NotFound):
            self.of_others = False
            mine = [one for one in people if one.answers_to(self._owner.address)]
            return dict.fromkeys(mine, self._own(window)) if mine else {}
        seen = {one: schedules.busy(told.get(one.address, ({},))) for one in people}
        known = {one: busy for one, busy in seen.items() if busy is not None}
        self_told = {o: busy for o, busy in known.items() if o.answers_to(self._owner.address)}
        own = self._own(window) if self_told else Busy()
        return known | {one: schedules.each(own, busy) for one, busy in self_told.items()}

    def hours(self, person: Person) -> WorkingHours | None:
        """Tell the working week, as last seen with the free/busy; None for strangers."""
        year = self._now().year
        if person.answers_to(self._owner.address):
            return self._mailbox.hours(year)
        if person.address not in self._weeks and self.of_others:
            self.busy([person], Span(self._now(), self._now() + _A_DAY))
        week = self._weeks.get(person.address)
        return schedules.hours(week, year, self._mailbox.zone()) if week else None

    def _schedules(self, addresses: Sequence[str], window: Span) -> Mapping[str, list[Json]]:
        """Ask for everybody, stretch by stretch; return each one's answers by address."""
        groups = [list(addresses[n : n + _MOST]) for n in range(0, len(addresses), _MOST)]
        questions = [(group, one) for one in schedules.stretches(window) for group in groups]
        found: dict[str, list[Json]] = {}
        while questions:
            again: list[_Question] = []
            for address, stretch, entry in self._told(questions):
                halves = schedules.halves(entry, stretch)
                again += [([address], half) for half in halves]
                found.setdefault(address, []).extend(() if halves else (entry,))
            questions = again
        return found

    def _told(self, questions: Sequence[_Question]) -> Iterator[tuple[str, Span, Json]]:
        """Ask, and yield what is told of each address for each stretch."""
        path = self._graph.mine("/calendar/getSchedule")
        asks = [Ask(path, body=schedules.question(group, one)) for group, one in questions]
        for (group, stretch), answer in zip(questions, self._graph.batch(asks), strict=True):
            if isinstance(answer, ConnectorError):
                raise answer
            # The answers come in the order of the question; their names may be spelled otherwise.
            for address, entry in zip(group, answer["value"], strict=True):
                if week := entry.get("workingHours"):
                    self._weeks[address] = week
                yield address, stretch, entry

    def _own(self, window: Span) -> Busy:
        """Return the owner's times from the calendar itself."""
        eyes = self._reader.eyes()
        shown = {event["id"]: event for event in self._reader.view(window)}
        return schedules.told(_taken(shown.values(), eyes))


def _taken(events: Iterable[Json], eyes: translate.Eyes) -> Iterable[tuple[str, Span]]:
    for event in events:
        declined = translate.response(event.get("responseStatus")) is Response.DECLINED
        if not (event.get("isCancelled") or declined):
            yield str(event.get("showAs")).lower(), translate.span(event, eyes.zone() or "UTC")
