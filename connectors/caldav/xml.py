"""The XML of WebDAV and CalDAV: questions as text, answers as values.

Pure. An answer with a DOCTYPE is refused unread: no protocol here has one, and entities can grow
without bound or name files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

D = "{DAV:}"
C = "{urn:ietf:params:xml:ns:caldav}"
CS = "{http://calendarserver.org/ns/}"
RADICALE = "{http://radicale.org/ns/}"
_PREFIXES = {"DAV:": "d", C[1:-1]: "c", CS[1:-1]: "s", RADICALE[1:-1]: "r"}
_SPACES = " ".join(f'xmlns:{prefix}="{space}"' for space, prefix in _PREFIXES.items())
_FINE = range(200, 300)
# As it is, or as a reference (&#11;): some servers write either (XML 1.0, 2.2).
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    "|&#(?:x0*(?:[0-8bcef]|1[0-9a-f]|fff[ef])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]|6553[45]));",
    re.IGNORECASE,
)


class Malformed(ValueError):
    """An answer that is no XML we would read."""


class _Strict(ET.TreeBuilder):
    """Builds a tree, unless there is a DOCTYPE."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:  # noqa: ARG002
        raise Malformed("the answer declares a document type")


@dataclass(frozen=True, slots=True)
class Found:
    """What an answer says of one resource: its path, its own status, the properties it has."""

    path: str
    status: int
    props: Mapping[str, ET.Element]
    error: str = ""
    refused: Mapping[str, int] = field(default_factory=dict)
    """With which status a property was not given."""

    def text(self, name: str) -> str:
        """Return the words of a property; empty where it is not there."""
        return (self.props[name].text or "").strip() if name in self.props else ""

    def href(self, name: str) -> str:
        """Return the address a property names, as it is written."""
        found = self.props[name].find(f"{D}href") if name in self.props else None
        return (found.text or "").strip() if found is not None else ""

    def hrefs(self, name: str) -> tuple[str, ...]:
        """Return all addresses a property names, as they are written."""
        found = self.props[name].iter(f"{D}href") if name in self.props else ()
        return tuple(one.text.strip() for one in found if one.text)

    def has(self, name: str, *inside: str) -> bool:
        """Whether a property holds an element, at any depth."""
        found = self.props[name].iterfind(".//*") if name in self.props else ()
        return any(child.tag in inside for child in found)


@dataclass(frozen=True, slots=True)
class Answer:
    """A multistatus: what was found, how far a feed was read, and when the server said so."""

    found: tuple[Found, ...] = field(default=())
    token: str = ""
    date: float | None = None
    """In seconds of the epoch, by the server's clock."""

    def at(self, url: str) -> Answer:
        """Return it with whole addresses in place of paths: those of the server that gave it."""
        found = (replace(one, path=urljoin(url, one.path)) for one in self.found)
        return replace(self, found=tuple(found))


def parse(content: bytes) -> ET.Element:
    """Read a document; raises `Malformed`."""
    try:
        return _root(content)
    except ET.ParseError:
        # One event with a character that XML cannot have would hide the calendar as a whole.
        legal = _ILLEGAL.sub("", content.decode("utf-8", "replace"))
    try:
        return _root(legal)
    except ET.ParseError as error:
        raise Malformed(f"the answer is no XML: {error}") from error


def _root(text: str | bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Strict())  # noqa: S314 - no DOCTYPE, so no entities
    parser.feed(text)
    root: ET.Element = parser.close()
    return root


def multistatus(content: bytes) -> Answer:
    """Read an answer of many parts (RFC 4918 13); raises `Malformed`."""
    root = parse(content)
    if root.tag != f"{D}multistatus":
        raise Malformed("the answer is no multistatus")
    found = tuple(map(_found, root.iterfind(f"{D}response")))
    return Answer(found, (root.findtext(f"{D}sync-token") or "").strip())


def conditions(content: bytes) -> frozenset[str]:
    """Return the preconditions that an error names (RFC 4918 16), or nothing."""
    try:
        root = parse(content)
    except Malformed:
        return frozenset()
    return frozenset(child.tag for child in root) if root.tag == f"{D}error" else frozenset()


def seconds(date: str) -> float | None:
    """Read a date as HTTP writes it (RFC 9110 5.6.7), in seconds of the epoch."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def canonical(href: str) -> str:
    """Return the path of an address in one spelling, whatever a server escapes."""
    # Part by part and byte by byte: an escaped slash is part of a name, and so is Latin-1.
    parts = urlsplit(href).path.split("/")
    return "/".join(quote(unquote_to_bytes(part), safe="@:+!$&'()*,;=~") for part in parts)


def _found(response: ET.Element) -> Found:
    props: dict[str, ET.Element] = {}
    statuses: dict[str, int] = {}
    for part in response.iterfind(f"{D}propstat"):
        told = {one.tag: one for one in part.iterfind(f"{D}prop/*")}
        if (status := _status(part)) in _FINE:
            props |= told
        else:
            statuses |= dict.fromkeys(told, status)
    error = response.find(f"{D}error/*")
    return Found(
        path=canonical(response.findtext(f"{D}href") or ""),
        status=_status(response),
        props=props,
        error=error.tag if error is not None else "",
        refused=statuses,
    )


def _status(element: ET.Element) -> int:
    """Return a status as a number; what has none of its own is there."""
    words = (element.findtext(f"{D}status") or "HTTP/1.1 200").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else 500


# --- Questions ------------------------------------------------------------------------------------


def propfind(*names: str) -> bytes:
    """Ask for properties."""
    return _document("d:propfind", _prop(names))


def sync(token: str) -> bytes:
    """Ask what changed since a token (RFC 6578); all there is for an empty one."""
    level = "<d:sync-level>1</d:sync-level>"
    inner = f"<d:sync-token>{escape(token)}</d:sync-token>{level}{_prop([f'{D}getetag'])}"
    return _document("d:sync-collection", inner)


def query(inner: str = "", *, data: bool = True) -> bytes:
    """Ask for all events that pass a filter (RFC 4791 7.8)."""
    names = [f"{D}getetag", *([f"{C}calendar-data"] if data else [])]
    events = f'<c:comp-filter name="VEVENT">{inner}</c:comp-filter>'
    calendar = f'<c:filter><c:comp-filter name="VCALENDAR">{events}</c:comp-filter></c:filter>'
    return _document("c:calendar-query", _prop(names) + calendar)


def multiget(paths: Iterable[str]) -> bytes:
    """Ask for resources by their paths (RFC 4791 7.9)."""
    hrefs = "".join(f"<d:href>{escape(canonical(path))}</d:href>" for path in paths)
    return _document("c:calendar-multiget", _prop([f"{D}getetag", f"{C}calendar-data"]) + hrefs)


def free_busy(within: str) -> bytes:
    """Ask when a calendar is taken (RFC 4791 7.10)."""
    return _document("c:free-busy-query", within)


def searched(address: str, by: str, *wanted: str) -> bytes:
    """Ask for properties of the principals whose property `by` has an address (RFC 3744 9.4)."""
    match = f"{_prop([by])}<d:match>{escape(address)}</d:match>"
    everywhere = "<d:apply-to-principal-collection-set/>"
    inner = f"<d:property-search>{match}</d:property-search>{_prop([by, *wanted])}{everywhere}"
    return _document("d:principal-property-search", inner)


def time_range(start: str, end: str) -> str:
    """Write a stretch of time, both ends as UTC stamps."""
    return f'<c:time-range start="{start}" end="{end}"/>'


def _prop(names: Iterable[str]) -> str:
    return f"<d:prop>{''.join(_empty(names))}</d:prop>"


def _empty(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        space, _, local = name[1:].partition("}")
        yield f"<{_PREFIXES[space]}:{local}/>"


def _document(root: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?><{root} {_SPACES}>{inner}</{root}>'.encode()
