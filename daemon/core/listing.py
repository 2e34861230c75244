"""The owner's own items, for the owner's own task list (DOMAIN 3): each put there once.

What is ticked there is not ticked in the document, nor the other way: a tick in the document
would be a change of human text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from connectors.model import Facts, Item
from daemon.core import rewording
from daemon.core.agenda import chapters, local_day
from daemon.core.carrying import Carried, carry
from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.naming import Whose, assigned
from daemon.core.pen import Pen
from daemon.core.recapping import read_back
from daemon.core.words import Decision, Kind, Listed, Meeting


def listing(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield each open item that the owner took on by the end of the last meeting."""
    if not dossier.tasks or dossier.sight.sections is None:
        return
    last = next((meeting for meeting, _ in read_back(dossier, now)), None)
    if last is None or last.span.end < dossier.since:
        return
    for item in _own(dossier, local_day(dossier, last)):
        yield _decision(dossier, last, item, pen)


def as_listed(wish: Facts) -> Listed:
    """Read what a decision put on the list."""
    return Listed(
        Item(str(wish["item"]), owner=str(wish["owner"])), date.fromisoformat(str(wish["day"]))
    )


def _own(dossier: Dossier, day: date) -> Iterator[Carried]:
    """Yield what is the owner's, was there at the meeting of that day, and is not listed yet."""
    for item in carry(chapters(dossier), day).items:
        whose, text = assigned(dossier.pair, item.owner, item.text)
        mine = replace(item, text=text)
        if whose is Whose.MINE and (item.since or day) <= day and not _listed(dossier, mine):
            yield mine


def _listed(dossier: Dossier, item: Carried) -> bool:
    """Whether the item is on the list, however it was worded then.

    One of the same name that began later, after the first was done, is another one.
    """
    wording = Item(item.text, owner=item.owner)
    return any(
        rewording.same(wording, one.item) and (item.since is None or item.since <= one.day)
        for one in dossier.listed
    )


def _decision(dossier: Dossier, meeting: Meeting, item: Carried, pen: Pen) -> Decision:
    day = local_day(dossier, meeting)
    words, document = pen.task(dossier, item, day), dossier.shelf.document
    began = (item.since or day).isoformat()
    return Decision(
        key=key("add_task", dossier.pair.id, began, digest(item.text.casefold())),
        kind=Kind.ADD_TASK,
        pair=dossier.pair.id,
        account=dossier.tasks,
        because=f"you took on “{words.subject}”, and the settings want that on your task list",
        occurrence=meeting.recurrence_id,
        times=meeting.span,
        after={
            "title": words.subject,
            "notes": words.text,
            "due": item.due.isoformat() if item.due else None,
            "url": document.url if document else None,
            "made": meeting.span.end.isoformat(),
            "item": item.text,
            "owner": item.owner,
            "day": day.isoformat(),
        },
    )
