"""The company's directory on Graph: who reports to whom, since when, and by which addresses.

Opt-in: a person's sign-in needs the consent of an administrator for it. Other people's mailbox
settings can be read with application permissions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from urllib.parse import quote

from connectors.errors import ConnectorError, NotFound, NotPermitted
from connectors.model import AttendeeKind, Entry, Person
from connectors.outlook import zones
from connectors.outlook.client import Ask, Graph
from connectors.outlook.translate import Card
from connectors.outlook.wire import Json

_NAMES = "displayName,mail,userPrincipalName,proxyAddresses"
_KINDS = {
    "room": AttendeeKind.ROOM,
    "equipment": AttendeeKind.RESOURCE,
    "shared": AttendeeKind.GROUP,
}
_MOST = 4
"""Meetings of more people are no one-on-ones, whoever the others are."""


class OutlookDirectory:
    """Looks people up; implements `protocol.Directory`, and is the calendar's address book."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._cards: dict[str, Card] = {}
        self._domains: set[str] = set()
        """Where the directory has people; whoever else has an address there is a list."""

    def entry(self, person: Person) -> Entry | None:
        """Look a person up by address; None where the directory does not know them."""
        user = _user(person.address)
        said, boss, team, settings = self._graph.batch(
            [
                Ask(user, {"$select": f"{_NAMES},employeeHireDate"}),
                Ask(f"{user}/manager", {"$select": _NAMES}),
                Ask(f"{user}/directReports", {"$select": _NAMES}),
                Ask(f"{user}/mailboxSettings"),
            ]
        )
        found = _known(said)
        if found is None:
            return None
        manager, hired = _known(boss), str(found.get("employeeHireDate") or "")[:10]
        reports = (_address(one) for one in (_known(team) or {}).get("value", ()))
        zone = zones.iana(str((_known(settings) or {}).get("timeZone") or ""))
        return Entry(
            person=Person(
                person.address,
                str(found.get("displayName") or person.name),
                person.aliases | set(_addresses(found)) - {person.address},
            ),
            manager=_address(manager) if manager else None,
            reports=tuple(reports),
            started=date.fromisoformat(hired) if hired else None,
            zone=zone or None,
        )

    def cards(self, events: Iterable[Json]) -> Mapping[str, Card]:
        """Return what the directory knows of the people in small series, each asked for once."""
        fresh = dict.fromkeys(_people(events))
        asked = [address for address in fresh if address not in self._cards]
        answers = self._graph.batch([Ask(_user(one), {"$select": _NAMES}) for one in asked])
        purposes = self._purposes(asked)
        told = dict(zip(asked, answers, strict=True))
        people = {address: found for address, answer in told.items() if (found := _known(answer))}
        self._domains |= {_domain(one) for found in people.values() for one in _addresses(found)}
        for address, answer in told.items():
            found = people.get(address, {})
            kind = purposes.get(address) or self._kind(address, answer)
            card = Card(_address(found) or address, kind)
            self._cards |= dict.fromkeys({address, *_addresses(found)}, card)
        return self._cards

    def _kind(self, address: str, answer: Json | ConnectorError) -> AttendeeKind:
        """Tell a list from a person; whom the directory may not be asked about is taken for one."""
        listed = isinstance(answer, NotFound) and _domain(address) in self._domains
        return AttendeeKind.GROUP if listed else AttendeeKind.INDIVIDUAL

    def _purposes(self, addresses: list[str]) -> dict[str, AttendeeKind]:
        """Tell rooms from people; only an organisation may read that of others."""
        if not self._graph.for_all:
            return {}
        answers = self._graph.batch([Ask(f"{_user(one)}/mailboxSettings") for one in addresses])
        told = zip(addresses, map(_known, answers), strict=True)
        purposes = {one: str(said.get("userPurpose")) for one, said in told if said}
        return {one: _KINDS[purpose] for one, purpose in purposes.items() if purpose in _KINDS}


def _user(address: str) -> str:
    return f"/users/{quote(address, safe='@')}"


def _known(answer: Json | ConnectorError) -> Json | None:
    """Return what was told; unknown and not for us to know come to the same."""
    if isinstance(answer, NotFound | NotPermitted):
        return None
    if isinstance(answer, ConnectorError):
        raise answer
    return answer


def _address(user: Json) -> str:
    return str(user.get("mail") or user.get("userPrincipalName") or "").lower()


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _addresses(user: Json) -> Iterator[str]:
    """Yield every address that reaches a user."""
    mail = (str(one) for one in user.get("proxyAddresses") or ())
    proxies = (one[5:] for one in mail if one.lower().startswith("smtp:"))
    yield from (one.lower() for one in (*proxies, _address(user)) if one)


def _people(events: Iterable[Json]) -> Iterator[str]:
    for event in events:
        attendees = event.get("attendees") or ()
        if event.get("recurrence") and len(attendees) < _MOST:
            for one in (event.get("organizer") or {}, *attendees):
                if address := str((one.get("emailAddress") or {}).get("address") or "").lower():
                    yield address
