"""The HTML of an invitation: which documents it links, and one line of ours above the rest.

Pure. Exchange ties an online meeting to a block in the body, so nothing but our own line is ever
written or taken out. It may drop ids, classes and comments; the line is known by its address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from html import escape, unescape
from urllib.parse import parse_qs, urlsplit

from connectors.model import Link, Url
from connectors.outlook.wire import Json

_ANCHOR = re.compile(
    r"""<a\s[^>]*?href\s*=\s*(?P<q>["'])(?P<url>.*?)(?P=q)[^>]*>(?P<text>.*?)</a>""",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<[^>]+>")
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
# How Teams and older Outlooks set their block off.
_BLOCK = re.compile(r"<[^<>]*\bme-email-text\b|_{30,}")
_WRAPPER = ".safelinks.protection.outlook.com"


def links(event: Json) -> tuple[Link, ...]:
    """Return the documents an invitation links, each once; not the way into the online meeting."""
    found = dict.fromkeys(
        Link(url, unescape(_TAG.sub("", anchor["text"])).strip())
        for anchor in _anchors(above(event))
        if (url := address(anchor)).startswith(("http://", "https://"))
    )
    return tuple({link.url: link for link in reversed(found)}.values())[::-1]


def content(event: Json) -> str:
    """Return the HTML of a body."""
    return str((event.get("body") or {}).get("content") or "")


def has(event: Json, url: Url) -> bool:
    """Whether the invitation links this address, wherever people put it."""
    return any(address(anchor) == url for anchor in _anchors(content(event)))


def with_line(html: str, link: Link) -> str:
    """Return the body with our line on top; every other byte stays."""
    opening = _BODY.search(html)
    place = opening.end() if opening else 0
    return f"{html[:place]}{line(link)}{html[place:]}"


def line(link: Link) -> str:
    """Return our line."""
    words = escape(link.title or "notes", quote=False)
    return f'<div>Agenda: <a href="{escape(link.url)}">{words}</a></div>'


def without_line(html: str, url: Url) -> str | None:
    """Return the body without our line; None where people wrote in it."""
    ours = re.compile(
        r"<div[^>]*>\s*Agenda:\s*"
        rf"""<a\s[^>]*href\s*=\s*["']{re.escape(escape(url))}["'][^>]*>[^<]*</a>\s*</div>""",
        re.IGNORECASE,
    )
    found = ours.search(html)
    return html[: found.start()] + html[found.end() :] if found else None


def above(event: Json) -> str:
    """Return the body as far as its online-meeting block."""
    html = content(event)
    return html[: _block_start(event, html)]


def block(event: Json) -> str:
    """Return a fingerprint of the online-meeting block and all below it; nothing without one."""
    html = content(event)
    rest = html[_block_start(event, html) :]
    return blake2b(rest.encode(), digest_size=16).hexdigest() if rest else ""


def _block_start(event: Json, html: str) -> int:
    join = str((event.get("onlineMeeting") or {}).get("joinUrl") or "")
    if not join:
        return len(html)
    marked = _BLOCK.search(html)
    places = (marked.start() if marked else -1, html.find(escape(join)), html.find(join))
    return min((place for place in places if place >= 0), default=len(html))


def _anchors(html: str) -> Iterator[re.Match[str]]:
    return _ANCHOR.finditer(html)


def address(anchor: re.Match[str]) -> Url:
    """Return where an anchor leads, also where a mail filter wrapped it."""
    url = unescape(anchor["url"]).strip()
    parts = urlsplit(url)
    if parts.netloc.lower().endswith(_WRAPPER):
        url = parse_qs(parts.query).get("url", [url])[0]
    return Url(url)
