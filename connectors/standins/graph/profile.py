"""Who lives in the stand-in's world: people, rooms, lists, and people of other companies."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from connectors.standins.graph.calls import Json
from connectors.standins.graph.zones import custom, windows_name

WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


class Kind(StrEnum):
    """What stands behind an address."""

    USER = "user"
    PERSONAL = "personal"  # a Microsoft account of no organisation
    ROOM = "room"
    LIST = "list"  # a distribution list or group
    SHARED = "shared"  # a mailbox that several people read
    OUTSIDER = "outsider"  # somewhere else: gets mail, cannot be seen


@dataclass(frozen=True, slots=True)
class Profile:
    """An address with what the directory and the mailbox settings say about it.

    `timezone` is an IANA name; `zone_as` is how the mailbox spells it (a Windows name by
    default). Without `licensed` there is no mailbox in Exchange Online.
    """

    email: str
    name: str
    kind: Kind = Kind.USER
    aliases: tuple[str, ...] = ()
    timezone: str = "Europe/Berlin"
    zone_as: str = ""
    hours: tuple[time, time] = (time(9), time(17, 30))
    workdays: tuple[str, ...] = WORKDAYS
    custom_hours_zone: bool = False
    manager: str | None = None
    hired: date | None = None
    closed_to_apps: bool = False
    licensed: bool = True
    keeps_declined: bool = False
    calendar_number: int = 1
    """Part of the calendar's id, which Exchange may change."""
    members: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        """The object id, the same in every run."""
        return str(uuid5(NAMESPACE_URL, f"mailto:{self.email}"))

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses in lower case."""
        return frozenset(address.lower() for address in (self.email, *self.aliases))

    @property
    def is_human(self) -> bool:
        """Whether mail to it is read by one person."""
        return self.kind in {Kind.USER, Kind.PERSONAL, Kind.OUTSIDER}

    @property
    def has_mailbox(self) -> bool:
        """Whether Graph can open its calendar."""
        return self.licensed and self.kind not in {Kind.LIST, Kind.OUTSIDER}

    @property
    def zone_name(self) -> str:
        """The zone as the mailbox settings spell it."""
        return self.zone_as or windows_name(self.timezone)

    def as_address(self) -> Json:
        """Return the `emailAddress` of this person."""
        return {"name": self.name, "address": self.email}

    def as_attendee(self) -> Json:
        """Return the `attendee` an organizer writes into a meeting."""
        kind = "resource" if self.kind is Kind.ROOM else "required"
        return {"emailAddress": self.as_address(), "type": kind}

    def working_hours(self, year: int) -> Json:
        """Return `workingHours`; often with a custom zone, to be read with its bias reversed."""
        opens, closes = self.hours
        tz = custom(self.timezone, year) if self.custom_hours_zone else {"name": self.zone_name}
        return {
            "daysOfWeek": list(self.workdays),
            "startTime": f"{opens:%H:%M:%S}.0000000",
            "endTime": f"{closes:%H:%M:%S}.0000000",
            "timeZone": tz,
        }
