"""Why a time is offered, in words for the owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from daemon.core.candidates import MINUTE, Loss, Slot, given_up, minute_of_day
from daemon.core.fairness import Burden, burden


def because(loss: Loss, slot: Slot, earliest: datetime) -> str:
    """Say why this time: when it is, what it keeps, whose turn it is, what is not known.

    `earliest` is the start of the first of all times that would do.
    """
    told = (_when(loss, slot), *theirs(loss, slot), *_merits(loss, slot, earliest))
    return "; ".join((*told, *caveats(loss, slot)))


def caveats(loss: Loss, slot: Slot) -> Iterator[str]:
    """Say what is less than wished for: shorter, over the lost time, somebody unseen."""
    lost = given_up(loss.meeting, loss.policy)
    missing = lost.length - slot.span.length
    if missing:
        yield f"{_duration(missing)} shorter: nothing of full length is left"
    if slot.span.overlaps(lost):
        yield "overlaps the lost time: nothing else of full length is left"
    yield from unseen(loss)


def unseen(loss: Loss) -> Iterator[str]:
    """Name whose calendar could not be read."""
    for someone, whose in ((loss.owner, "your"), (loss.partner, f"{loss.partner.name}'s")):
        if someone.busy is None:
            yield f"{whose} calendar cannot be seen: unknown, not free"


def _when(loss: Loss, slot: Slot) -> str:
    usual = loss.meeting.planned.start
    start = slot.span.start.astimezone(usual.tzinfo)
    later = minute_of_day(start) - minute_of_day(usual)
    day = _day(start, (start.date() - usual.date()).days)
    if not later:
        return f"same time {day}"
    return f"{_duration(abs(later) * MINUTE)} {'later' if later > 0 else 'earlier'} {day}"


def theirs(loss: Loss, slot: Slot) -> Iterator[str]:
    """Tell the other's wall clock where it shows another time than the owner's."""
    ours, theirs = (
        slot.span.start.astimezone(ZoneInfo(one.hours.zone)) for one in (loss.owner, loss.partner)
    )
    if ours.utcoffset() != theirs.utcoffset():
        assumed = f", {loss.partner.assumed}" if loss.partner.assumed else ""
        yield f"{theirs:%H:%M} for {loss.partner.name} ({loss.partner.hours.zone}{assumed})"


def _day(start: datetime, days: int) -> str:
    near = {-1: "the day before", 0: "the same day", 1: "the next day"}
    return near.get(days, f"on {start:%A}")


def _merits(loss: Loss, slot: Slot, earliest: datetime) -> Iterator[str]:
    if loss.wishes(slot.span):
        yield "proposed with the decline"
    if slot.span.start == earliest and not list(unseen(loss)):
        yield "first time both are free"
    if not slot.cost.cut and not loss.wishes(slot.span):
        yield "keeps free time in one piece"
    if slot.burden:
        yield _turn(loss, slot.burden)
    elif usual := burden(loss.meeting.planned, loss.owner.hours, loss.partner.hours):
        who = "you" if usual.owner else loss.partner.name
        yield f"spares {who} the {usual.hour} hour ({_so_far(loss)})"


def _so_far(loss: Loss) -> str:
    return f"so far you {loss.tally.owner}, {loss.partner.name} {loss.tally.partner}"


def _turn(loss: Loss, load: Burden) -> str:
    who = "you" if load.owner else loss.partner.name
    if loss.tally.turn_of(load):
        whose = "your" if load.owner else f"{loss.partner.name}'s"
        return f"{whose} turn to take the {load.hour} hour ({_so_far(loss)})"
    return f"the {load.hour} hour for {who} ({_so_far(loss)})"


def _duration(length: timedelta) -> str:
    hours, minutes = divmod(length // MINUTE, 60)
    parts = [_count(hours, "hour"), _count(minutes, "minute")]
    return " ".join(part for part in parts if part)


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}" if number else ""
