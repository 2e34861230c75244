"""Foresight: what stands in the way of next week's meetings, told before anybody has to cancel.

Shown once, from noon of the owner's last working day of the week, so that the digest of that
evening brings it while next week can still be arranged. Nothing is written or booked by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum

from connectors.model import Busy, Key, Person, Span, Weekday
from daemon.core.agenda import local
from daemon.core.dossier import Dossier
from daemon.core.keys import digest, key
from daemon.core.naming import short_name
from daemon.core.pen import Pen
from daemon.core.planning import by_owner
from daemon.core.proposing import loss
from daemon.core.replan import replan
from daemon.core.slots import Offer
from daemon.core.spans import utc
from daemon.core.telling import Offered
from daemon.core.words import Decision, Kind, Meeting

FORESIGHT = "advise:foresight"
"""What the key of every such advice begins with."""
NOON = time(12)
A_DAY = timedelta(days=1)


class Obstacle(StrEnum):
    """What can stand in the way of a meeting."""

    AWAY = "away"
    HOLIDAY = "holiday"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Clash:
    """One obstacle. `who` is a first name, empty for the owner; `name` is a holiday's.

    `start` and `end` are those of something else at the same time.
    """

    kind: Obstacle
    who: str = ""
    name: str = ""
    start: datetime | None = None
    end: datetime | None = None

    @property
    def all_day(self) -> bool:
        """Whether something else takes the whole day, so that hours would say nothing."""
        return bool(self.start and self.end and self.end - self.start >= A_DAY)


@dataclass(frozen=True, slots=True)
class Collision:
    """A meeting of next week with all that stands in its way, and other times of that week."""

    start: datetime
    end: datetime
    clashes: tuple[Clash, ...]
    options: tuple[Offered, ...] = ()


def foresight(dossiers: Sequence[Dossier], now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield one piece of advice for each collision, the other times of all planned together."""
    for mine in by_owner(dossiers):
        own = [one for dossier in mine for one in dossier.standing() if one.span.end > now]
        found = [
            (dossier, meeting, clashes)
            for dossier in mine
            for meeting in ahead(dossier, now)
            if (clashes := _clashes(dossier, meeting, own))
        ]
        losses = [loss(d, replace(m, planned=m.span), now) for d, m, _ in found]
        offers = replan(losses, now).offers
        for (dossier, meeting, clashes), offer in zip(found, offers, strict=True):
            yield _advice(dossier, meeting, _collision(dossier, meeting, clashes, offer), pen)


def ahead(dossier: Dossier, now: datetime) -> tuple[Meeting, ...]:
    """Return the meetings of next week not spoken of yet; none before the hour has come."""
    if _noon(dossier, now) is None:
        return ()
    week = _next_week(dossier, now)
    return tuple(
        meeting
        for meeting in dossier.standing()
        if meeting.span.start in week and advice_key(dossier, meeting) not in dossier.settled
    )


def to_be_seen(dossier: Dossier, now: datetime, *, again: bool) -> Span | None:
    """Return next week where its free/busy must be read; `again` also if it was read today."""
    noon, meetings = _noon(dossier, now), ahead(dossier, now)
    unseen = any(m.asked is None or noon is None or m.asked < noon for m in meetings)
    return _next_week(dossier, now) if meetings and (again or unseen) else None


def still_ahead(dossier: Dossier, name: Key) -> bool:
    """Whether the meeting that a piece of advice is about stands where it stood."""
    return any(advice_key(dossier, meeting) == name for meeting in dossier.standing())


def advice_key(dossier: Dossier, meeting: Meeting) -> Key:
    """Return the key of the advice; a meeting that was moved may collide anew."""
    identity = (digest(meeting.series), meeting.recurrence_id, meeting.span.start)
    return key(FORESIGHT, dossier.pair.id, *identity)


def _noon(dossier: Dossier, now: datetime) -> datetime | None:
    """Return noon of the owner's last working day of this week, if that is past and today."""
    policy, holidays = dossier.policy, dossier.holidays.get(dossier.pair.owner.address, ())
    monday = policy.today(policy.week(now).start)
    days = (monday + n * A_DAY for n in range(7))
    working = [d for d in days if Weekday(d.weekday()) in policy.working_days and d not in holidays]
    if not working or working[-1] != policy.today(now):
        return None
    noon = datetime.combine(working[-1], NOON, policy.midnight(working[-1]).tzinfo)
    return noon if noon <= now else None


def _next_week(dossier: Dossier, now: datetime) -> Span:
    return dossier.policy.week(dossier.policy.week(now).end)


def _clashes(dossier: Dossier, meeting: Meeting, own: Sequence[Meeting]) -> tuple[Clash, ...]:
    """Return what stands in the way, each obstacle once; `own` are the owner's one-on-ones."""
    found: list[Clash] = []
    for person in (dossier.pair.owner, dossier.pair.partner):
        owner = person == dossier.pair.owner
        who = "" if owner else short_name(person)
        found.extend(Clash(Obstacle.HOLIDAY, who, name) for name in _free(dossier, meeting, person))
        if _away(dossier, meeting, person):
            found.append(Clash(Obstacle.AWAY, who))
            continue
        others = {*_doubled(dossier, meeting, person), *(_others(own, meeting) if owner else ())}
        for span in sorted(others, key=lambda span: span.start):
            start, end = (local(dossier, meeting.series, edge) for edge in (span.start, span.end))
            found.append(Clash(Obstacle.TAKEN, who, start=start, end=end))
    return tuple(found)


def _free(dossier: Dossier, meeting: Meeting, person: Person) -> Iterator[str]:
    """Yield the names of public holidays that a person has on that day."""
    day = dossier.policy.today(meeting.span.start)
    for holiday in dossier.evidence.holidays:
        if holiday.day == day and person.answers_to(holiday.whose):
            yield holiday.name


def _away(dossier: Dossier, meeting: Meeting, person: Person) -> bool:
    known = (a.span for a in dossier.evidence.absences if person.answers_to(a.person))
    told = _busy(dossier, person).absences
    return any(span.overlaps(meeting.span) for span in (*known, *told))


def _doubled(dossier: Dossier, meeting: Meeting, person: Person) -> Iterator[Span]:
    """Yield what else a person has at that time, as far as free/busy is sure of it.

    Some calendars melt neighbours into one span: a longer one around the meeting may be the
    meeting with the next beside it, unless the meeting is also shown by itself.
    """
    own = utc(meeting.span)
    spans = [utc(span) for span in _busy(dossier, person).spans if span.overlaps(own)]
    alone = spans.count(own)
    yield from (span for span in spans if span != own and (alone or not span.covers(own)))
    if alone > 1:
        yield own


def _others(own: Sequence[Meeting], meeting: Meeting) -> Iterator[Span]:
    """Yield the owner's other one-on-ones at that time."""
    for other in own:
        if other.span.overlaps(meeting.span) and other.identity != meeting.identity:
            yield utc(other.span)


def _busy(dossier: Dossier, person: Person) -> Busy:
    return (dossier.sight.busy or {}).get(person, Busy())


def _collision(
    dossier: Dossier, meeting: Meeting, clashes: tuple[Clash, ...], offer: Offer
) -> Collision:
    def told(moment: datetime) -> datetime:
        return local(dossier, meeting.series, moment)

    # Free/busy cannot tell what overlaps the meeting from the meeting itself: those times are out.
    apart = (option for option in offer.options if not option.span.overlaps(meeting.span))
    return Collision(
        told(meeting.span.start),
        told(meeting.span.end),
        clashes,
        tuple(Offered(o.n, told(o.span.start), told(o.span.end), o.because) for o in apart),
    )


def _advice(dossier: Dossier, meeting: Meeting, collision: Collision, pen: Pen) -> Decision:
    words, held = pen.foresight(dossier, collision), dossier.held(meeting.series)
    return Decision(
        key=advice_key(dossier, meeting),
        kind=Kind.ADVISE,
        pair=dossier.pair.id,
        account=dossier.account,
        because=f"next week's meeting collides: {_kinds(collision)}",
        occurrence=meeting.recurrence_id,
        series=held.series.handle if held else None,
        times=meeting.span,
        version=held.series.version if held else None,
        after={"subject": words.subject, "text": words.text},
    )


def _kinds(collision: Collision) -> str:
    return ", ".join(dict.fromkeys(clash.kind for clash in collision.clashes))
