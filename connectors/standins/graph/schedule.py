"""`getSchedule`: free/busy of several people at once, each with its own error if need be.

Somebody who cannot be seen is an error of their own inside a 200, never free. Items carry no event
id: a client has to take its own meeting out by time. Refused for personal accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from connectors.standins.graph.asking import Ask, Routes
from connectors.standins.graph.calls import Json, Refused, Reply
from connectors.standins.graph.items import Instance, instances
from connectors.standins.graph.profile import Kind, Profile
from connectors.standins.graph.rendering import by_start
from connectors.standins.graph.zones import moment, wire

_MOST_PEOPLE = 20
_LONGEST = timedelta(days=62)
_MOST_ITEMS = 1000
_FINEST, _COARSEST = timedelta(minutes=5), timedelta(minutes=1440)
# Working elsewhere is folded into free; the items tell them apart.
_DIGIT = {"tentative": "1", "busy": "2", "oof": "3"}


def get_schedule(ask: Ask) -> Reply:
    """Answer 200 with one entry an address, in the order asked."""
    if ask.owner.kind is Kind.PERSONAL:
        message = "getSchedule is not supported for personal Microsoft accounts."
        raise Refused(403, "ErrorAccessDenied", message)
    schedules: list[str] = ask.given("schedules")
    start, end = moment(ask.given("startTime")), moment(ask.given("endTime"))
    if len(schedules) > _MOST_PEOPLE:
        raise Refused(400, "ErrorMailboxDataArrayTooBig", "At most 20 addresses can be asked for.")
    if not timedelta() < end - start <= _LONGEST:
        raise Refused(400, "ErrorInvalidTimeInterval", "The period is empty or too long.")
    step = timedelta(minutes=int(ask.given("availabilityViewInterval") or 30))
    if not _FINEST <= step <= min(_COARSEST, end - start):
        message = "The interval lies outside 5 to 1440 minutes, or is longer than the period."
        raise Refused(400, "ErrorInvalidMergedFreeBusyInterval", message)
    entries = [_entry(ask, address, start, end, step) for address in schedules]
    return Reply(200, {"value": entries})


def _entry(ask: Ask, address: str, start: datetime, end: datetime, step: timedelta) -> Json:
    """Return one person's schedule; what goes wrong with one spoils no other."""
    profile = ask.world.find(address)
    if profile is None or not profile.has_mailbox or profile.kind is Kind.PERSONAL:
        return _error(address, "ErrorMailRecipientNotFound", "The recipient was not found.")
    found = list(_busy(ask, profile, start, end))
    if len(found) > _MOST_ITEMS:
        return _error(address, "5006", "The result set contains too many calendar entries.")
    return {
        "scheduleId": address,
        "availabilityView": "".join(_view(found, start, end, step)),
        "scheduleItems": [_item(ask, profile, each) for each in found],
        "workingHours": profile.working_hours(start.year),
    }


def _error(address: str, code: str, message: str) -> Json:
    return {"scheduleId": address, "error": {"message": message, "responseCode": code}}


def _busy(ask: Ask, profile: Profile, start: datetime, end: datetime) -> Iterator[Instance]:
    """Yield what is not free, oldest first; items may begin before the period and overlap."""
    mailbox = ask.world.mailbox(profile.email)
    found = [each for item in mailbox.items() for each in instances(item, start, end)]
    return (each for each in sorted(found, key=by_start) if _status(each) != "free")


def _status(instance: Instance) -> str:
    return str(instance.fields.get("showAs") or "busy")


def _view(found: list[Instance], start: datetime, end: datetime, step: timedelta) -> Iterator[str]:
    """Yield a digit a step: the strongest status in it."""
    while start < end:
        there = [each for each in found if each.overlaps(start, start + step)]
        yield max((_DIGIT.get(_status(each), "0") for each in there), default="0")
        start += step


def _item(ask: Ask, profile: Profile, instance: Instance) -> Json:
    """Return a busy span: no event id, and no words unless the asker may see them."""
    name = ask.prefer.timezone
    item: Json = {
        "status": _status(instance),
        "start": wire(instance.start, name),
        "end": wire(instance.end, name),
    }
    if profile.email != ask.owner.email:
        return item
    private = instance.fields.get("sensitivity") in {"private", "confidential"}
    words = {"subject": instance.fields.get("subject"), "location": _place(instance)}
    return {**item, "isPrivate": private, **({} if private else words)}


def _place(instance: Instance) -> str:
    place: Json = instance.fields.get("location") or {}
    return str(place.get("displayName", ""))


ROUTES: Routes = {("POST", "/calendar/getSchedule"): get_schedule}
