"""The requests of documents.batchUpdate, one function each.

They change tabs in place: the caller hands in copies and keeps them only if all requests worked.
Indices are those left by the request before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from connectors.standins.google.discovery import properties
from connectors.standins.google.docs.text import NORMAL, Bullet, Tab
from connectors.standins.google.errors import Json, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LINK_COLOUR: Json = {"color": {"rgbColor": {"red": 0.06, "green": 0.33, "blue": 0.8}}}


def perform(tabs: list[Tab], request: Json) -> Json:
    """Do one request in place; return its reply. Raises Refusal (400) if it cannot be done."""
    name, given = _only(request)
    if name not in _REQUESTS:
        raise Refusal(400, "invalid", f"The stand-in does not know the request {name}.")
    return _REQUESTS[name](tabs, given)


def _only(request: Json) -> tuple[str, Json]:
    """Return name and body of a request; each holds exactly one."""
    if len(request) != 1:
        raise Refusal(400, "invalid", "Invalid requests: must specify exactly one request.")
    return next(iter(request.items()))


def _tab(tabs: list[Tab], place: Json) -> Tab:
    """Return the tab a place names; the first if it names none (facts 6.10)."""
    wanted = place.get("tabId", tabs[0].id)
    for tab in tabs:
        if tab.id == wanted:
            return tab
    raise Refusal(400, "invalid", f"Tab {wanted} was not found.")


def _place(tabs: list[Tab], given: Json) -> tuple[Tab, int]:
    """Return where to insert: an index, or the end of the tab before its last newline."""
    if "endOfSegmentLocation" in given:
        tab = _tab(tabs, given["endOfSegmentLocation"])
        return tab, list(tab.paragraphs())[-1].end - 1
    location = given.get("location")
    if location is None:
        raise Refusal(400, "invalid", "Invalid requests: a location is required.")
    return _tab(tabs, location), location.get("index", 0)


def _range(tabs: list[Tab], given: Json) -> tuple[Tab, int, int]:
    """Return tab, start and end of a request's range."""
    wanted = given.get("range", {})
    return _tab(tabs, wanted), wanted.get("startIndex", 0), wanted.get("endIndex", 0)


def _insert_text(tabs: list[Tab], given: Json) -> Json:
    """Insert text; styles spread to it (facts 6.6)."""
    tab, index = _place(tabs, given)
    if not given.get("text"):
        raise Refusal(400, "invalid", "Insert text requests must specify text to insert.")
    tab.insert(index, given["text"])
    return {}


def _delete(tabs: list[Tab], given: Json) -> Json:
    """Delete a range of text with whatever hangs on it."""
    tab, start, end = _range(tabs, given)
    tab.delete(start, end)
    return {}


def _paragraph_style(tabs: list[Tab], given: Json) -> Json:
    """Style every paragraph the range touches, the fields of the mask only."""
    tab, start, end = _range(tabs, given)
    for paragraph in tab.overlapping(start, end):
        style = _masked(paragraph.ending.paragraph or NORMAL, given, "paragraphStyle")
        tab.restyle(paragraph, NORMAL | style, paragraph.ending.bullet)
    return {}


def _text_style(tabs: list[Tab], given: Json) -> Json:
    """Style the text of a range; a new link turns blue and underlined."""
    tab, start, end = _range(tabs, given)
    span = tab.span(start, end)
    for position in range(span.start, span.stop):
        char = tab.chars[position]
        style = _masked(char.style, given, "textStyle")
        if char.text == "\n":
            style.pop("link", None)  # a newline is never a link
        elif "link" in given.get("textStyle", {}):
            style = {"underline": True, "foregroundColor": _LINK_COLOUR} | style
        tab.chars[position] = replace(char, style=style)
    return {}


def _masked(before: Json, given: Json, name: str) -> Json:
    """Return `before` with the fields of the mask taken from the request, or reset."""
    mask = given.get("fields", "")
    new: Json = given.get(name, {})
    if not mask:
        message = f"Invalid requests: at least one field must be listed in fields of {name}."
        raise Refusal(400, "invalid", message)
    names = {*before, *new} if mask == "*" else {part.split(".")[0] for part in mask.split(",")}
    unknown = names - properties("docs.v1", f"{name[0].upper()}{name[1:]}")
    if unknown:
        message = f"Invalid requests: Invalid field: {min(unknown)} in fields of {name}."
        raise Refusal(400, "invalid", message)
    kept = {key: value for key, value in before.items() if key not in names}
    return kept | {key: new[key] for key in names if key in new}


def _bullets(tabs: list[Tab], given: Json) -> Json:
    """Make list items; leading tabs give the level and vanish (facts 6.7)."""
    tab, start, end = _range(tabs, given)
    preset = given["bulletPreset"]
    wanted = tab.overlapping(start, end)
    list_id = _list_before(tab, wanted[0].first, preset) or tab.new_id("kix.")
    tab.lists[list_id] = preset
    for paragraph in reversed(wanted):
        level = len(paragraph.text) - len(paragraph.text.lstrip("\t"))
        tab.restyle(paragraph, paragraph.ending.paragraph or NORMAL, Bullet(list_id, level))
        del tab.chars[paragraph.first : paragraph.first + level]
    return {}


def _list_before(tab: Tab, first: int, preset: str) -> str | None:
    """Return the list of the paragraph above, if it has the same preset."""
    bullet = tab.chars[first - 1].bullet if first else None
    return bullet.list_id if bullet and tab.lists[bullet.list_id] == preset else None


def _no_bullets(tabs: list[Tab], given: Json) -> Json:
    """Make plain paragraphs of list items."""
    tab, start, end = _range(tabs, given)
    for paragraph in tab.overlapping(start, end):
        tab.restyle(paragraph, paragraph.ending.paragraph or NORMAL, None)
    return {}


def _name_range(tabs: list[Tab], given: Json) -> Json:
    """Mark a range by name; names may repeat, ids do not."""
    tab, start, end = _range(tabs, given)
    name = given.get("name", "")
    if not 1 <= len(name.encode("utf-16-le")) // 2 <= 256:
        raise Refusal(400, "invalid", "Named range names must have 1 to 256 characters.")
    range_id = tab.new_id("kix.range")
    tab.mark(tab.span(start, end), range_id)
    tab.ranges[range_id] = name
    return {"createNamedRange": {"namedRangeId": range_id}}


def _unname_range(tabs: list[Tab], given: Json) -> Json:
    """Delete by id, or all of one name in all tabs (facts 6.10); the text stays."""
    wanted = {given.get("namedRangeId"), given.get("name")} - {None}
    found = [(tab, i) for tab in tabs for i, name in tab.ranges.items() if wanted & {i, name}]
    if not found:
        raise Refusal(400, "invalid", "The named range was not found.")
    for tab, range_id in found:
        del tab.ranges[range_id]
        tab.mark(slice(None), range_id, on=False)
    return {}


def _person(tabs: list[Tab], given: Json) -> Json:
    """Insert a person chip."""
    tab, index = _place(tabs, given)
    properties = given["personProperties"]
    chip = {"personId": tab.new_id("kix.person"), "personProperties": properties, "textStyle": {}}
    tab.insert_chip(index, {"person": chip}, properties.get("name", properties["email"]))
    return {}


def _date(tabs: list[Tab], given: Json) -> Json:
    """Insert a date chip; how it is displayed depends on the reader's locale."""
    tab, index = _place(tabs, given)
    properties = given["dateElementProperties"]
    text = properties["timestamp"][:10]
    shown = properties | {"displayText": text}
    chip = {"dateId": tab.new_id("kix.date"), "dateElementProperties": shown, "textStyle": {}}
    tab.insert_chip(index, {"dateElement": chip}, text)
    return {}


def _rich_link(tabs: list[Tab], given: Json) -> Json:
    """Insert a link card."""
    tab, index = _place(tabs, given)
    properties = given["richLinkProperties"]
    chip = {"richLinkId": tab.new_id("kix.link"), "richLinkProperties": properties, "textStyle": {}}
    tab.insert_chip(index, {"richLink": chip}, properties["uri"])
    return {}


def _replace_all(tabs: list[Tab], given: Json) -> Json:
    """Replace a text wherever it stands, in all tabs (facts 6.10)."""
    wanted, new = given["containsText"]["text"], given.get("replaceText", "")
    changed = sum(_replace_in(tab, wanted, new) for tab in tabs)
    return {"replaceAllText": {"occurrencesChanged": changed}}


def _replace_in(tab: Tab, wanted: str, new: str) -> int:
    """Replace a text in one tab; what replaces it has the style of the first letter."""
    text = "".join(char.text if not char.chip else "\0" for char in tab.chars)
    places = [i for i in range(len(text)) if text.startswith(wanted, i)]
    for place in reversed(places):
        like = tab.chars[place]
        tab.chars[place : place + len(wanted)] = [replace(like, text=char) for char in new]
    return len(places)


_REQUESTS: Mapping[str, Callable[[list[Tab], Json], Json]] = {
    "insertText": _insert_text,
    "deleteContentRange": _delete,
    "updateParagraphStyle": _paragraph_style,
    "updateTextStyle": _text_style,
    "createParagraphBullets": _bullets,
    "deleteParagraphBullets": _no_bullets,
    "createNamedRange": _name_range,
    "deleteNamedRange": _unname_range,
    "insertPerson": _person,
    "insertDate": _date,
    "insertRichLink": _rich_link,
    "replaceAllText": _replace_all,
}
