"""Where every Graph request arrives: let in, checked, limited, handled, and `$batch` as well.

A request passes in Graph's own order: path and method, token, whose things, rights, options, body.
Outlook runs four requests a mailbox at once and refuses the fifth; parts of a batch count one by
one. Handlers run in threads, under the world's lock.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import NAMESPACE_URL, uuid5

from starlette.concurrency import run_in_threadpool

from connectors.standins.graph import (
    access,
    delta,
    description,
    directory,
    events,
    files,
    schedule,
    subscriptions,
    tasks,
)
from connectors.standins.graph.asking import Ask, Handler, Routes
from connectors.standins.graph.calls import Call, Json, Refused, Reply
from connectors.standins.graph.login import Grant
from connectors.standins.graph.profile import Kind, Profile
from connectors.standins.graph.world import World, known
from connectors.standins.graph.zones import stamp

_AT_ONCE = 4
_RETRY_AFTER = "2.128"
_PREFIX = re.compile(r"(/me|/users/\{user-id\}|/drives/\{drive-id\})?(.*)")
_SAME_CALENDAR = re.compile(r"/calendars?(?:/\{calendar-id\})?(?=/(?:calendarView|events)\b)")
_SCHEDULE = "/calendars/{calendar-id}/getSchedule"
_ROUTES: Routes = {
    **events.ROUTES,
    **delta.ROUTES,
    **schedule.ROUTES,
    **directory.ROUTES,
    **files.ROUTES,
    **subscriptions.ROUTES,
    **tasks.ROUTES,
}
_NOBODY = Profile("application", "Application", Kind.OUTSIDER)
"""Whose things an application means where the path names nobody."""


@dataclass(slots=True)
class Desk:
    """Answers calls on one world."""

    world: World
    _under_way: Counter[str] = field(default_factory=Counter)

    async def answer(self, call: Call) -> Reply:
        """Answer one request, a `$batch` too; a refusal is an answer like any other."""
        number = uuid5(NAMESPACE_URL, f"request:{self.world.number()}")
        request_id = call.headers.get("client-request-id", str(number))
        try:
            reply = await (self._batch(call) if call.path == "/$batch" else self._one(call))
        except Refused as refused:
            reply = refused.reply(request_id, stamp(self.world.now()))
        return replace(reply, headers={"request-id": request_id, **reply.headers})

    async def _one(self, call: Call) -> Reply:
        """Answer one request that is no batch, if its mailbox has a place free."""
        ask, suffix, handler = self._let_in(call)
        with self._place(ask.owner.email if access.is_outlook(suffix) else None):
            await asyncio.sleep(self.world.quirks.latency)
            return await run_in_threadpool(self._handled, handler, ask)

    def _handled(self, handler: Handler, ask: Ask) -> Reply:
        """Run a handler; one at a time, since all share the world."""
        with self.world.lock:
            return handler(ask)

    @contextmanager
    def _place(self, mailbox: str | None) -> Iterator[None]:
        """Hold one of the four places of a mailbox; 429 when all are taken."""
        if mailbox is None:
            yield
            return
        if self._under_way[mailbox] >= _AT_ONCE:
            raise _throttled()
        self._under_way[mailbox] += 1
        try:
            yield
        finally:
            self._under_way[mailbox] -= 1

    def _let_in(self, call: Call) -> tuple[Ask, str, Handler]:
        """Check path, token, rights, options and body, in the order Graph does."""
        operation = description.find(call.method, call.path)
        grant = self.world.login.grant(call.headers.get("authorization", ""))
        suffix = _suffix(operation.template)
        owner = self._owner(operation, grant)
        access.check(grant, owner, call.method, suffix)
        operation.check_query(call.query)
        body = None if operation.takes_bytes else _json(call)
        if not operation.takes_bytes:
            operation.check_body(body)
        handler = _ROUTES.get((call.method, suffix))
        if handler is None:
            message = f"The stand-in does not play {call.method} {suffix}."
            raise Refused(501, "notImplemented", message)
        return Ask(self.world, call, grant, owner, operation.variables, body), suffix, handler

    def _owner(self, operation: description.Operation, grant: Grant) -> Profile:
        """Return whose things the path means."""
        names = operation.variables
        if "user_id" in names:
            owner = known(self.world, names["user_id"])
        elif "drive_id" in names:
            owner = self._drive_owner(names["drive_id"])
        elif grant.email is not None:
            owner = self.world.people[grant.email]
        elif operation.template.startswith("/me"):
            message = "/me request is only valid with delegated authentication flow."
            raise Refused(400, "BadRequest", message)
        else:
            owner = _NOBODY
        wanted = names.get("calendar_id")
        if wanted not in {None, directory.calendar_id(owner)}:
            raise Refused(404, "ErrorItemNotFound", "The specified folder could not be found.")
        return owner

    def _drive_owner(self, drive_id: str) -> Profile:
        """Return whose drive that is."""
        for email, drive in self.world.drives.items():
            if drive.id == drive_id:
                return self.world.people[email]
        raise Refused(404, "itemNotFound", "The drive could not be found.")

    async def _batch(self, call: Call) -> Reply:
        """Answer up to 20 parts with an outer 200, the last one first: order is not promised.

        Four run at a time, beside whatever else is under way in the mailbox.
        """
        body = _json(call)
        description.find("POST", "/$batch").check_body(body)
        _check_order(body["requests"])
        told: dict[str, asyncio.Task[Json]] = {}
        batch = _Batch(call, told, asyncio.Semaphore(_AT_ONCE))
        for part in body["requests"]:
            told[part["id"]] = asyncio.create_task(self._part(batch, part))
        return Reply(200, {"responses": list(reversed(await asyncio.gather(*told.values())))})

    async def _part(self, batch: _Batch, part: Json) -> Json:
        """Answer one part, its refusal inside its own answer."""
        whose = "/".join(
            part["url"].split("/")[:3] if part["url"].startswith("/users/") else ["me"]
        )
        batch.places[whose] += not part.get("dependsOn")
        crowded = batch.places[whose] > self.world.quirks.batch_width
        before = [await batch.told[other] for other in part.get("dependsOn", ())]
        if any(one["status"] >= 400 for one in before):
            reply = Reply(424, {"error": {"code": "FailedDependency", "message": "Not tried."}})
        elif crowded and not before:
            reply = _throttled().reply("batch", stamp(self.world.now()))
        else:
            async with batch.running:
                reply = await self.answer(_call_of(batch.outer, part))
        body = reply.body.decode() if isinstance(reply.body, bytes) else reply.body
        headers = {"Content-Type": "application/json", **reply.headers}
        return {"id": part["id"], "status": reply.status, "headers": headers, "body": body}


@dataclass(slots=True)
class _Batch:
    """A batch under way: what each part is told, and how many parts a mailbox has in it."""

    outer: Call
    told: dict[str, asyncio.Task[Json]]
    running: asyncio.Semaphore
    places: Counter[str] = field(default_factory=Counter)


def _check_order(parts: Sequence[Json]) -> None:
    """Refuse parts of one name, parts that wait for none before them, and batches in batches."""
    before: set[str] = set()
    for part in parts:
        waits = set(part.get("dependsOn", ()))
        if part["id"] in before or not waits <= before or part["url"].endswith("/$batch"):
            raise Refused(400, "BadRequest", f"Invalid batch payload: part {part['id']}.")
        before.add(part["id"])


def _suffix(template: str) -> str:
    """Return the path behind the owner, the default calendar named in one way only."""
    found = _PREFIX.fullmatch(template)
    prefix, rest = found.groups() if found else ("", template)
    if prefix and prefix.startswith("/drives"):
        return f"/drive{rest}"
    if rest == _SCHEDULE:
        return "/calendar/getSchedule"
    return _SAME_CALENDAR.sub("", rest)


def _json(call: Call) -> Any:  # noqa: ANN401 - a body is whatever the client sent
    """Read a body; a JSON body that does not say so is refused, in a batch as well."""
    if not call.body:
        return None
    if not call.headers.get("content-type", "").startswith("application/json"):
        raise Refused(400, "BadRequest", "Write requests must say Content-Type: application/json.")
    try:
        return json.loads(call.body)
    except ValueError as broken:
        raise Refused(400, "BadRequest", "Unable to read JSON request payload.") from broken


def _call_of(outer: Call, part: Json) -> Call:
    """Return the request a part of a batch stands for; only the sign-in is inherited."""
    url = urlsplit(part["url"])
    said = {name.lower(): value for name, value in part.get("headers", {}).items()}
    return Call(
        part["method"],
        unquote(url.path),
        dict(parse_qsl(url.query, keep_blank_values=True)),
        {"authorization": outer.headers.get("authorization", ""), **said},
        json.dumps(part["body"]).encode() if "body" in part else b"",
        outer.base,
    )


def _throttled() -> Refused:
    """Say that the mailbox is busy; the wait is a fraction, which `int()` cannot read."""
    message = "Application is over its MailboxConcurrency limit."
    return Refused(429, "ApplicationThrottled", message, headers={"Retry-After": _RETRY_AFTER})
