"""A folder of .ics files as a calendar: read as any program wrote them, written back in place.

There is no server: nobody is mailed by a write, so the receipt of a booking has the `request`
(iMIP) for whoever mails it. An attached link leaves stamps and SEQUENCE as they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from connectors.errors import (
    ConnectorError,
    NotFound,
    NotPermitted,
    Unavailable,
)
from connectors.files import disk
from connectors.files.folder import Folder, Memory, Seen, by_file, handle, place
from connectors.ical import drafting, editing, invitation, parts, rebooking
from connectors.ical.reading import Reader, complaint, nameless
from connectors.ical.source import Broken, Source, split
from connectors.ical.source import calendar_zone as written_zone
from connectors.ical.zones import iana
from connectors.model import (
    Baseline,
    Busy,
    Capability,
    Changes,
    Cursor,
    Facts,
    Fresh,
    Handle,
    Key,
    Link,
    Occurrence,
    Person,
    Receipt,
    Series,
    Span,
    Status,
    Url,
    Version,
    Watch,
    WorkingHours,
)

_DAY = timedelta(days=1)
_FEW = 10


def calendar_zone(path: Path) -> str:
    """Return the zone (IANA) that the calendars of a folder say they are in, or nothing.

    It stands at the head of a file, and in all files or in none, so a few heads are enough.
    """
    try:
        names = list(Folder(path).files())[:_FEW]
        zones = (iana(written_zone(disk.head(path / name))) for name in names)
        return next(filter(None, zones), "")
    except ConnectorError:
        return ""


class FilesCalendar:
    """The calendar of `owner` in a folder; implements `protocol.Calendar`.

    `zone` (IANA) is where floating times and whole days are. `Receipt.before` and `after` of an
    attachment have `links`, of a booking `start`, `end` and `status`; `changes` in `after` is
    what `undo` takes back.
    """

    def __init__(self, path: Path, owner: Person, zone: str) -> None:
        self._folder = Folder(path)
        self._reader = Reader(owner, zone, handle)
        self._owner = owner

    @property
    def capabilities(self) -> Capability:
        """What files can hold; nobody else's calendar is in them."""
        return Capability.ATTACH | Capability.BOOK

    @property
    def zone(self) -> str:
        """The IANA zone the files name (X-WR-TIMEZONE), or an empty string."""
        return calendar_zone(self._folder.path)

    # --- looking ---

    def baseline(self, window: Span) -> Baseline:
        """Read all files; a broken one is one of the `problems`, and the others still count."""
        found: list[Series] = []
        unread: dict[Handle, str] = {}
        files = {}
        for name, stamp in self._folder.files().items():
            source = self._folder.tried(name)
            if isinstance(source, str):
                files[name] = Seen(stamp, problem=source)
                continue
            read, wrong = self._reader.told(name, source, window)
            found += read
            problem = _problem(name, source, wrong)
            files[name] = Seen(stamp, _digests(source), problem)
            unread |= {handle(name, uid): problem for uid in wrong}
        memory = Memory(window, files)
        return Baseline(tuple(found), memory.cursor(), memory.problems, unread)

    def changes(self, since: Cursor) -> Changes:
        """Tell which events changed; files that look as they did are not opened."""
        before = Memory.of(since)
        files: dict[str, Seen] = {}
        touched: list[Handle] = []
        for name, stamp in self._folder.files().items():
            seen = before.files.get(name, Seen(stamp))
            if name in before.files and seen.stamp == stamp:
                files[name] = seen
                continue
            files[name], uids = self._compared(name, replace(seen, stamp=stamp), before.window)
            touched += [handle(name, uid) for uid in uids]
        for name in before.files.keys() - files.keys():
            touched += [handle(name, uid) for uid in before.files[name].events]
        memory = Memory(before.window, files)
        return Changes(tuple(touched), memory.cursor(), memory.problems)

    def _compared(self, name: str, known: Seen, window: Span) -> tuple[Seen, list[str]]:
        """Compare a file with what was known of it; what cannot be read counts as unchanged."""
        source = self._folder.tried(name)
        if isinstance(source, str):
            return replace(known, problem=source), []
        digests = _digests(source)
        uids = [
            uid for uid in {**known.events, **digests} if known.events.get(uid) != digests.get(uid)
        ]
        _, wrong = self._reader.all(name, source, source.events.keys() & set(uids), window)
        seen = Seen(known.stamp, digests, _problem(name, source, wrong))
        return seen, [uid for uid in uids if uid not in wrong]

    def read(self, events: Collection[Handle], window: Span) -> Fresh:
        """Read events afresh, each file once; what is gone is left out."""
        found: list[Fresh] = []
        for name, uids in by_file(events).items():
            with suppress(NotFound):
                found.append(self._reader.some(name, self._source(name), uids, window))
        return Fresh.joined(found)

    def busy(self, people: Sequence[Person], window: Span) -> Mapping[Person, Busy]:
        """Tell when the owner is taken; everybody else is unknown here."""
        owners = [one for one in people if self._owner.answers_to(one.address)]
        if not owners:
            return {}
        spans: list[Span] = []
        away: list[Span] = []
        for name in self._folder.files():
            source = self._folder.tried(name)
            if isinstance(source, Source):
                taken, absent = self._reader.taken(name, source, window)
                spans += taken
                away += absent
        busy = Busy(tuple(sorted(spans)), tuple(sorted(away)))
        return dict.fromkeys(owners, busy)

    def hours(self, person: Person) -> WorkingHours | None:  # noqa: ARG002 - the protocol's name
        """Tell nothing: no file has anybody's working hours."""
        return None

    def mails(self, series: Series, lost: Occurrence | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Foresee nothing: there is no server that mails."""
        return ()

    def guard(self, event: Handle, _written: Receipt | None = None) -> tuple[Version, Facts]:
        """Read what a write must leave alone; a link of our own is none of it."""
        name, uid = place(event)
        source = self._event(name, uid)
        return Version(source.digest(uid)), drafting.kept(source, uid)

    # --- writing ---

    def attach(self, target: Series, link: Link) -> Receipt:
        """Put the link on the series, unless it is there already; only its organizer may."""
        if not target.owned:
            raise NotPermitted("only the organizer can attach a link")
        name, uid = place(target.handle)
        source = self._event(name, uid)
        _, receipt = self._write(name, uid, source, drafting.attaching(source, uid, link))
        return receipt

    def book(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Write the override that moves or restores an instance, or invite anew as a guest.

        Raises `PreconditionFailed` when the instance is not as `lost` says any more.
        """
        if not series.owned:
            return self._invite(series, lost, to, key)
        name, uid = place(series.handle)
        source = self._event(name, uid)
        wish = rebooking.Booking(lost.recurrence_id, to, key, self._owner.answers_to)
        draft = drafting.booking(self._reader, source, uid, lost, wish)
        written, receipt = self._write(name, uid, source, draft)
        request = drafting.request(self._reader, written, uid, lost)
        return replace(receipt, after={**receipt.after, "request": request})

    def _invite(self, series: Series, lost: Occurrence, to: Span, key: Key) -> Receipt:
        """Make the guest's own single meeting, in a file of its own."""
        uid, name = invitation.uid(key), invitation.file_name(key)
        meeting = invitation.meeting(series, lost, to, key, self._owner)
        wrote = disk.create(self._folder.path / name, meeting)
        source = self._event(name, uid)
        request = drafting.invited(self._reader, source, uid, to)
        whole = editing.Splice(0, 0, parts.lead(source.events[uid]).raw)
        after = drafting.meeting(to, Status.STANDING)
        changes = editing.remembered(b"", (), [whole])
        return Receipt(
            handle(name, uid),
            Version(source.digest(uid)),
            after={**after, "request": request, "changes": changes},
            wrote=wrote,
        )

    def counter(self, *_: object) -> Receipt:
        """Refuse: see `Capability.PROPOSE_NEW_TIME`."""
        raise NotPermitted("a file goes to nobody, so no other time can be proposed")

    def undo(self, receipt: Receipt) -> None:
        """Take an attachment or a booking back, unless people changed those very lines since."""
        name, uid = place(receipt.handle)
        path = self._folder.path / name
        try:
            source = self._source(name)
        except NotFound:
            if receipt.before:
                raise
            return  # the meeting we made is gone already
        if uid in source.events and receipt.before.get("version") == source.digest(uid):
            return
        earlier = editing.reverted(source, uid, receipt.after["changes"])
        if receipt.before:
            disk.replace(path, source.data, earlier)
        else:
            disk.remove(path, source.data)

    def watch(self, callback: Url, secret: str) -> Watch:  # noqa: ARG002 - the protocol's names
        """Refuse: files push nothing."""
        raise NotPermitted("a folder of files pushes nothing")

    # --- one file ---

    def _source(self, name: str) -> Source:
        """Read one file for a question that only a whole file can answer."""
        try:
            return self._folder.source(name)
        except Broken as broken:
            # Perhaps another program is writing it just now.
            raise Unavailable(complaint(name, broken.line, str(broken))) from broken

    def _event(self, name: str, uid: str) -> Source:
        """Read the file that holds an event; raises `NotFound` when it does not any more."""
        source = self._source(name)
        if uid not in source.events:
            raise NotFound(f"the event is not in {name} any more")
        return source

    def _write(
        self, name: str, uid: str, source: Source, draft: drafting.Draft
    ) -> tuple[Source, Receipt]:
        """Write a draft for one event, if it changes anything; return the new text too."""
        data = editing.applied(source.data, draft.splices)
        if draft.splices:
            disk.replace(self._folder.path / name, source.data, data)
        written = split(data)
        changes = editing.remembered(source.data, source.events[uid], draft.splices)
        receipt = Receipt(
            handle(name, uid),
            Version(written.digest(uid)),
            before={**draft.before, "version": source.digest(uid)},
            after={**draft.after, "changes": changes},
            kept_before=drafting.kept(source, uid),
            kept_after=drafting.kept(written, uid),
            wrote=bool(draft.splices),
        )
        return written, receipt


def _digests(source: Source) -> dict[str, str]:
    return {uid: source.digest(uid) for uid in source.events}


def _problem(name: str, source: Source, wrong: Mapping[str, str]) -> str:
    """Put what is wrong with a file into one line."""
    lines = (*nameless(name, source), *wrong.values())
    more = f" (and {len(lines) - 1} more in this file)" if len(lines) > 1 else ""
    return f"{lines[0]}{more}" if lines else ""
