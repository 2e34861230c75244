"""The company directory: Admin SDK users, and as much of People as joins ids to addresses.

The manager stands in the user's `relations`; reports are those whose manager one is, found by a
query. The first day is taken for the day the account was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.standins.google.discovery import properties
from connectors.standins.google.errors import Json, invalid, not_found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.standins.google.call import Call, Method
    from connectors.standins.google.people import Person


_LARGEST_PAGE = 1000


def user(call: Call) -> Json:
    """Answer users.get: by address, alias or id."""
    key = call.parameters["userKey"]
    people = call.world.people.values()
    found = call.world.find(key) or next((p for p in people if p.number == key), None)
    if found is None:
        raise not_found(f"Resource Not Found: {key}")
    return _user(found)


def users(call: Call) -> Json:
    """Answer users.list: 100 a page, at most 500 (facts 10.9)."""
    if not {"customer", "domain"} & call.parameters.keys():
        raise invalid("Bad Request: customer or domain is required.")
    if "pageToken" in call.parameters:
        return call.world.pages.next(call.parameters["pageToken"])
    found = [p for p in call.world.people.values() if _asked_for(call, p)]
    size = call.parameters.get("maxResults", 100)
    head = {"kind": "admin#directory#users"}
    items = [_user(person) for person in found]
    return call.world.pages.first("users", items, size, head=head, last={})


def person(call: Call) -> Json:
    """Answer people.get; `people/me` is the caller."""
    if "personFields" not in call.parameters:
        raise invalid("personFields mask is required.")
    name = call.parameters["resourceName"].removeprefix("people/")
    people = call.world.people.values()
    found = call.caller if name == "me" else next((p for p in people if p.number == name), None)
    if found is None:
        raise not_found("Requested entity was not found.")
    return _profile(found, _mask(call.parameters["personFields"]))


def directory_people(call: Call) -> Json:
    """Answer people.listDirectoryPeople."""
    if not {"readMask", "sources"} <= call.parameters.keys():
        raise invalid("readMask and sources are required.")
    if "pageToken" in call.parameters:
        return call.world.pages.next(call.parameters["pageToken"])
    mask = _mask(call.parameters["readMask"])
    if not 1 <= call.parameters.get("pageSize", 100) <= _LARGEST_PAGE:
        raise invalid("Page size must be between 1 and 1000.", "pageSize")
    items = [_profile(each, mask) for each in call.world.people.values()]
    size = call.parameters.get("pageSize", 100)
    return call.world.pages.first("people", items, size, head={}, last={})


def _mask(text: str) -> list[str]:
    """Read a mask of People; a field it does not have is refused."""
    fields = text.split(",")
    if unknown := set(fields) - properties("people.v1", "Person"):
        raise invalid(f'Invalid field mask path: "{min(unknown)}".')
    return fields


def _asked_for(call: Call, who: Person) -> bool:
    """Whether a person fits `domain` and the query (`manager=…`, `email=…`)."""
    if who.email.partition("@")[2] != call.parameters.get("domain", who.email.partition("@")[2]):
        return False
    name, _, value = call.parameters.get("query", "").partition("=")
    wanted = value.strip("'\"")
    match name:
        case "":
            return True
        case "manager" | "directManager":
            return bool(who.manager == wanted)
        case "email":
            return wanted in {who.email, *who.aliases}
        case _:
            raise invalid("Invalid Input: query")


def _user(who: Person) -> Json:
    """A user as the Admin SDK tells him; what is not known is left out."""
    given, _, family = who.name.partition(" ")
    names = {"fullName": who.name, "givenName": given, "familyName": family}
    addresses = [{"address": who.email, "primary": True}]
    addresses += [{"address": alias} for alias in who.aliases]
    shown: Json = {
        "kind": "admin#directory#user",
        "id": who.number,
        "primaryEmail": who.email,
        "name": names,
        "emails": addresses,
        "suspended": False,
    }
    if who.aliases:
        shown["aliases"] = list(who.aliases)
    if who.manager:
        shown["relations"] = [{"type": "manager", "value": who.manager}]
    if who.started:
        shown["creationTime"] = f"{who.started}T08:00:00.000Z"
    return shown


def _profile(who: Person, mask: list[str]) -> Json:
    """A person as People tells him, cut to the mask."""
    fields: Json = {
        "names": [{"displayName": who.name}],
        "emailAddresses": [{"value": address} for address in (who.email, *who.aliases)],
    }
    if who.manager:
        fields["relations"] = [{"person": who.manager, "type": "manager"}]
    shown = {name: value for name, value in fields.items() if name in mask}
    return {"resourceName": f"people/{who.number}", "etag": "%"} | shown


METHODS: Mapping[str, Method] = {
    "directory.users.get": user,
    "directory.users.list": users,
    "people.people.get": person,
    "people.people.listDirectoryPeople": directory_people,
}
