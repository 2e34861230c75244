"""The HTML of a meeting's body, and the online-meeting block that must survive in it.

Exchange keeps HTML whatever was sent, and it ties an online meeting to a block at the end of the
body: whoever writes a body without that block disables the meeting. So a client has to read the
body first, put its words above the block, and send the whole back.
"""

from __future__ import annotations

import re
from html import unescape

from connectors.standins.graph.calls import Json

_TAG = re.compile(r"<[^>]+>")
_DECORATION = re.compile(r"""<!--.*?-->|\s(?:id|class)=(?:"[^"]*"|'[^']*')""", re.DOTALL)
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>|</li>", re.IGNORECASE)
_BLOB = re.compile(r'<div class="me-email-text".*?<!--end-meeting--></div>', re.DOTALL)


def online_meeting(number: int) -> tuple[Json, str]:
    """Return `onlineMeeting` and the block Teams puts at the end of the body."""
    url = f"https://teams.example/l/meetup-join/19%3ameeting_{number:06d}%40thread.v2/0"
    conference = f"{100_000_000 + number}"
    blob = (
        '<div class="me-email-text" lang="en-US"><hr>'
        f'<a class="me-email-headline" href="{url}">Join the meeting now</a>'
        f"<p>Meeting ID: {conference}</p><!--end-meeting--></div>"
    )
    return {"joinUrl": url, "conferenceId": conference}, blob


def blob(content: str) -> str | None:
    """Return the online-meeting block of a body, byte for byte."""
    found = _BLOB.search(content)
    return found.group() if found else None


def html(body: Json, *, strip: bool) -> Json:
    """Return a written body as Exchange stores it: HTML always, without decoration if `strip`."""
    content = body.get("content") or ""
    if (body.get("contentType") or "text") == "text":
        content = f"<p>{content}</p>" if content else ""
    return {"contentType": "html", "content": _stripped(content) if strip else content}


def _stripped(content: str) -> str:
    """Drop comments, ids and classes, but leave the online-meeting block byte for byte."""
    kept = blob(content)
    around = content.split(kept) if kept else [content]
    return (kept or "").join(_DECORATION.sub("", part) for part in around)


def text(content: str) -> str:
    """Return the words of a body: what `outlook.body-content-type="text"` asks for."""
    return unescape(_TAG.sub("", _BREAK.sub("\n", content))).strip()


def preview(content: str) -> str:
    """Return `bodyPreview`: the first 255 characters of the words."""
    return text(content)[:255]
