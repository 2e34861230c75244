"""A small company on the stand-in, and the real client to talk to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import httpx2
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import Resource, build

from connectors.standins.faults import Wire
from connectors.standins.google import Person, World

BERLIN = ZoneInfo("Europe/Berlin")
BASES = {
    "calendar": ("v3", "/calendar/v3/"),
    "drive": ("v3", "/drive/v3/"),
    "docs": ("v1", "/"),
    "people": ("v1", "/"),
    "admin": ("directory_v1", "/"),
}


@dataclass
class Clock:
    """Stands at Sunday, 1 March 2026, noon in Berlin, until it is moved."""

    now: datetime = datetime(2026, 3, 1, 12, tzinfo=BERLIN)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Google:
    """The stand-in as clients reach it; services are made once a person and API."""

    base: str
    world: World
    wire: Wire
    made: dict[tuple[str, str], Resource] = field(default_factory=dict)

    def service(self, api: str, who: Person) -> Resource:
        if (api, who.email) not in self.made:
            version, path = BASES[api]
            self.made[api, who.email] = build(
                api,
                version,
                credentials=_credentials(self.world.token(who.email)),
                client_options={"api_endpoint": self.base + path},
            )
        return self.made[api, who.email]

    def events(self, who: Person) -> Resource:
        return self.service("calendar", who).events()

    def raw(
        self, who: Person, method: str, path: str, json: object = None, **query: str
    ) -> httpx2.Response:
        """Send what the real client refuses to send."""
        headers = {"authorization": f"Bearer {self.world.token(who.email)}"}
        url = self.base + path
        return httpx2.request(method, url, headers=headers, params=query, json=json)

    def close(self) -> None:
        for service in self.made.values():
            service.close()


def _credentials(token: str) -> Credentials:
    return Credentials(token)  # type: ignore[no-untyped-call]


def march(day: int, hour: int = 10) -> datetime:
    """Return an hour in Berlin in March 2026."""
    return datetime(2026, 3, day, hour, tzinfo=BERLIN)
