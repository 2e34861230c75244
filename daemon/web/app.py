"""The routes of the page, each behind what guards it."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from connectors.errors import ConnectorError
from daemon.links import BadLink
from daemon.web import (
    actions,
    answers,
    api,
    documents,
    leaving,
    metrics,
    pages,
    pulse,
    push,
    sessions,
)
from daemon.web.forms import Forged
from daemon.web.guard import Guard
from daemon.web.sessions import SignedIn
from daemon.web.site import Site
from daemon.web.templating import HERE, page

TOLD = (HTTPException, BadLink, Forged, ConnectorError)
"""What goes wrong without anybody having made a mistake in here."""


def application(site: Site) -> Starlette:
    """Build the page of a house."""
    app = Starlette(
        routes=[
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Route("/healthz", metrics.healthz),
            Route("/metrics", metrics.metrics),
            Route("/enter/{token}", sessions.enter),
            Route("/s/answer/{token}", answers.show),
            Route("/s/answer/{token}", answers.press, methods=["POST"]),
            Route("/s/leave/{token}", leaving.show),
            Route("/s/leave/{token}", leaving.press, methods=["POST"]),
            Route("/s/agenda/{token}", documents.shared),
            Route("/s/agenda/{token}", documents.save_shared, methods=["POST"]),
            Route("/push/{name}", push.rung, methods=["POST"]),
            Mount("/", routes=_owned(), middleware=[Middleware(SignedIn)]),
        ],
        middleware=[Middleware(Guard, site=site)],
        exception_handlers=dict.fromkeys(TOLD, _trouble),
    )
    app.state.site = site
    return app


def _owned() -> list[BaseRoute]:
    """Return what only the owner sees."""
    return [
        Route("/", pages.overview),
        Route("/pairs/{pair}", pages.pair),
        Route("/pairs/{pair}/agenda", pages.agenda),
        Route("/pairs/{pair}/document", documents.own),
        Route("/pairs/{pair}/document", documents.save_own, methods=["POST"]),
        Route("/proposals", pages.proposals),
        Route("/proposals/{id}/accept", actions.accept, methods=["POST"]),
        Route("/proposals/{id}/counter", actions.counter, methods=["POST"]),
        Route("/proposals/{id}/decline", actions.decline, methods=["POST"]),
        Route("/alerts", pages.alerts),
        Route("/journal", pages.journal),
        Route("/journal/{id}/undo", actions.undo, methods=["POST"]),
        Route("/plan", pages.plan),
        Route("/series", pages.series),
        Route("/accounts", pages.accounts),
        Route("/revision", pulse.show),
        Route("/leave", sessions.leave, methods=["POST"]),
        *api.routes(),
    ]


def _trouble(request: Request, error: Exception) -> Response:
    """Say what is wrong and what to do about it, in the form that was asked for."""
    status, what, remedy = _told(error)
    headers = error.headers if isinstance(error, HTTPException) else None
    if request.url.path.startswith("/api/"):
        return JSONResponse({"error": what, "remedy": remedy}, status, headers)
    answer = page(request, "trouble.html", status, what=what, remedy=remedy)
    answer.headers.update(headers or {})
    return answer


def _told(error: Exception) -> tuple[int, str, str]:
    match error:
        case HTTPException():
            return error.status_code, error.detail, ""
        case BadLink():
            return 404, str(error), "ask for a new one"
        case Forged():
            return 403, "this form was shown in another session", "load the page again"
        case ConnectorError():
            return 502, error.what, error.remedy
        case _:
            raise error
