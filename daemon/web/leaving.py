"""The page behind "unsubscribe" in a mail: shows first, and a button ends the mails to its reader.

Mail programs may press the button themselves (RFC 8058): the link alone proves who they are for.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from daemon import steering
from daemon.web.site import site
from daemon.web.templating import page


def show(request: Request) -> Response:
    """Say what the button ends."""
    return page(request, "leave.html", address=_address(request), left=False)


async def press(request: Request) -> Response:
    """End the mails to this reader; pressing twice ends them once."""
    return await run_in_threadpool(_press, request)


def _press(request: Request) -> Response:
    address = _address(request)
    steering.leave(site(request).house(), address)
    return page(request, "leave.html", address=address, left=True)


def _address(request: Request) -> str:
    links = site(request).house().links
    if links is None:
        raise HTTPException(404)
    return links.leaving(request.path_params["token"])
