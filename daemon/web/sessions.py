"""The owner's session: entered once by a link from the terminal, kept in a strict cookie."""

from __future__ import annotations

from datetime import timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from daemon import tickets
from daemon.tickets import Purpose
from daemon.web.forms import checked
from daemon.web.site import Site, site
from daemon.web.templating import page

LASTS = timedelta(days=30)
"""How long a browser stays in after it entered."""


class SignedIn:
    """Lets only a browser with a session through; others learn how to get one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its session, or answer 401."""
        connection = HTTPConnection(scope)
        here = site(connection)
        words = connection.cookies.get(here.cookie)
        inside = await run_in_threadpool(_valid, here, words) if words else False
        if inside:
            scope.setdefault("state", {})["session"] = words
            await self._app(scope, receive, send)
        else:
            await _outside(Request(scope, receive))(scope, receive, send)


def enter(request: Request) -> Response:
    """Redeem a one-time link, once, and give the browser its session.

    Whoever only looks ahead for somebody (a preview, a browser's prefetch) gets nothing and
    takes nothing.
    """
    if request.method == "HEAD" or "prefetch" in request.headers.get("sec-purpose", ""):
        return Response(status_code=204)
    here, now = site(request), site(request).clock()
    with here.house().store.write() as session:
        if not tickets.redeem(session, Purpose.LOGIN, request.path_params["token"], now):
            return _outside(request)
        words = tickets.issue(session, Purpose.SESSION, now, now + LASTS)
    answer = RedirectResponse("/", 303)
    answer.set_cookie(
        here.cookie, words, int(LASTS.total_seconds()), httponly=True, samesite="strict"
    )
    return answer


async def leave(request: Request) -> Response:
    """End the session of this browser."""
    await checked(request)
    here = site(request)

    def forget() -> None:
        with here.house().store.write() as session:
            tickets.redeem(session, Purpose.SESSION, request.state.session, here.clock())

    await run_in_threadpool(forget)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(here.cookie, httponly=True, samesite="strict")
    return answer


def _valid(here: Site, words: str) -> bool:
    with here.house().store.read() as session:
        return tickets.valid(session, Purpose.SESSION, words, here.clock())


def _outside(request: Request) -> Response:
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": "no session", "remedy": "visavis open"}, 401)
    return page(request, "outside.html", 401)
