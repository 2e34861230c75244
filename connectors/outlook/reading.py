"""A window of a calendar read as a whole, or some of its series afresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from connectors.errors import ConnectorError, NotFound, NotPermitted
from connectors.model import Fresh, Handle, Person, Series, Span
from connectors.outlook import translate
from connectors.outlook.addresses import AddressBook
from connectors.outlook.client import Ask, Graph
from connectors.outlook.feed import edges
from connectors.outlook.mailbox import Mailbox
from connectors.outlook.translate import Eyes
from connectors.outlook.wire import INSTANCE, WHOLE, Json
from connectors.retry import LOOKS, a_moment, doubted

PRIMARY = "primary"
"""The calendar everybody has; others go by the name or id that Outlook gives them."""
_PAGE = "500"
_FEW = 4


class Reader:
    """Reads one calendar of one mailbox; remembers nothing but where that calendar is."""

    def __init__(
        self,
        graph: Graph,
        owner: Person,
        mailbox: Mailbox,
        calendar: str = PRIMARY,
        book: AddressBook | None = None,
    ) -> None:
        self._graph = graph
        self._owner = owner
        self._mailbox = mailbox
        self._calendar = calendar
        self._book = book
        self._path = ""

    def path(self, *, again: bool = False) -> str:
        """Return where the calendar is; ids of calendars do change, so a baseline looks again."""
        if self._calendar == PRIMARY:
            return self._graph.mine("")
        if again or not self._path:
            self._path = self._graph.mine(f"/calendars/{quote(self._named(), safe='')}")
        return self._path

    def _named(self) -> str:
        """Look the calendar up by name or id."""
        wanted = self._calendar.lower()
        for page in self._graph.pages(self._graph.mine("/calendars")):
            for calendar in page["value"]:
                if self._calendar == calendar["id"] or wanted == str(calendar["name"]).lower():
                    return str(calendar["id"])
        raise NotPermitted(
            f"there is no calendar {self._calendar!r}", "name one as Outlook shows it"
        )

    # --- Series ---

    def everything(self, window: Span) -> Fresh:
        """Read all series and the single events that may concern two, or are absences."""
        instances: dict[str, dict[str, Json]] = defaultdict(dict)
        wholes: dict[str, Json] = {}
        for event in self.view(window):
            if master := event.get("seriesMasterId"):
                instances[master][event["id"]] = event
            elif _matters(event):
                wholes[event["id"]] = event
        # The view has no bodies; what two people have linked may be the document they share.
        wholes |= self.wholes([*instances, *(n for n, one in wholes.items() if _of_two(one))])
        return self._translated(wholes, {m: [*i.values()] for m, i in instances.items()}, window)

    def some(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read these afresh; what is gone, or only an instance, is left out."""
        wholes = self.wholes(events)
        masters = [name for name, whole in wholes.items() if whole.get("recurrence")]
        instances = self._instances(masters, window)
        # A series deleted between the two questions is gone, not a series without meetings.
        for name in set(masters) - instances.keys():
            del wholes[name]
        return self._translated(wholes, instances, window)

    def view(self, window: Span) -> Iterator[Json]:
        """Yield what stands in the window: never a master, never a cancelled occurrence."""
        query = {**edges(window), "$select": INSTANCE, "$top": _PAGE}
        for page in self._graph.pages(f"{self.path()}/calendarView", query):
            yield from page["value"]

    def whole(self, event: Handle) -> Json:
        """Read one series or single event; raises `NotFound` for what is gone or cancelled."""
        found = self._whole(event)
        if found.get("isCancelled"):
            raise NotFound("the event was cancelled")
        return found

    @doubted
    def _whole(self, event: Handle) -> Json:
        return self._graph.read(self.event(event), {"$select": WHOLE})

    def wholes(self, events: Iterable[str]) -> dict[str, Json]:
        """Read series and single events by their ids; what is gone is left out."""
        names = list(events)
        asks = [Ask(self.event(name), {"$select": WHOLE}) for name in names]
        answers = zip(names, self._doubted(asks), strict=True)
        found = {name: told for name, answer in answers if (told := _there(answer))}
        return {name: told for name, told in found.items() if not told.get("seriesMasterId")}

    def instances(self, master: Handle, window: Span) -> list[Json]:
        """Read the instances of one series that touch the window."""
        return self._instances([master], window).get(master, [])

    def event(self, name: str) -> str:
        """Return the path of an event, whichever calendar it is in."""
        return self._graph.mine(f"/events/{quote(name, safe='')}")

    def eyes(self, events: Iterable[Json] = ()) -> Eyes:
        """Return how to see these events, with what the address book knows of their people."""
        cards = self._book.cards(events) if self._book else {}
        return Eyes(self._owner, self._mailbox.zone, cards)

    def _instances(self, masters: Collection[str], window: Span) -> dict[str, list[Json]]:
        """Read the instances of some masters; one that is gone by now is left out."""
        query = {**edges(window), "$select": INSTANCE, "$top": _PAGE}
        asks = [Ask(f"{self.event(name)}/instances", query) for name in masters]
        found: dict[str, list[Json]] = {}
        for name, answer in zip(masters, self._doubted(asks), strict=True):
            page = _there(answer)
            if page is None:
                continue
            found[name] = list(page["value"])
            for onward in self._graph.onward(str(page.get("@odata.nextLink") or "")):
                found[name] += onward["value"]
        return found

    def _doubted(self, asks: Sequence[Ask], looks: int = LOOKS) -> list[Json | ConnectorError]:
        """Ask for what was there once; what is missing is asked for again before it is gone."""
        answers = self._graph.batch(asks)
        missing = [n for n, answer in enumerate(answers) if isinstance(answer, NotFound)]
        if missing and looks > 1:
            a_moment()
            again = self._doubted([asks[n] for n in missing], looks - 1)
            for number, answer in zip(missing, again, strict=True):
                answers[number] = answer
        return answers

    def _translated(
        self, wholes: Mapping[str, Json], instances: Mapping[str, list[Json]], window: Span
    ) -> Fresh:
        """Put into our words; what makes no sense is told as a problem and left out."""
        eyes = self.eyes(wholes.values())
        found: dict[Handle, Series] = {}
        unread: dict[Handle, str] = {}
        for name, whole in wholes.items():
            # A cancelled meeting stays in a guest's calendar until they remove it.
            if whole.get("isCancelled"):
                continue
            try:
                found[Handle(name)] = translate.series(whole, instances.get(name, []), window, eyes)
            except (KeyError, ValueError, TypeError) as error:
                unread[Handle(name)] = f"an event in Outlook cannot be read ({error!r}): {name}"
        return Fresh(found, unread)


def _matters(event: Json) -> bool:
    """Whether a single event is an absence, or small enough to be one of two people.

    Aliases, rooms and an organizer who is listed count before the address book knows them.
    """
    people = [one for one in event.get("attendees") or () if one.get("type") != "resource"]
    return 1 <= len(people) <= _FEW or str(event.get("showAs")).lower() == "oof"


def _of_two(event: Json) -> bool:
    """Whether a single event may be one of two people, the organizer listed or not."""
    return 1 <= len(event.get("attendees") or ()) <= 2 and not event.get("isAllDay")


def _there(answer: Json | ConnectorError) -> Json | None:
    """Return what was read, None for what is gone; anything else is no answer about the event."""
    if isinstance(answer, NotFound):
        return None
    if isinstance(answer, ConnectorError):
        raise answer
    return answer
