"""The stand-in over HTTP: Graph under `/v1.0`, sign-in beside it, behind a wire with faults."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.standins.faults import Wire
from connectors.standins.graph.calls import Call, Reply
from connectors.standins.graph.desk import Desk
from connectors.standins.graph.world import World

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def application(world: World) -> Wire:
    """Return the world as an ASGI application, its requests logged and breakable."""
    places = _Places(world, Desk(world))
    routes = [
        Route("/v1.0/{path:path}", places.graph, methods=_METHODS),
        Route("/download/{drive}/{file}/{revision}", places.download),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", places.configuration),
        Route("/{tenant}/oauth2/v2.0/authorize", places.authorize),
        Route("/{tenant}/oauth2/v2.0/token", places.token, methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/devicecode", places.device_code, methods=["POST"]),
    ]
    return Wire(Starlette(routes=routes))


class _Places:
    """The addresses and what answers there."""

    def __init__(self, world: World, desk: Desk) -> None:
        self._world = world
        self._desk = desk

    async def graph(self, request: Request) -> Response:
        call = Call(
            request.method,
            f"/{request.path_params['path']}",
            dict(request.query_params),
            dict(request.headers),
            await request.body(),
            _base(request),
        )
        return _response(await self._desk.answer(call))

    async def download(self, request: Request) -> Response:
        """Hand out content at a pre-authenticated address: a token beside it is refused."""
        if "authorization" in request.headers:
            return Response(status_code=401)
        names = request.path_params
        for drive in self._world.drives.values():
            if drive.id == names["drive"] and names["file"] in drive.files:
                content = drive.file(names["file"]).revision(names["revision"]).content
                return Response(content, media_type="application/octet-stream")
        return Response(status_code=404)

    async def configuration(self, request: Request) -> Response:
        return _response(self._world.login.configuration(request.path_params["tenant"]))

    async def authorize(self, request: Request) -> Response:
        with self._world.lock:
            return _response(self._world.login.authorize(dict(request.query_params)))

    async def token(self, request: Request) -> Response:
        form = await _form(request)
        with self._world.lock:
            return _response(self._world.login.tokens(form))

    async def device_code(self, request: Request) -> Response:
        form = await _form(request)
        with self._world.lock:
            return _response(self._world.login.device_code(form, _base(request)))


def _base(request: Request) -> str:
    """Return the address the client used: links lead back to it."""
    return f"{request.url.scheme}://{request.url.netloc}"


async def _form(request: Request) -> Mapping[str, str]:
    """Read a posted form, as the token endpoint wants it."""
    return dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _response(reply: Reply) -> Response:
    kind = {"content-type": "application/json"} if isinstance(reply.body, dict) else {}
    return Response(reply.content(), reply.status, {**kind, **reply.headers})
