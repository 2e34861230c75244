"""Shapes to HTML: our own templates, and everything that people wrote escaped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from connectors.plain import plain
from daemon import phrases
from daemon.core.pairing import rhythm
from daemon.desk import Desk
from daemon.web.forms import csrf
from daemon.web.pulse import revision
from daemon.web.site import site

HERE = Path(__file__).parent
SAID = {
    "booked": "Booked. The journal has it, with a way back.",
    "asked": "The organizer was asked. It is theirs to move the meeting.",
    "declined": "The proposal is closed.",
    "undone": "Taken back; it stays so.",
    "saved": "Saved.",
}
"""What a page says after a form was sent; the address carries the word, never the sentence."""

SEATS = {"manager": "reports to you", "report": "your manager", "peer": "a peer"}
"""Who the other person is, by what the owner is to them."""


def page(request: Request, name: str, status: int = 200, /, **facts: Any) -> HTMLResponse:  # noqa: ANN401 - shapes
    """Answer with a page; inside a session it has the frame with what is open."""
    here, sign = site(request), csrf(request)
    frame = {
        "now": here.clock(),
        "zone": ZoneInfo(here.house().accounts[0].policy.zone),
        "path": request.url.path,
        "here": f"{request.url.path}?{query}" if (query := _query(request)) else request.url.path,
        "csrf": sign,
        "revision": revision(here.house()) if sign else "",
        "open": desk(request).status["open"] if sign else None,
        "said": SAID.get(request.query_params.get("said", "")),
    }
    return HTMLResponse(_environment().get_template(name).render(frame | facts), status)


def _query(request: Request) -> str:
    """Return what the address asks for, without what a page said once."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "said"]
    return urlencode(asked)


def desk(request: Request) -> Desk:
    """Return the owner's desk; every part of one page speaks of the same moment."""
    if not hasattr(request.state, "desk"):
        request.state.desk = Desk(site(request).house(), site(request).clock())
    return cast("Desk", request.state.desk)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_read_only,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": _day,
        "clock": _clock,
        "near": _near,
        "count": phrases.count,
        "words": _words,
        "name": _name,
        "who": _who,
        "rhythm": rhythm,
        "facts": _facts,
        "seat": SEATS.__getitem__,
    }
    return environment


@pass_context
def _day(context: Context, text: str) -> str:
    """Return "Mon 2 March", with the year where it is another one."""
    moment = _local(context, text)
    year = f" {moment.year}" if moment.year != context["now"].year else ""
    return f"{moment:%a} {moment.day} {moment:%B}{year}"


@pass_context
def _clock(context: Context, text: str) -> str:
    return phrases.clock(_local(context, text))


@pass_context
def _near(context: Context, text: str) -> str:
    """Return how far a moment is from now, as people say it."""
    moment, now = _local(context, text), context["now"].astimezone(context["zone"])
    days = (moment.date() - now.date()).days
    minutes = round((moment - now).total_seconds() / 60)
    if abs(minutes) < 60:
        return "now" if minutes == 0 else _side(minutes, phrases.count(abs(minutes), "minute"))
    if days == 0:
        return _side(minutes, phrases.count(round(abs(minutes) / 60), "hour"))
    if abs(days) < 14:
        return {1: "tomorrow", -1: "yesterday"}.get(
            days, _side(days, phrases.count(abs(days), "day"))
        )
    return _side(days, phrases.count(round(abs(days) / 7), "week"))


def _side(amount: int, words: str) -> str:
    return f"in {words}" if amount > 0 else f"{words} ago"


def _local(context: Context, text: str) -> datetime:
    zone: ZoneInfo = context["zone"]
    return datetime.fromisoformat(text).astimezone(zone)


def _words(name: str) -> str:
    """Return the words of one of our own names: "next_week" is "next week"."""
    return name.replace("_", " ")


def _name(person: Mapping[str, str | None]) -> str:
    return person["name"] or person["address"] or ""


def _who(person: Mapping[str, str | None]) -> Markup:
    """Return the name apart from what stands around it, whichever way it is read."""
    return Markup("<bdi>{}</bdi>").format(plain(_name(person)))


def _read_only(value: object) -> object:
    """Return other people's text without what a browser would obey; ours comes as Markup."""
    return plain(value) if type(value) is str else value


def _facts(value: object) -> str:
    """Write what a journal entry has of before or after, on one line."""
    if isinstance(value, Mapping):
        return "; ".join(f"{_words(str(key))}: {_facts(one)}" for key, one in value.items() if one)
    if isinstance(value, list):
        return ", ".join(map(_facts, value))
    return str(value)
