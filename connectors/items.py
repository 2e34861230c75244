"""Action items as people write them: "[who] what by when", ticked or struck through.

Pure, and neutral to the format: Markdown, Google and Word hand in one line of plain text each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from connectors.model import Item

# English, German, French, Spanish, Italian, Dutch; the first two as people shorten them, too.
_WEEKDAYS = (
    ("mon", "montag", "mo", "lundi", "lunes", "lunedì", "maandag"),
    ("tue", "tues", "dienstag", "di", "mardi", "martes", "martedì", "dinsdag"),
    ("wed", "mittwoch", "mi", "mercredi", "miércoles", "mercoledì", "woensdag"),
    ("thu", "thur", "thurs", "donnerstag", "do", "jeudi", "jueves", "giovedì", "donderdag"),
    ("fri", "freitag", "fr", "vendredi", "viernes", "venerdì", "vrijdag"),
    ("sat", "samstag", "sonnabend", "sa", "samedi", "sábado", "sabato", "zaterdag"),
    ("sun", "sonntag", "so", "dimanche", "domingo", "domenica", "zondag"),
)
_MONTHS = (
    ("jan", "january", "januar", "jänner", "janvier", "enero", "gennaio", "januari"),
    ("feb", "february", "februar", "février", "febrero", "febbraio", "februari"),
    ("mar", "march", "märz", "mrz", "mars", "marzo", "maart"),
    ("apr", "april", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio", "mei"),
    ("jun", "june", "juni", "juin", "junio", "giugno"),
    ("jul", "july", "juli", "juillet", "julio", "luglio"),
    ("aug", "august", "août", "agosto", "augustus"),
    ("sep", "sept", "september", "septembre", "septiembre", "settembre"),
    ("oct", "october", "okt", "oktober", "octobre", "octubre", "ottobre"),
    ("nov", "november", "novembre", "noviembre"),
    ("dec", "december", "dez", "dezember", "décembre", "diciembre", "dicembre"),
)
_WEEKDAY_OF = {name: n for n, names in enumerate(_WEEKDAYS) for name in names} | {
    f"{stem}day": n
    for n, stem in enumerate(("mon", "tues", "wednes", "thurs", "fri", "satur", "sun"))
}
_MONTH_OF = {name: n for n, names in enumerate(_MONTHS, 1) for name in names}

_ISO = r"(?P<iso>\d{4}-\d{2}-\d{2})"
_DOTTED = r"(?P<dd>\d{1,2})\.(?P<mm>\d{1,2})\.(?P<yyyy>\d{4})"
_DAY_FIRST = (
    r"(?P<d1>\d{1,2})(?:\.|st|nd|rd|th|er|º)?\s+(?:de\s+)?(?P<m1>[^\W\d]{3,10})\.?"
    r"(?:,?\s+(?:de\s+)?(?P<y1>\d{4}))?"
)
_MONTH_FIRST = (
    r"(?P<m2>[^\W\d]{3,10})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y2>\d{4}))?"
)
_DATES = tuple(re.compile(rf"(?<!\w){form}(?!\w)") for form in (_ISO, _DOTTED, _DAY_FIRST))
_DATES = (*_DATES, re.compile(rf"(?<!\w){_MONTH_FIRST}(?!\w)"))

# A box, in ASCII or as a sign of its own; ticked by a mark, or by the word of a language.
_DONE = (
    "x|✓|✔|✅|☑|☒|done|ok|erledigt|fertig|fait|hecho|fatto|feito|klaar|klart|gotowe|hotovo"
    "|готово|완료|完了|完成|تم"
)
_TICK = re.compile(
    rf"(?:TODO:\s+)?(?:\[(?P<tick>\s*|{_DONE})\]|(?P<open>☐|□)|(?P<sign>[☑☒✅✔✓]))"
    r"\ufe0f?(?:\s+|$)|TODO:\s+",
    re.IGNORECASE,
)
# People may write a line of any length: each pattern below goes through it once, because it can
# begin nowhere inside a run of what it begins with.
_STRUCK = re.compile(r"~~\s*(?P<text>\S(?:.*\S)?)\s*~~\.?")
# A bracket may also open a link `[a](b)`, a reference `[a][b]`, a footnote `[^1]`.
_OWNER = re.compile(r"(?:\[(?P<name>[^\]\[^][^\]\[]*)\]|@(?P<handle>[\w.+-]+(?:@[\w.-]+\w)?)):?\s+")
_SINCE = re.compile(r"(?<!\s)\s*\(since (?P<since>[^(),]{5,20})(?:, \d+ weeks?)?\)$")
_WORD_BEFORE = re.compile(r"(?<![^\W\d_])(?P<word>[^\W\d_]+)[.,]*\s+$")
_PREPARED = re.compile(r"\([^()]*\?\)\s*")
# A heading under which people list what is to do, in the languages of the due days.
_LIST = re.compile(
    r"\W*(?:(?:our|new|open)\s+)?(?:actions?(?:\s+(?:items?|points?))?|to[\s-]?dos?|next\s+steps"
    r"|tasks|follow[\s-]?ups?|aufgaben|nächste\s+schritte|maßnahmen|tâches|à\s+faire"
    r"|prochaines\s+étapes|acciones|tareas|próximos\s+pasos|azioni|attività|prossimi\s+passi"
    r"|acties|actiepunten|taken|volgende\s+stappen)[\s:]*(?:[(&/\u2013\u2014-].*)?",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:\*\*|__)(?P<bold>[^*_]+)(?:\*\*|__):?|(?P<plain>[^:]{2,40}):")
_NOTHING = re.compile(
    r"(?:none|nothing|n/?a|no (?:action )?items|keine|nichts|aucune?|rien|ningun[oa]|nada"
    r"|nessun[oa]|niente|geen|niets|https?://\S+)(?: new| yet| today| this week| this time)?[.!]?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}")
_A_YEAR = timedelta(weeks=52)
_ENGLISH = "by|until|till|due"
# The apostrophe as keyboards have it, and as phones correct it.
_OTHERS = "bis|avant|pour|d['\u2019]ici|jusqu['\u2019]|para|antes|hasta|entro|per|voor|tegen|tot"
_ARTICLES = r"(?:\s*\b(?:the|zum|le|au|el|al|il|de|del))*"
_DUE = re.compile(
    rf"(?<![\s,(])[\s,(]+(?P<said>(?:(?P<english>{_ENGLISH})|{_OTHERS}){_ARTICLES}"
    r":?\s+(?P<when>[\w.,º\s-]{2,30}?))[).]*$",
    re.IGNORECASE,
)


def task(line: str, day: date | None, under: str = "", *, nested: bool = False) -> Item | None:
    """Read one line without its bullet; None where it is no action item.

    A tick box, an owner in front, or a line struck through as a whole makes it one, and so does
    a heading it stands `under` that says so; what is `nested` below such a line belongs to it.
    Due days are relative to `day`, the section's own.
    """
    # People type behind the question that was prepared, too.
    said = _PREPARED.sub("", line.strip(), count=1)
    found = _tagged(said, day)
    if found is None and not nested and _LIST.fullmatch(under) and _is_to_do(said):
        return _item(said, day, Item(""))
    return found


def under(line: str, now: str, heading: str) -> str:
    """Return the heading that what follows a line stands under; `now` is that of the line itself.

    In documents of their own people set "Action items:" in bold, or with a colon. It holds until
    the next such line, or a real `heading`.
    """
    said = _TITLE.fullmatch(line.strip())
    if said is None:
        return now
    title = said["bold"] or said["plain"]
    return title if _LIST.fullmatch(title) else heading


def _is_to_do(said: str) -> bool:
    """Whether a line in a list of what is to do is one of that; others ask, or lead over."""
    aside = said.startswith("(") and said.endswith(")")
    bare = _TICK.match(said) or _OWNER.match(f"{said} ")
    words = any(map(str.isalnum, said)) and not said.endswith(("?", ":"))
    return words and not (aside or bare or _NOTHING.fullmatch(said) or _TITLE.fullmatch(said))


def _tagged(line: str, day: date | None) -> Item | None:
    text, struck = _unstruck(line)
    box = _TICK.match(text)
    rest, inner = _unstruck(text[box.end() :] if box else text)
    owner = _OWNER.match(rest)
    if not (box or owner or struck):
        return None
    what, innermost = _unstruck(rest[owner.end() :] if owner else rest)
    ticked = box and ((box["tick"] or "").strip() or box["sign"])
    done = struck or inner or innermost or bool(ticked)
    name = (owner["name"] or owner["handle"]).strip() if owner else ""
    return _item(what, day, Item("", done, owner=name))


def row(cells: Sequence[str], day: date | None) -> Item | None:
    """Read a row of a table that begins with a box: what is to do, then who and until when.

    Whoever pastes a list of tasks as a table means its rows; None for any other row.
    """
    box = _TICK.match(cells[0].strip()) if cells else None
    said = [cells[0].strip()[box.end() :], *map(str.strip, cells[1:])] if box else []
    if box is None or not any(said):
        return None
    first, *more = filter(None, said)
    if _OWNER.fullmatch(f"{first} ") and more:
        first, *more = (f"{first} {more[0]}", *more[1:])
    until = next((cell for cell in more if _when(cell, day)), "")
    owner = next((cell for cell in more if cell != until), "")
    named = f"[{owner.strip('[]')}] " if owner and not _OWNER.match(first) else ""
    return task(f"{box[0]} {named}{first}{f' by {until}' if until else ''}", day)


def words(item: Item, day: date | None) -> str:
    """Write an item, without its tick, such that `task` reads the same; `day` gives its age."""
    owner = f"[{item.owner}] " if item.owner else ""
    until = f" {item.by or _by(item.due)}" if item.due else ""
    since = f" ({age(item.since, day)})" if item.since else ""
    return f"{owner}{item.text}{until}{since}"


def age(since: date, day: date | None) -> str:
    """Say since when an item is carried; in weeks where that is one or more, by `day`."""
    weeks = (day - since).days // 7 if day else 0
    # Within a year the day alone is enough: it is never one to come.
    near = day is not None and timedelta(0) <= day - since < _A_YEAR
    aged = f", {weeks} week{'s' if weeks > 1 else ''}" if weeks > 0 else ""
    return f"since {since.day} {since:%B}{'' if near else f' {since.year}'}{aged}"


def due(text: str, day: date | None) -> tuple[str, date | None]:
    """Split "send the draft by Friday" into the words and the day meant.

    Understood at the end of a line: ISO days, weekdays (the next one after `day`), a day with
    its month (the year nearest to `day`).
    """
    item = _until(Item(text), day)
    return item.text, item.due


def day_in(text: str, near: date | None = None) -> date | None:
    """Find the first written day; one without a year is taken nearest to `near`, or not at all."""
    for form in _DATES:
        for found in form.finditer(text):
            day = _day(found, near)
            if day:
                return day
    return None


def redated(line: str, heading: str) -> str:
    """Return a date line with the day of another; words that people put around it stay.

    A line that names no full day any more is theirs as a whole, and stays as it is.
    """
    old, new = dated(line), dated(heading)
    if old is None or new is None:
        return line
    return f"{line[: old.start]}{heading[new]}{line[old.stop :]}"


def dated(line: str) -> slice | None:
    """Find the first full day in a line, its weekday included."""
    for form in _DATES:
        for found in form.finditer(line):
            if _day(found, None):
                before = _WORD_BEFORE.search(line[: found.start()])
                named = before and before["word"].lower() in _WEEKDAY_OF
                return slice(before.start() if before and named else found.start(), found.end())
    return None


def _item(what: str, day: date | None, item: Item) -> Item | None:
    found = _SINCE.search(what)
    since = _past(found["since"], day) if found else None
    item = _until(replace(item, text=what[: found.start()] if found and since else what), day)
    return replace(item, text=item.text.strip(), since=since) if item.text.strip() else None


def _until(item: Item, day: date | None) -> Item:
    """Take the due day off the end of an item's words."""
    found = _DUE.search(item.text)
    when = _when(found["when"].strip(), day) if found else None
    if found is None or when is None:
        return item
    by = _lasting(found, when)
    return replace(item, text=item.text[: found.start()], due=when, by=by)


def _lasting(found: re.Match[str], when: date) -> str:
    """Write a due day as people did, with what it takes to mean the same day next month."""
    said = found["said"].strip()
    if _YEAR.search(said):
        return said
    if found["when"].strip().lower().rstrip(".") not in _WEEKDAY_OF:
        return f"{said} {when.year}"
    if found["english"]:
        return f"{found['english']}{_by(when).removeprefix('by')}"
    return f"{said} {when:%d.%m.%Y}"


def _by(day: date) -> str:
    return f"by {day:%a} {day.day} {day:%B} {day.year}"


def _past(text: str, day: date | None) -> date | None:
    """Return the latest day that words mean which is not after `day`."""
    found = day_in(text, day)
    if found and day and found > day and not _YEAR.search(text):
        return _date(found.year - 1, found.month, found.day)
    return found


def _unstruck(text: str) -> tuple[str, bool]:
    """Take a stroke off that goes through the whole text; say whether there was one."""
    struck = _STRUCK.fullmatch(text)
    return (struck["text"], True) if struck else (text, False)


def _when(text: str, day: date | None) -> date | None:
    """Return the day that words mean, seen from `day`."""
    weekday = _WEEKDAY_OF.get(text.lower().rstrip("."))
    if weekday is None:
        return day_in(text, day)
    if day is None:
        return None
    # "by Friday", said on a Friday, is the next one: for the same day people say "today".
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def _day(found: re.Match[str], near: date | None) -> date | None:
    parts = {name: value for name, value in found.groupdict().items() if value}
    if "iso" in parts:
        return _date(*map(int, parts["iso"].split("-")))
    if "dd" in parts:
        return _date(int(parts["yyyy"]), int(parts["mm"]), int(parts["dd"]))
    return _in_month(
        parts.get("m1") or parts["m2"],
        int(parts.get("d1") or parts["d2"]),
        parts.get("y1") or parts.get("y2"),
        near,
    )


def _in_month(name: str, day: int, year: str | None, near: date | None) -> date | None:
    month = _MONTH_OF.get(name.lower())
    if month is None:
        return None
    if year:
        return _date(int(year), month, day)
    if near is None:
        return None
    # An overdue day of last December is not one of next December.
    candidates = (_date(near.year + years, month, day) for years in (-1, 0, 1))
    return min((c for c in candidates if c), key=lambda c: abs(c - near), default=None)


def _date(year: int, month: int, day: int) -> date | None:
    """Return a day, or None for one that no calendar has (31 February)."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
