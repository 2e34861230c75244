"""Markdown agendas on the page: read and edited by the owner, and by whoever has the link.

Nothing is ever lost: a text goes in place of what its writer had read, and of nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from connectors.errors import PreconditionFailed
from connectors.model import Link, Url, Version
from connectors.protocol import Texts
from daemon.links import BadLink
from daemon.web import pages
from daemon.web.forms import checked, form
from daemon.web.prose import LONGEST, prose
from daemon.web.site import site
from daemon.web.templating import page


@dataclass(frozen=True, slots=True)
class Paper:
    """A document on the page; `back` is where the owner came from."""

    texts: Texts
    link: Link
    back: str | None = None


def own(request: Request) -> Response:
    """Show the owner a pair's document, to read and to edit."""
    return _page(request, _own(request))


async def save_own(request: Request) -> Response:
    """Put the owner's text in its place."""
    fields = await checked(request)
    return await run_in_threadpool(lambda: _save(request, _own(request), fields))


def shared(request: Request) -> Response:
    """Show one document to whoever has its link, and nothing else."""
    return _page(request, _shared(request))


async def save_shared(request: Request) -> Response:
    """Put the text of whoever has the link in its place."""
    fields = await form(request)
    return await run_in_threadpool(lambda: _save(request, _shared(request), fields))


def _own(request: Request) -> Paper:
    known = pages.dossier(request)
    texts = site(request).house().account(known.keeper).texts
    document = known.shelf.document
    link = texts.open(document.url) if texts and document else None
    if texts is None or link is None:
        raise HTTPException(404, "This pair has no document that can be edited here.")
    return Paper(texts, link, f"/pairs/{quote(known.pair.id)}/agenda")


def _shared(request: Request) -> Paper:
    house = site(request).house()
    if house.links is None:
        raise BadLink("this link is not from here")
    name = house.links.document(request.path_params["token"])
    texts = next((one.texts for one in house.accounts if one.name == name), None)
    address = Url(f"{house.links.base}{request.url.path}")
    link = texts.open(address) if texts else None
    if texts is None or link is None:
        raise HTTPException(404, "This document is not there any more.")
    return Paper(texts, link)


def _save(request: Request, paper: Paper, fields: dict[str, str]) -> Response:
    mine = fields.get("text", "")
    standing, _ = paper.texts.text(paper.link)
    try:
        paper.texts.rewrite(
            paper.link, _as_before(mine, standing), Version(fields.get("version", ""))
        )
    except PreconditionFailed:
        return _page(request, paper, mine)
    return RedirectResponse(f"{request.url.path}?said=saved", 303)


def _as_before(sent: str, standing: str) -> str:
    """Return a text with the line endings the document has; browsers send CRLF."""
    text = sent.replace("\r\n", "\n")
    return text.replace("\n", "\r\n") if "\r\n" in standing else text


def _page(request: Request, paper: Paper, mine: str | None = None) -> Response:
    """Show the document; `mine` is a text that could not be saved, beside what stands now."""
    text, version = paper.texts.text(paper.link)
    return page(
        request,
        "document.html",
        200 if mine is None else 409,
        title=paper.link.title,
        rendered=prose(text),
        cut=len(text) > LONGEST,
        text=text,
        version=version,
        mine=mine,
        back=paper.back,
    )
