"""gcal-sync with a store that outlives the process: one JSON file. Arguments: address and token."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from gcal_sync.api import GoogleCalendarService
from gcal_sync.auth import AbstractAuth
from gcal_sync.store import CalendarStore
from gcal_sync.sync import CalendarEventSyncManager

from tests.bench.measure import show


class Auth(AbstractAuth):  # type: ignore[misc]
    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        super().__init__(session, f"{base}/calendar/v3")
        self._token = token

    async def async_get_access_token(self) -> str:
        return self._token


class Store(CalendarStore):  # type: ignore[misc]
    def __init__(self, file: Path) -> None:
        self._file = file

    async def async_load(self) -> dict[str, Any] | None:
        if not self._file.exists():
            return None
        found: dict[str, Any] = json.loads(self._file.read_bytes())
        return found

    async def async_save(self, data: dict[str, Any]) -> None:
        self._file.write_text(json.dumps(data), encoding="utf-8")


def main(base: str, token: str) -> None:
    with TemporaryDirectory() as home, asyncio.Runner() as runner:
        store = Store(Path(home) / "store.json")
        session = runner.run(opened())
        service = GoogleCalendarService(Auth(session, base, token))

        def look() -> None:
            runner.run(CalendarEventSyncManager(service, "primary", store).run())

        show(look, look)
        runner.run(session.close())


async def opened() -> aiohttp.ClientSession:
    return aiohttp.ClientSession()


if __name__ == "__main__":
    main(*sys.argv[1:])
