"""The meetings of a pair: read from a series, and kept from look to look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from connectors.model import Attendee, Occurrence, Person, Response, Series, Status
from daemon.core.pairing import judge, single_between
from daemon.core.words import (
    Cancelled,
    Change,
    Fate,
    Identity,
    Meeting,
    Proposal,
    Superseded,
    identity,
)

# Of two calendars that show the same meeting, the one that knows more is believed: an answer or
# a cancellation reaches the other copy late, or never (Graph keeps answers from guests' copies).
_NEWS = {Fate.STANDING: 0, Fate.SUPERSEDED: 1, Fate.DECLINED: 2, Fate.CANCELLED: 3}


def meetings(series: Series, owner: Person, partner: Person) -> tuple[Meeting, ...]:
    """Return one meeting for each occurrence that the series shows.

    Where it is not, or no longer, a one-on-one of these two (declined for good, somebody joined),
    its meetings are superseded. Hidden attendees say nothing, so nothing is returned.
    """
    if series.attendees is None:
        return ()
    return tuple(
        Meeting(
            series=series.uid,
            recurrence_id=one.recurrence_id,
            planned=one.span.starting(one.recurrence_id),
            span=one.span,
            fate=fate,
            because=because,
            single=series.rule is None,
            comment=no.comment if no else "",
            wished=no.proposed if no else None,
        )
        for one, fate, because, no in _fates(series, owner, partner)
    )


def merge(
    known: Sequence[Meeting],
    seen: Sequence[Meeting],
    changes: Sequence[Change],
    last_look: datetime | None,
) -> tuple[Meeting, ...]:
    """Return the history of a pair after a look, oldest first; nothing known is ever dropped.

    `seen` is what all calendars of the pair show now, the organizer's copy first; `changes` say
    what became of meetings that are not shown any more. `last_look` is None where there was
    none, or where one of the calendars is read for the first time.
    """
    fresh = _freshest(seen)
    gone = {identity(change.series, change.recurrence_id): change for change in changes}
    # What lies before all that is shown or changed stays as it is: most of a long history.
    first = min((moment for _, moment in (*fresh, *gone)), default=None)
    old: list[Meeting] = []
    history: dict[Identity, Meeting] = {}
    for one in known:
        if first is None or one.recurrence_id < first:
            old.append(one)
        else:
            name = one.identity
            history[name] = _updated(one, fresh.get(name), gone.get(name), last_look)
    for key, meeting in fresh.items():
        if key not in history and _appears(meeting, known, last_look):
            history[key] = meeting
    return _one_a_slot((*old, *history.values()))


def with_unseen(known: Sequence[Meeting], booked: Iterable[Proposal]) -> tuple[Meeting, ...]:
    """Return the meetings with those moved that were booked since the last look."""
    times = {one.identity: one.booked.span for one in booked if one.booked}
    return tuple(
        replace(one, span=times[one.identity], fate=Fate.STANDING, because="")
        if one.identity in times
        else one
        for one in known
    )


def _fates(
    series: Series, owner: Person, partner: Person
) -> Iterable[tuple[Occurrence, Fate, str, Attendee | None]]:
    """Yield each occurrence with its fate, the reason, and who declined it."""
    over = _over(series, owner, partner)
    for one in series.occurrences:
        declined = _declined(series, one, (owner, partner))
        if over:
            yield one, Fate.SUPERSEDED, over, None
        elif one.status is Status.CANCELLED:
            yield one, Fate.CANCELLED, "cancelled in the calendar", declined
        elif declined:
            yield one, Fate.DECLINED, _refusal(declined), declined
        elif _left_out(series, one, partner):
            yield one, Fate.CANCELLED, f"{_name(partner)} was taken off the invitation", None
        else:
            yield one, Fate.STANDING, "", None


def _over(series: Series, owner: Person, partner: Person) -> str:
    """Return why a series is not between these two alone, or nothing where it is."""
    if series.rule is None:
        return "" if single_between(series, owner, partner) else "not between the two alone"
    judgement = judge(series, owner)
    if judgement.partner is None or not partner.answers_to(judgement.partner.address):
        return "no longer between the two alone"
    return "its series was declined for good" if judgement.ended else ""


def _declined(series: Series, one: Occurrence, pair: Sequence[Person]) -> Attendee | None:
    """Return who of the two said no to this occurrence."""
    return next(
        (
            attendee
            for attendee in series.invited(one)
            if attendee.response is Response.DECLINED
            and any(person.answers_to(attendee.address) for person in pair)
        ),
        None,
    )


def _refusal(attendee: Attendee) -> str:
    said = f": “{attendee.comment}”" if attendee.comment else ""
    return f"declined by {_name(attendee)}{said}"


def _left_out(series: Series, one: Occurrence, partner: Person) -> bool:
    """Whether this occurrence has guests of its own, and the partner is neither one nor host."""
    return bool(one.attendees) and not any(
        partner.answers_to(address)
        for address in (series.organizer, *(guest.address for guest in one.attendees or ()))
    )


def _name(person: Person | Attendee) -> str:
    return person.name or person.address


def _freshest(seen: Iterable[Meeting]) -> dict[Identity, Meeting]:
    """Return one meeting for each identity; of equal news the first wins."""
    found: dict[Identity, Meeting] = {}
    for meeting in seen:
        shown = found.setdefault(meeting.identity, meeting)
        if _NEWS[meeting.fate] > _NEWS[shown.fate]:
            # Who declines in Outlook has the meeting no more; why, the organizer's copy knows.
            found[meeting.identity] = replace(
                meeting,
                comment=meeting.comment or shown.comment,
                wished=meeting.wished or shown.wished,
            )
    return found


def _updated(
    known: Meeting,
    fresh: Meeting | None,
    change: Change | None,
    last_look: datetime | None,
) -> Meeting:
    """Return a known meeting after a look: what is read wins, but the past is not rewritten."""
    if known == fresh or (fresh is None and change is None):
        return known
    news = _read_again(known, fresh) if fresh else _explained(known, change)
    # What was over at the last look keeps its fate: whoever ends a series, changes its rule or
    # takes that back means the meetings to come.
    ends = news.fate is Fate.SUPERSEDED and _was_over(known, last_look)
    returns = known.fate is Fate.SUPERSEDED and _was_over(news, last_look)
    reset = change is None and _was_over(known, last_look) and _undoes(known, news, last_look)
    if (ends or returns or reset) and not known.single:
        return known
    # Whether somebody would be away was asked of a meeting that stood: ask again of a lost one.
    return replace(news, asked=None) if news.lost and not known.lost else news


def _undoes(known: Meeting, news: Meeting, last_look: datetime | None) -> bool:
    """Whether a meeting that was over, and lost or moved, is told to have been in its place.

    Nobody did that to it: providers forget what was said of single meetings, past ones too, when
    the end or the rule of their series is changed.
    """
    astray = known.lost or _start(known) != _slot(known)
    in_place = news.fate is Fate.STANDING and _start(news) == _slot(news)
    return astray and in_place and _was_over(news, last_look)


def _read_again(known: Meeting, fresh: Meeting) -> Meeting:
    # Many calendars drop the guests' answers from a cancelled occurrence; the evidence stays.
    comment = fresh.comment or (known.comment if fresh.fate is Fate.CANCELLED else "")
    return replace(fresh, written=known.written, comment=comment, asked=known.asked)


def _explained(known: Meeting, change: Change | None) -> Meeting:
    match change:
        case Cancelled() if known.fate is Fate.STANDING:
            return replace(known, fate=Fate.CANCELLED, because=change.because)
        case Superseded():
            return replace(known, fate=Fate.SUPERSEDED, because=change.because)
        case _:
            return known


def _appears(meeting: Meeting, known: Sequence[Meeting], last_look: datetime | None) -> bool:
    """Whether a meeting not known yet enters the history.

    A changed rule and a series made anew also fill the past with meetings that nobody had:
    whatever was over at the last look, and was not there, is believed of new series only.
    """
    if meeting.fate is Fate.SUPERSEDED:
        return False
    if meeting.single or last_look is None or not _was_over(meeting, last_look):
        return True
    return not any(one.series == meeting.series or _slot(one) == _slot(meeting) for one in known)


def _was_over(meeting: Meeting, last_look: datetime | None) -> bool:
    """Whether both its own time and the time it was moved to lay before the last look."""
    return last_look is None or max(meeting.planned.end, meeting.span.end) <= last_look


def _one_a_slot(history: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """Count once what several series put at the same time: two halves of a split, a copy.

    The one that stands is kept, else the same one at every look.
    """
    slots = [(_slot(one), one) for one in history]
    taken: set[datetime] = set()
    found = []
    for slot, one in sorted(slots, key=lambda each: (each[0], each[1].lost, each[1].series)):
        counts = not one.single and one.fate is not Fate.SUPERSEDED
        if counts and slot in taken:
            twin = "another series of the two has the same time"
            found.append(replace(one, fate=Fate.SUPERSEDED, because=twin))
        else:
            found.append(one)
        if counts:
            taken.add(slot)
    return tuple(found)


def _slot(meeting: Meeting) -> datetime:
    return meeting.planned.start.astimezone(UTC)


def _start(meeting: Meeting) -> datetime:
    return meeting.span.start.astimezone(UTC)
