"""Where providers push: answered at once, looked at later, never believed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from daemon.web.site import site

NOBODY = 404


async def rung(request: Request) -> Response:
    """Take what a provider says; without the channel's secret there is nothing here."""
    here = site(request)
    one = here.bell.known(request.path_params["name"])
    account = next((a for a in here.house().accounts if one and a.name == one.account), None)
    if one is None or account is None or account.push is None:
        return Response(status_code=NOBODY)
    heard = account.push.heard(request.query_params, request.headers, await request.body())
    if heard.echo is not None:
        return PlainTextResponse(heard.echo)
    return Response(status_code=202 if here.bell.ring(one, heard.notices) else NOBODY)
