"""The ASGI application: who asks, may he, does the API know such a request, then the answer.

Each module that answers methods offers them in `METHODS` by the id of the discovery document, so
a method nobody wrote is a 404 like an address that never was. Handlers are plain functions run
one at a time in the server's only thread: a request sees the world whole.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.standins.faults import Wire
from connectors.standins.google import (
    channels,
    directory,
    discovery,
    drive,
    events,
    feed,
    freebusy,
    partial,
    settings,
    tasks,
)
from connectors.standins.google.call import Call, Method
from connectors.standins.google.consent import Consent
from connectors.standins.google.docs import methods as documents
from connectors.standins.google.errors import Json, Refusal, invalid, not_found
from connectors.standins.google.sign_in import check_scopes
from connectors.standins.google.uploads import multipart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from connectors.standins.google.world import World

METHODS: Mapping[str, Method] = {
    **events.METHODS,
    **feed.METHODS,
    **freebusy.METHODS,
    **settings.METHODS,
    **channels.METHODS,
    **drive.METHODS,
    **documents.METHODS,
    **directory.METHODS,
    **tasks.METHODS,
}


def application(world: World) -> Wire:
    """Return the stand-in for one world, behind a wire that logs and can be broken."""
    consent = Consent(world)

    async def api(request: Request) -> Response:
        return _answer(world, request, await request.body())

    verbs = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    routes = [
        Route("/token", consent.token, methods=["POST"]),
        Route("/o/oauth2/v2/auth", consent.authorize),
        Route("/{path:path}", api, methods=verbs),
    ]
    return Wire(Starlette(routes=routes))


def _answer(world: World, request: Request, body: bytes) -> Response:
    """Answer one API request, a refusal in the shape of the API that was asked."""
    path = request.scope["raw_path"].decode()
    try:
        answer = _checked(world, request, path, body)
    except Refusal as refusal:
        listed = path.startswith(("/calendar", "/drive", "/upload", "/admin", "/tasks"))
        return JSONResponse(refusal.listed if listed else refusal.plain, refusal.status)
    match answer:
        case None:
            return Response(status_code=204)
        case str():
            return PlainTextResponse(answer)
        case _:
            return JSONResponse(answer)


def _checked(world: World, request: Request, path: str, body: bytes) -> Json | str | None:
    """Hold a request against the documents, its sender against his scopes, then do it."""
    found = discovery.find(request.method, path)
    if found is None or found[0].id not in METHODS:
        raise not_found(f"No method at {request.method} {path}.")
    method, place = found
    grant = world.sign_in.bearer(request.headers.get("authorization"))
    caller = world.find(grant.email)
    if caller is None:
        raise Refusal(401, "authError", "Invalid Credentials")
    check_scopes(grant, method.scopes)
    parameters = place | method.query(request.query_params.multi_items())
    metadata, media = _parsed(request, body)
    method.check(metadata)
    mask = partial.parse(parameters.get("fields", "*"))
    method.check_fields(mask)
    call = Call(world, grant, caller, parameters, metadata, request.headers, media)
    answer = METHODS[method.id](call)
    return partial.kept(answer, mask) if isinstance(answer, dict) else answer


def _parsed(request: Request, body: bytes) -> tuple[Json, str]:
    """Return the JSON of a request and, for an upload, its media."""
    kind = request.headers.get("content-type", "")
    try:
        if kind.startswith("multipart/related"):
            return multipart(kind, body)
        parsed = json.loads(body) if body else {}
    except ValueError:
        raise invalid("Parse Error") from None
    if not isinstance(parsed, dict):
        raise invalid("Invalid JSON payload received.")
    return parsed, ""
