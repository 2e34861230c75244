"""The company directory (opt-in): who manages whom, since when, under which names.

The Admin SDK tells the most. Where it is closed to this person, the People API tells what every
colleague may see.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import cached_property

from connectors.errors import NotFound, NotPermitted
from connectors.google.service import Google, Json
from connectors.model import Entry, Person

_FIELDS = "names,emailAddresses,relations,organizations"
_COLLEAGUES = "DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"


class GoogleDirectory:
    """Looks people up; implements `protocol.Directory`."""

    def __init__(self, google: Google) -> None:
        self._google = google

    def entry(self, person: Person) -> Entry | None:
        """Look a person up; reports are known only where the Admin SDK is open."""
        users = self._google.resource("admin", "users")
        try:
            user = self._google.read(users.get(userKey=person.address, projection="full"))
        except NotFound:
            return None
        except NotPermitted:
            return self._colleagues.get(person.address)
        return _user(user, self._reports(user["primaryEmail"]))

    def _reports(self, address: str) -> tuple[str, ...]:
        """Return who reports to an address, without those who report to them in turn."""
        users = self._google.resource("admin", "users")
        pages = self._google.pages(
            users.list, customer="my_customer", query=f"directManager='{address}'", maxResults=500
        )
        return tuple(
            str(one["primaryEmail"]).lower() for page in pages for one in page.get("users", ())
        )

    @cached_property
    def _colleagues(self) -> dict[str, Entry]:
        """All colleagues by address, read once: the People API finds nobody by an address."""
        people = self._google.resource("people", "people")
        pages = self._google.pages(
            people.listDirectoryPeople, readMask=_FIELDS, sources=[_COLLEAGUES], pageSize=1000
        )
        try:
            found = [_colleague(one) for page in pages for one in page.get("people", ())]
        except (NotFound, NotPermitted):
            return {}
        return {
            address: entry
            for entry in found
            for address in (entry.person.address, *entry.person.aliases)
        }


def _user(user: Json, reports: tuple[str, ...]) -> Entry:
    """Read what the Admin SDK tells."""
    primary = str(user["primaryEmail"]).lower()
    others = [*user.get("aliases", ()), *user.get("nonEditableAliases", ())]
    others += [one.get("address", "") for one in user.get("emails", ())]
    # The account is made on the first day, unless a whole company moved to Google.
    created = str(user.get("creationTime", ""))
    return Entry(
        person=_person(primary, user.get("name", {}).get("fullName", ""), others),
        manager=next(_managers(user, "value"), None),
        reports=reports,
        started=datetime.fromisoformat(created).date() if created else None,
    )


def _colleague(told: Json) -> Entry:
    """Read what the People API tells every colleague; its first address is the primary one."""
    addresses = [str(one.get("value", "")) for one in told.get("emailAddresses", ())]
    name = next((str(one.get("displayName", "")) for one in told.get("names", ())), "")
    return Entry(
        person=_person((addresses or [""])[0].lower(), name, addresses),
        manager=next(_managers(told, "person"), None),
        started=next(_started(told), None),
    )


def _person(address: str, name: str, others: list[str]) -> Person:
    aliases = frozenset(other.lower() for other in others if other) - {address}
    return Person(address, name, aliases)


def _managers(told: Json, key: str) -> Iterator[str]:
    """Yield the managers that are named by address; a relation may also be a mere name."""
    for relation in told.get("relations", ()):
        value = str(relation.get(key, "")).lower()
        if relation.get("type") == "manager" and "@" in value:
            yield value


def _started(told: Json) -> Iterator[date]:
    """Yield the first days that the organizations of a person are known with."""
    for organization in told.get("organizations", ()):
        day = organization.get("startDate", {})
        if day.keys() >= {"year", "month", "day"}:
            yield date(day["year"], day["month"], day["day"])
