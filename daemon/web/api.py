"""The same answers as JSON, for scripts in the owner's session; `openapi.json` describes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from daemon import queries, views
from daemon.core.decide import plan_hash
from daemon.tick import foresee
from daemon.web import pages
from daemon.web.site import Site, site
from daemon.web.templating import HERE


def routes() -> list[Route]:
    """Return every JSON route."""
    return [
        Route("/api/openapi.json", _described),
        Route("/api/status", _answer(lambda here: queries.status(here.house(), here.clock()))),
        Route("/api/pairs", _answer(lambda here: queries.pairs(here.house(), here.clock()))),
        Route("/api/pairs/{pair}", _pair),
        Route("/api/pairs/{pair}/agenda", _agenda),
        Route(
            "/api/proposals", _answer(lambda here: queries.proposals(here.house(), here.clock()))
        ),
        Route("/api/alerts", _answer(lambda here: queries.alerts(here.house(), here.clock()))),
        Route("/api/journal", _answer(lambda here: queries.entries(here.house()))),
        Route("/api/series", _series),
        Route("/api/plan", _answer(_plan)),
    ]


def _answer(query: Callable[[Site], Any]) -> Callable[[Request], Response]:
    return lambda request: JSONResponse(query(site(request)))


def _described(_: Request) -> Response:
    return FileResponse(HERE / "openapi.json", media_type="application/json")


def _pair(request: Request) -> Response:
    return JSONResponse(views.pair(pages.dossier(request), site(request).clock()))


def _agenda(request: Request) -> Response:
    here = site(request)
    return JSONResponse(queries.agenda(here.house(), pages.dossier(request), here.clock()))


def _series(request: Request) -> Response:
    asked = request.query_params.get("text", "")
    here = site(request)
    return JSONResponse(queries.explain(here.house(), asked, here.clock()))


def _plan(here: Site) -> views.Shape:
    foreseen = foresee(here.house(), here.clock())
    return {
        "hash": plan_hash(foreseen.decisions),
        "decisions": [views.decision(one) for one in foreseen.decisions],
        "failed": [views.failure(one) for one in foreseen.failures],
    }
