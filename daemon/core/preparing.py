"""The agenda of the next meeting: document, share, link and section, all at once and once.

DOMAIN 2, CONTRACT 5 "Agenda": made at the first tick at which the meeting is near enough and
the one before it is over, never earlier, so that nobody opens an empty document.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from connectors.model import Capability, Key, Url
from daemon.core.agenda import local_day
from daemon.core.dossier import Dossier, Held
from daemon.core.keys import event_key, key, mark
from daemon.core.notes import has_notes
from daemon.core.pen import Pen, Words
from daemon.core.words import Decision, Fate, Kind, Meeting, Written

DOCUMENTS = ("docs.google.com/document/", ".docx", ".md", "sharepoint.com/", "1drv.ms/")
"""How a link that may be the pair's running document looks."""
_LINKED = "the invite should lead to the agenda; written once for the whole series"
_ONLY_LINKED = "visavis may not open the document the two have: it is linked, and nothing more"
LAG = timedelta(minutes=10)
"""How long a provider may go on showing an event as it was before our write."""


def due(dossier: Dossier, now: datetime) -> Meeting | None:
    """Return the meeting whose agenda should stand by now, if there is one."""
    meeting = dossier.next(now)
    if meeting is None or meeting.span.start - dossier.policy.prepare > now:
        return None
    return meeting


def unwritten(dossier: Dossier, now: datetime) -> Meeting | None:
    """Return the meeting whose section is due and not written yet, or carries another date."""
    meeting = due(dossier, now)
    if meeting is None:
        return None
    written = _section_of(dossier, meeting)
    return meeting if written is None or written.starts != meeting.span.start else None


def agenda(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield what is missing for the next meeting, in the order it must be done."""
    meeting = due(dossier, now)
    if meeting is None or dossier.sight.gone or dossier.sight.unreadable:
        return
    if dossier.shelf.document is None and dossier.sight.unopenable is not None:
        yield from _links(dossier, now)
    elif _document_possible(dossier):
        yield from _document(dossier, meeting, pen)
        yield from _links(dossier, now)
        yield from _section(dossier, meeting, pen)


def founding(dossier: Dossier, meeting: Meeting, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield what makes, shares and links a document before its time: somebody writes into it now.

    Nothing where there is one, where the invite or the settings name one, or where it was closed.
    """
    named = any(True for _ in named_documents(dossier))
    if dossier.shelf.document is None and not named and _document_possible(dossier):
        yield from (d for d in _document(dossier, meeting, pen) if d.key not in dossier.settled)
        yield from (d for d in _links(dossier, now) if d.key not in dossier.settled)


def losses(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the word to the owner that a person removed the document or a link: left alone now."""
    if dossier.sight.gone:
        words = pen.closed(dossier, "the document")
        yield _told(dossier, "gone", create_key(dossier), words)
    for held in dossier.series:
        attached = dossier.done.get(attach_key(dossier, held))
        lost = _url(dossier) is not None and not _linked(dossier, held)
        if attached and now - attached > LAG and lost:
            words = pen.closed(dossier, "the link in the invite")
            yield _told(dossier, "unlinked", attach_key(dossier, held), words)


def harms(dossier: Dossier, _now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the word to the owner that a write did harm, so that the event is left alone now."""
    for held in dossier.series:
        if event_key(held.account, held.series.handle) in dossier.settled:
            words = pen.harmed(dossier)
            yield _told(dossier, "harmed", event_key(held.account, held.series.handle), words)


def strangers(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield, once a document, the word to the owner that theirs can be linked but not written."""
    foreign = dossier.sight.unopenable
    if foreign is not None and dossier.shelf.document is None and due(dossier, now):
        words = pen.only_linked(dossier, foreign.url)
        yield Decision(
            key=key("advise", "linked", dossier.pair.id, foreign.url),
            kind=Kind.ADVISE,
            pair=dossier.pair.id,
            account=dossier.account,
            because=_ONLY_LINKED,
            after={"subject": words.subject, "text": words.text},
        )


def guests(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield, once per series the other person organizes, the link with words ready to send."""
    if dossier.sight.gone or (dossier.shelf.document is None and not _made_now(dossier, now)):
        return
    for held in _going_on(dossier, now):
        if not held.series.owned and not _linked(dossier, held) and not _owned_copy(dossier, held):
            words = pen.link_to_send(dossier, held.series.title)
            yield Decision(
                key=key("advise", "link", dossier.pair.id, held.series.uid),
                kind=Kind.ADVISE,
                pair=dossier.pair.id,
                account=held.account,
                because="only the organizer can put the link into the invite",
                series=held.series.handle,
                version=held.series.version,
                after={"subject": words.subject, "text": words.text},
            )


def named_documents(dossier: Dossier) -> Iterator[Url]:
    """Yield where the two may have a document already: by the settings, then by the invites."""
    if dossier.document:
        yield Url(dossier.document)
    for held in dossier.series:
        for link in held.series.links:
            if any(part in link.url for part in DOCUMENTS):
                yield link.url


def create_key(dossier: Dossier) -> Key:
    """Return the key of the pair's running document, the same in every installation."""
    return key("create_agenda", dossier.pair.id, *_generation(dossier))


def attach_key(dossier: Dossier, held: Held) -> Key:
    """Return the key of the link on one series."""
    return key("attach_agenda", dossier.pair.id, held.series.uid, *_generation(dossier))


def _made_now(dossier: Dossier, now: datetime) -> bool:
    """Whether this turn makes the document, which nothing is known of yet."""
    closed = dossier.sight.unreadable or dossier.sight.unopenable is not None
    return due(dossier, now) is not None and not closed and _document_possible(dossier)


def _document_possible(dossier: Dossier) -> bool:
    """Whether there is a document, or one may still be made."""
    if dossier.shelf.document is not None:
        return True
    name = create_key(dossier)
    return name not in dossier.settled or name in dossier.begun


def _document(dossier: Dossier, meeting: Meeting, pen: Pen) -> Iterator[Decision]:
    partner = dossier.pair.partner
    decision = partial(
        Decision,
        pair=dossier.pair.id,
        account=dossier.keeper,
        occurrence=meeting.recurrence_id,
        times=meeting.span,
    )
    if dossier.shelf.document is None:
        yield decision(
            key=create_key(dossier),
            kind=Kind.CREATE_AGENDA,
            because="the two have no agenda yet",
            after={"title": pen.title(dossier)},
        )
    if not dossier.shelf.adopted:
        yield decision(
            key=_share_key(dossier),
            kind=Kind.SHARE_AGENDA,
            because="both must be able to open and edit it before the link is out",
            after={"people": [partner.address]},
        )


def _links(dossier: Dossier, now: datetime) -> Iterator[Decision]:
    """Yield the links that are missing; what could not be shared must not be linked."""
    shared = _share_key(dossier)
    if shared in dossier.settled and shared not in dossier.done and shared not in dossier.begun:
        return
    unopenable = dossier.sight.unopenable if dossier.shelf.document is None else None
    for held in _going_on(dossier, now):
        series = held.series
        if _writable(dossier, held) and not _linked(dossier, held):
            yield Decision(
                key=attach_key(dossier, held),
                kind=Kind.ATTACH_AGENDA,
                pair=dossier.pair.id,
                account=held.account,
                because=_ONLY_LINKED if unopenable else _LINKED,
                series=series.handle,
                version=series.version,
                mails=held.attach_mails,
                before={"links": [link.url for link in series.links]},
                after={"uid": series.uid, "url": unopenable.url if unopenable else None},
            )


def _going_on(dossier: Dossier, now: datetime) -> Iterator[Held]:
    """Yield the series with a meeting to come: a link on one that is over serves nobody."""
    ahead = {m.series for m in dossier.meetings if m.fate is Fate.STANDING and m.span.end > now}
    return (held for held in dossier.series if held.series.uid in ahead)


def _section(dossier: Dossier, meeting: Meeting, pen: Pen) -> Iterator[Decision]:
    held = dossier.held(meeting.series)
    written = _section_of(dossier, meeting)
    if written is not None and written.starts == meeting.span.start:
        return
    own = mark(meeting.series, meeting.recurrence_id)
    # A meeting that was lost and came back finds its section where the next one had taken it.
    first = (section for section in dossier.shelf.sections if section.mark == own)
    kept = written or _left_over(dossier) or next(first, None)
    revision = kept.revision + 1 if kept else 0
    name = kept.mark if kept else own
    yield Decision(
        key=key("write_section", dossier.pair.id, name, revision, *_generation(dossier)),
        kind=Kind.WRITE_SECTION,
        pair=dossier.pair.id,
        account=dossier.keeper,
        because=_why(kept, written),
        occurrence=meeting.recurrence_id,
        series=held.series.handle if held else None,
        times=meeting.span,
        version=held.series.version if held else None,
        before={"day": dossier.policy.today(kept.starts).isoformat()} if kept else None,
        after={
            "mark": name,
            "revision": revision,
            "series": meeting.series,
            "heading": pen.heading(dossier, meeting),
            "day": local_day(dossier, meeting).isoformat(),
            "markdown": "" if kept else pen.section(dossier, meeting),
        },
    )


def _why(kept: Written | None, written: Written | None) -> str:
    if kept is None:
        return "the meeting is near and the one before it is over"
    if written is not None:
        return "the meeting moved: only the date of its section changes"
    return "its week was lost: the section that was prepared moves on with its date"


def _section_of(dossier: Dossier, meeting: Meeting) -> Written | None:
    return next(
        (
            section
            for section in dossier.shelf.sections
            if (section.series, section.recurrence_id) == (meeting.series, meeting.recurrence_id)
        ),
        None,
    )


def _left_over(dossier: Dossier) -> Written | None:
    """Return the newest section, if the meeting it was prepared for did not take place."""
    newest = max(dossier.shelf.sections, key=lambda section: section.starts, default=None)
    if newest is None:
        return None
    took_place = any(
        (m.series, m.recurrence_id) == (newest.series, newest.recurrence_id)
        for m in dossier.standing()
    )
    return None if took_place or _answered(dossier, newest) else newest


def _answered(dossier: Dossier, left_over: Written) -> bool:
    """Whether people wrote into the questions that stood in for the meeting of a section."""
    identity = (left_over.series, left_over.recurrence_id)
    asked = {w.mark for w in dossier.shelf.in_writing if (w.series, w.recurrence_id) == identity}
    return any(has_notes(s) for s in dossier.sight.sections or () if s.mark in asked)


def _linked(dossier: Dossier, held: Held) -> bool:
    """Whether the invite leads there; providers may write an address differently, not an id."""
    document = dossier.shelf.document
    known = document.handle if document else None
    return any(
        link.url == _url(dossier) or (known is not None and link.handle == known)
        for link in held.series.links
    )


def _url(dossier: Dossier) -> Url | None:
    """Return where the invite should lead to, as far as it is known."""
    document = dossier.shelf.document or dossier.sight.unopenable
    return document.url if document else Url(dossier.document) if dossier.document else None


def _writable(dossier: Dossier, held: Held) -> bool:
    closed = event_key(held.account, held.series.handle) in dossier.settled
    return held.series.owned and Capability.ATTACH in held.capabilities and not closed


def _share_key(dossier: Dossier) -> Key:
    partner = dossier.pair.partner.address
    return key("share_agenda", dossier.pair.id, partner, *_generation(dossier))


def _owned_copy(dossier: Dossier, held: Held) -> bool:
    """Whether the organizer's copy of the same series is ours to write as well."""
    return any(h.series.owned and h.series.uid == held.series.uid for h in dossier.series)


def _generation(dossier: Dossier) -> tuple[int, ...]:
    return (dossier.shelf.generation,) if dossier.shelf.generation > 1 else ()


def _told(dossier: Dossier, what: str, closes: Key, words: Words) -> Decision:
    return Decision(
        key=key("advise", what, closes),
        kind=Kind.ADVISE,
        pair=dossier.pair.id,
        account=dossier.account,
        because="it is left alone from now on",
        after={"closes": closes, "subject": words.subject, "text": words.text},
    )
