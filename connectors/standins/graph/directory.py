"""Users, managers and reports, mailbox settings, and the list of calendars."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from tzlocal.windows_tz import tz_win

from connectors.standins.graph import description
from connectors.standins.graph.asking import Ask, Routes
from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.profile import Kind, Profile
from connectors.standins.graph.world import known
from connectors.standins.graph.zones import zone

# What the directory answers without $select; aliases and the hiring date must be asked for.
_DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
_PURPOSE = {
    Kind.USER: "user",
    Kind.PERSONAL: "user",
    Kind.ROOM: "room",
    Kind.SHARED: "shared",
}


def user(ask: Ask) -> Reply:
    """`/me` or `/users/{id or address}`."""
    return Reply(200, _user(ask, ask.owner))


def manager(ask: Ask) -> Reply:
    """The manager, or 404 at the top."""
    if ask.owner.manager is None:
        message = "Resource 'manager' does not exist."
        raise Refused(404, "Request_ResourceNotFound", message)
    return Reply(200, _user(ask, known(ask.world, ask.owner.manager)))


def reports(ask: Ask) -> Reply:
    """Those who report directly to this person."""
    everybody = ask.world.people.values()
    found = [person for person in everybody if person.manager == ask.owner.email]
    return Reply(200, {"value": [_user(ask, person) for person in found]})


def _user(ask: Ask, person: Profile) -> Json:
    """Return what was selected, unknown values as null; the short default otherwise."""
    wanted = [name for name in ask.query.get("$select", "").split(",") if name]
    if unknown := set(wanted) - description.properties("user"):
        message = f"Could not find a property named '{min(unknown)}' on type 'user'."
        raise Refused(400, "Request_BadRequest", message)
    everything = _everything(person)
    return {name: everything.get(name) for name in wanted or _DEFAULT}


def _everything(person: Profile) -> Json:
    first, _, last = person.name.partition(" ")
    others = [f"smtp:{alias}" for alias in person.aliases]
    return {
        "id": person.id,
        "displayName": person.name,
        "givenName": first,
        "surname": last,
        "mail": person.email,
        "userPrincipalName": person.email,
        "businessPhones": [],
        "proxyAddresses": [f"SMTP:{person.email}", *others],
        "employeeHireDate": f"{person.hired.isoformat()}T00:00:00Z" if person.hired else None,
        "accountEnabled": True,
        "userType": "Member",
    }


def settings(ask: Ask) -> Reply:
    """`mailboxSettings`: the zone as it was set, Windows or IANA, and the working hours."""
    owner = ask.owner
    return Reply(
        200,
        {
            "timeZone": owner.zone_name,
            "language": {"locale": "en-US", "displayName": "English (United States)"},
            "automaticRepliesSetting": {"status": "disabled"},
            "userPurpose": _PURPOSE[owner.kind],
            "workingHours": owner.working_hours(ask.now.year),
        },
    )


def change_settings(ask: Ask) -> Reply:
    """PATCH of the zone or the working hours."""
    changes: Json = {}
    if name := ask.body.get("timeZone"):
        changes |= {"zone_as": name, "timezone": str(zone(name))}
    if hours := ask.body.get("workingHours"):
        edges = hours["startTime"], hours["endTime"]
        changes["hours"] = tuple(time.fromisoformat(edge) for edge in edges)
        changes["workdays"] = tuple(hours["daysOfWeek"])
    ask.world.learn(ask.owner.email, **changes)
    return settings(replace(ask, owner=ask.world.people[ask.owner.email]))


def calendars(ask: Ask) -> Reply:
    """All calendars: in this world everybody has the default one."""
    return Reply(200, {"value": [_calendar(ask)]})


def calendar(ask: Ask) -> Reply:
    """The default calendar, or the one of that id."""
    wanted = ask.variables.get("calendar_id")
    if wanted not in {None, calendar_id(ask.owner)}:
        raise Refused(404, "ErrorItemNotFound", "The specified folder could not be found.")
    return Reply(200, _calendar(ask))


def calendar_id(person: Profile) -> str:
    """Return the id of a person's only calendar."""
    return f"AAMkAGU{person.calendar_number}calendar{person.id.replace('-', '')}="


def _calendar(ask: Ask) -> Json:
    """Return the `calendar` of the owner."""
    return {
        "id": calendar_id(ask.owner),
        "name": "Calendar",
        "isDefaultCalendar": True,
        "canEdit": True,
        "canShare": True,
        "canViewPrivateItems": True,
        "owner": ask.owner.as_address(),
        "allowedOnlineMeetingProviders": ["teamsForBusiness"],
        "defaultOnlineMeetingProvider": "teamsForBusiness",
    }


def windows_zones(_ask: Ask) -> Reply:
    """`supportedTimeZones()`: Windows names."""
    names = sorted(set(tz_win.values()))
    return Reply(200, {"value": [{"alias": name, "displayName": name} for name in names]})


def iana_zones(_ask: Ask) -> Reply:
    """`supportedTimeZones(TimeZoneStandard=…'Iana')`: IANA names."""
    return Reply(200, {"value": [{"alias": name, "displayName": name} for name in sorted(tz_win)]})


_IANA = "/outlook/supportedTimeZones(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')"

ROUTES: Routes = {
    ("GET", ""): user,
    ("GET", "/manager"): manager,
    ("GET", "/directReports"): reports,
    ("GET", "/mailboxSettings"): settings,
    ("PATCH", "/mailboxSettings"): change_settings,
    ("GET", "/calendars"): calendars,
    ("GET", "/calendar"): calendar,
    ("GET", "/calendars/{calendar-id}"): calendar,
    ("GET", "/outlook/supportedTimeZones()"): windows_zones,
    ("GET", _IANA): iana_zones,
}
