"""A folder of calendar files: what is told, what is written, and what stays as it is."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar as ParsedCalendar

from connectors.errors import NotFound, PreconditionFailed, Unavailable
from connectors.files import FilesCalendar, calendar_zone
from connectors.files.disk import replace
from connectors.model import Handle, Key, Link, Person, Series, Span, Status, Url
from tests.connectors.files.bench import BEN, MAYA, ZONE

BERLIN = ZoneInfo(ZONE)
MONDAY = datetime(2026, 3, 16, 10, tzinfo=BERLIN)
WEEK, DAY = timedelta(weeks=1), timedelta(days=1)
WINDOW = Span(MONDAY - WEEK, MONDAY + 6 * WEEK)
FIRST = Span(MONDAY, MONDAY + timedelta(minutes=30))
TUESDAY = FIRST.starting(MONDAY + WEEK + DAY)
AGENDA = Link(Url("https://documents.example/agenda?people=maya,ben;week=12&from=invitation"))
KEY = Key("book:maya-ben:2")
HANDLE = Handle("work.ics#one@acme.example")

# As an old program would write it: folded its own way, with properties nobody knows.
WORK = """\
BEGIN:VCALENDAR
PRODID:-//old//program//EN
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Office
X-LIC-LOCATION:Europe/Berlin
BEGIN:STANDARD
DTSTART:19701025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
X-ODD;X-P="a:b;c":kept
DTSTART;TZID=Office:20260316T100000
DTEND;TZID=Office:20260316T103000
RRULE:FREQ=WEEKLY
EXDATE;TZID=Office:20260323T100000
EXDATE;TZID=Office:20260330T100000,
 20260406T100000
UID:one@acme.example
SEQUENCE:3
STATUS:CONFIRMED
SUMMARY:Maya / B
 en
DESCRIPTION:Zoom: https://meet.example/abc\\n
  (bring tea)
ORGANIZER:mailto:maya@acme.example
ATTENDEE;PARTSTAT=ACCEPTED:mailto:maya@acme.example
ATTENDEE;CN="Ode, Ben";PARTSTAT=DECLINED;X-RESPONSE-COMMENT="at the dentist
 ":mailto:ben@acme.example
BEGIN:VALARM
TRIGGER:-PT10M
DESCRIPTION:reminder
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:two@acme.example
DTSTART:20260317T090000Z
SUMMARY:Lunch
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture(params=["\n", "\r\n"], ids=["LF", "CRLF"])
def work(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "work.ics"
    file.write_bytes(f"\ufeff{WORK}".replace("\n", request.param).encode())
    return file


def calendar(file: Path, owner: Person = MAYA) -> FilesCalendar:
    return FilesCalendar(file.parent, owner, ZONE)


def series(file: Path) -> Series:
    return calendar(file).read([HANDLE], WINDOW)[HANDLE]


def lines(data: bytes) -> list[str]:
    return data.decode().splitlines()


def added(file: Path, before: bytes) -> list[str]:
    """Return the lines that are new; every old one must still stand, in its order."""
    now = iter(lines(file.read_bytes()))
    new = []
    for line in lines(before):
        for found in now:
            if found == line:
                break
            new.append(found)
        else:
            raise AssertionError(f"lost: {line}")
    return [*new, *now]


# --- attaching ------------------------------------------------------------------------------------


def test_an_attached_link_is_two_new_lines_and_nothing_else(work: Path) -> None:
    before = work.read_bytes()
    calendar(work).attach(series(work), AGENDA)
    assert added(work, before) == [
        " \\nAgenda: https://documents.example/agenda?people=maya\\,ben\\;week=12&from=",
        " invitation",
        "ATTACH:https://documents.example/agenda?people=maya,ben;week=12&from=invita",
        " tion",
    ]
    ending = b"\r\n" if b"\r\n" in before else b"\n"
    assert work.read_bytes().count(ending) == work.read_bytes().count(b"\n")


def test_other_programs_read_the_attached_link(work: Path) -> None:
    calendar(work).attach(series(work), AGENDA)
    event = ParsedCalendar.from_ical(work.read_bytes().removeprefix(b"\xef\xbb\xbf")).events[0]
    assert event["ATTACH"] == AGENDA.url
    assert str(event["DESCRIPTION"]).splitlines() == [
        "Zoom: https://meet.example/abc",
        " (bring tea)",
        f"Agenda: {AGENDA.url}",
    ]
    assert event["SEQUENCE"] == 3


def test_an_event_without_a_description_gets_one(tmp_path: Path) -> None:
    file = tmp_path / "work.ics"
    file.write_text(WORK)
    (lunch,) = calendar(file).read([Handle("work.ics#two@acme.example")], WINDOW).values()
    receipt = calendar(file).attach(lunch, Link(Url("https://d.example/a")))
    assert added(file, WORK.encode()) == [
        "ATTACH:https://d.example/a",
        "DESCRIPTION:Agenda: https://d.example/a",
    ]
    calendar(file).undo(receipt)
    assert file.read_text() == WORK


def test_a_link_that_people_pasted_is_not_attached_again(work: Path) -> None:
    work.write_bytes(work.read_bytes().replace(b"(bring tea)", f"({AGENDA.url})".encode()))
    pasted = Link(Url("https://documents.example/agenda?people=maya"))
    work.write_bytes(work.read_bytes().replace(AGENDA.url.encode(), pasted.url.encode()))
    assert not calendar(work).attach(series(work), pasted).wrote


def test_an_attachment_is_taken_back_though_an_occurrence_changed_since(work: Path) -> None:
    before = work.read_bytes()
    receipt = calendar(work).attach(series(work), AGENDA)
    work.write_bytes(work.read_bytes().replace(b"EXDATE;TZID=Office:20260323T100000", b"X-WAS:1"))
    calendar(work).undo(receipt)
    assert work.read_bytes() == before.replace(b"EXDATE;TZID=Office:20260323T100000", b"X-WAS:1")


def test_a_file_replaced_meanwhile_wins(work: Path) -> None:
    before = work.read_bytes()
    theirs = before.replace(b"Maya", b"Caro")
    work.write_bytes(theirs)
    with pytest.raises(PreconditionFailed):
        replace(work, before, b"ours")
    assert work.read_bytes() == theirs
    assert [file.name for file in work.parent.iterdir()] == [work.name]


def test_a_write_keeps_the_rights_of_the_file_and_what_a_link_points_to(work: Path) -> None:
    real = work.rename(work.with_name("real.txt"))
    work.symlink_to(real)
    real.chmod(0o640)
    calendar(work).attach(series(work), AGENDA)
    assert work.is_symlink()
    assert AGENDA.url.encode() in real.read_bytes().replace(b"\r\n", b"\n").replace(b"\n ", b"")
    assert real.stat().st_mode & 0o777 == 0o640


# --- booking --------------------------------------------------------------------------------------


def book(file: Path, number: int = 1) -> dict[str, object]:
    found = series(file)
    lost = found.occurrence(MONDAY + number * WEEK)
    assert lost is not None
    receipt = calendar(file).book(found, lost, TUESDAY, KEY)
    return dict(receipt.after)


def test_a_booking_is_one_override_and_one_exclusion_less(work: Path) -> None:
    before = work.read_text().replace("EXDATE;TZID=Office:20260323T100000\n", "")
    book(work)
    override = (
        "BEGIN:VEVENT\n"
        'X-ODD;X-P="a:b;c":kept\n'
        "RECURRENCE-ID;TZID=Office:20260323T100000\n"
        "DTSTART;TZID=Office:20260324T100000\n"
        "DTEND;TZID=Office:20260324T103000\n"
        "SEQUENCE:4\n"
        "X-VISAVIS-KEY:book:maya-ben:2\n"
        "UID:one@acme.example\n"
        "STATUS:CONFIRMED\n"
        "SUMMARY:Maya / B\n"
        " en\n"
        "DESCRIPTION:Zoom: https://meet.example/abc\\n\n"
        "  (bring tea)\n"
        "ORGANIZER:mailto:maya@acme.example\n"
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:maya@acme.example\n"
        'ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Ode, Ben":mailto:ben@acme.exam\n'
        " ple\n"
        "BEGIN:VALARM\n"
        "TRIGGER:-PT10M\n"
        "DESCRIPTION:reminder\n"
        "END:VALARM\n"
        "END:VEVENT\n"
    )
    lunch = "BEGIN:VEVENT\nUID:two"
    assert work.read_text() == before.replace(lunch, override + lunch)


def test_one_of_several_exclusions_goes_and_the_others_stay(work: Path) -> None:
    before = work.read_bytes()
    found = series(work)
    lost = found.occurrence(MONDAY + 3 * WEEK)
    assert lost is not None
    receipt = calendar(work).book(found, lost, FIRST.starting(MONDAY + 3 * WEEK + DAY), KEY)
    text = work.read_bytes().decode().replace("\r\n", "\n")
    assert "EXDATE;TZID=Office:20260330T100000\nUID" in text
    calendar(work).undo(receipt)
    assert work.read_bytes() == before


def test_a_booking_is_taken_back_though_the_guest_answered_since(work: Path) -> None:
    before = work.read_bytes()
    found = series(work)
    lost = found.occurrence(MONDAY + WEEK)
    assert lost is not None
    receipt = calendar(work).book(found, lost, TUESDAY, KEY)
    answered = work.read_bytes().replace(b"PARTSTAT=NEEDS-ACTION", b"PARTSTAT=ACCEPTED")
    work.write_bytes(answered)
    calendar(work).undo(receipt)
    assert work.read_bytes() == before


def test_an_exclusion_goes_back_to_the_master_wherever_its_copies_stand(work: Path) -> None:
    text = work.read_text().replace("EXDATE;TZID=Office:20260330T100000,\n 20260406T100000\n", "")
    excluded = "EXDATE;TZID=Office:20260323T100000\n"
    master = text[text.index("BEGIN:VEVENT") : text.index("BEGIN:VEVENT\nUID:two")]
    copy = master.replace("RRULE:FREQ=WEEKLY", "RECURRENCE-ID;TZID=Office:20260413T100000")
    work.write_text(text.replace(master, copy.replace(excluded, "") + master))
    before = work.read_bytes()
    found = series(work)
    lost = found.occurrence(MONDAY + WEEK)
    assert lost is not None
    receipt = calendar(work).book(found, lost, TUESDAY, KEY)
    calendar(work).undo(receipt)
    assert work.read_bytes() == before


def test_an_earlier_override_is_changed_in_place(work: Path) -> None:
    book(work)
    moved = series(work)
    lost = moved.occurrence(MONDAY + WEEK)
    assert lost is not None
    before = work.read_bytes()
    again = calendar(work).book(moved, lost, FIRST.starting(MONDAY + WEEK + 2 * DAY), Key("other"))
    text = work.read_bytes().decode()
    assert text.count("RECURRENCE-ID") == 1
    assert "SEQUENCE:5" in text
    assert "20260324T100000" not in text
    calendar(work).undo(again)
    assert work.read_bytes() == before


def test_an_instance_people_moved_after_the_booking_is_not_booked_again(work: Path) -> None:
    found = series(work)
    lost = found.occurrence(MONDAY + WEEK)
    assert lost is not None
    calendar(work).book(found, lost, TUESDAY, KEY)
    work.write_bytes(work.read_bytes().replace(b"20260324T10", b"20260326T10"))
    assert not calendar(work).book(found, lost, TUESDAY, KEY).wrote
    assert b"20260326T10" in work.read_bytes()


def test_the_request_invites_to_the_one_instance(work: Path) -> None:
    request = str(book(work)["request"]).encode()
    assert b"\n" not in request.replace(b"\r\n", b"")
    parsed = ParsedCalendar.from_ical(request)
    (event,) = parsed.events
    assert parsed["METHOD"] == "REQUEST"
    assert (event.start, event.end) == (TUESDAY.start, TUESDAY.end)
    assert event.decoded("RECURRENCE-ID") == MONDAY + WEEK
    assert {zone["TZID"] for zone in parsed.timezones} == {"Office"}
    assert "DTSTAMP" in event
    assert not event.walk("VALARM")


def test_the_owner_is_the_organizer_of_a_request_that_names_none(work: Path) -> None:
    text = work.read_bytes().decode()
    line = "ORGANIZER:mailto:maya@acme.example"
    work.write_bytes(text.replace(line, "X-NO:ORGANIZER").encode())
    parsed = ParsedCalendar.from_ical(str(book(work)["request"]).encode())
    assert parsed.events[0]["ORGANIZER"] == "mailto:maya@acme.example"


def test_two_guests_or_one_guest_twice_make_one_meeting(work: Path) -> None:
    found = calendar(work, BEN).read([HANDLE], WINDOW)[HANDLE]
    assert not found.owned
    lost = found.occurrence(MONDAY + WEEK)
    assert lost is not None
    before = work.read_bytes()
    first = calendar(work, BEN).book(found, lost, TUESDAY, KEY)
    second = calendar(work, BEN).book(found, lost, TUESDAY, KEY)
    assert (first.handle, first.wrote, second.wrote) == (second.handle, True, False)
    assert work.read_bytes() == before
    made = calendar(work, BEN).read([first.handle], WINDOW)[first.handle]
    assert (made.organizer, made.title, made.zone) == (BEN.address, "Maya / Ben", ZONE)
    assert {one.address: one.name for one in made.attendees or ()} == {
        one.address: one.name for one in found.attendees or () if one.kind == "individual"
    }
    request = ParsedCalendar.from_ical(str(first.after["request"]).encode())
    assert request["METHOD"] == "REQUEST"
    guests = [guest.email for guest in request.events[0].attendees]
    assert guests == ["ben@acme.example", "maya@acme.example"]
    calendar(work, BEN).undo(first)
    assert [file.name for file in work.parent.iterdir()] == [work.name]


# --- looking --------------------------------------------------------------------------------------


def test_a_broken_file_is_one_line_and_the_others_still_count(work: Path) -> None:
    broken = work.with_name("broken.ics")
    broken.write_bytes(work.read_bytes()[:900])
    base = calendar(work).baseline(WINDOW)
    assert [one.handle for one in base.series] == [HANDLE]
    (problem,) = base.problems
    assert problem.startswith("broken.ics, line ")
    changes = calendar(work).changes(base.cursor)
    assert (changes.handles, changes.problems) == ((), (problem,))
    broken.unlink()
    assert calendar(work).changes(changes.cursor).problems == ()


@pytest.mark.parametrize(
    ("whole", "half"),
    [
        (b"20260317T090000Z", b"99991231T235959Z"),
        (b"TZID:Office", b"TZID;=:Office"),
        (b"UID:two@acme.example", b"X-NO:UID"),
    ],
)
def test_what_makes_no_sense_is_one_line(work: Path, whole: bytes, half: bytes) -> None:
    work.write_bytes(work.read_bytes().replace(whole, half))
    (problem,) = calendar(work).baseline(Span(MONDAY, MONDAY + 10**6 * DAY)).problems
    assert problem.startswith("work.ics, line ")


def test_a_file_that_breaks_takes_no_meeting_with_it(work: Path) -> None:
    whole = work.read_bytes()
    cursor = calendar(work).baseline(WINDOW).cursor
    work.write_bytes(whole[:-30])
    changes = calendar(work).changes(cursor)
    assert changes.handles == ()
    assert len(changes.problems) == 1
    with pytest.raises(Unavailable):
        calendar(work).read([HANDLE], WINDOW)
    work.write_bytes(whole)
    assert calendar(work).changes(changes.cursor).handles == ()


def test_a_broken_event_takes_no_other_of_its_file_with_it(work: Path) -> None:
    whole = work.read_bytes()
    cursor = calendar(work).baseline(WINDOW).cursor
    work.write_bytes(whole.replace(b"FREQ=WEEKLY", b"FREQ=NEVER").replace(b"Lunch", b"Tea"))
    changes = calendar(work).changes(cursor)
    assert changes.handles == ("work.ics#two@acme.example",)
    assert "NEVER" in changes.problems[0]


def test_only_what_changed_in_a_file_is_told(work: Path) -> None:
    cursor = calendar(work).baseline(WINDOW).cursor
    work.write_bytes(work.read_bytes().replace(b"Lunch", b"Tea"))
    assert calendar(work).changes(cursor).handles == ("work.ics#two@acme.example",)


def test_a_file_that_was_only_touched_tells_nothing(work: Path) -> None:
    cursor = calendar(work).baseline(WINDOW).cursor
    os.utime(work, ns=(1, 1))
    assert calendar(work).changes(cursor).handles == ()


def test_a_look_without_changes_opens_no_file(work: Path) -> None:
    cursor = calendar(work).baseline(WINDOW).cursor
    stat = work.stat()
    with work.open("r+b") as file:
        file.write(b"x" * stat.st_size)
    os.utime(work, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert calendar(work).changes(cursor).problems == ()


def test_a_folder_that_is_gone_is_no_empty_calendar(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        FilesCalendar(tmp_path / "gone", MAYA, ZONE).baseline(WINDOW)


def test_folders_are_looked_into_and_hidden_files_are_not(work: Path) -> None:
    inner = work.parent / "a #1" / "deep"
    inner.mkdir(parents=True)
    (inner / "x.ICS").write_bytes(work.read_bytes().replace(b"one@", b"deep@"))
    work.with_name(".draft.ics").write_text("half")
    base = calendar(work).baseline(WINDOW)
    assert base.problems == ()
    handles = [one.handle for one in base.series]
    assert handles == ["a%20%231/deep/x.ICS#deep@acme.example", HANDLE]
    assert list(calendar(work).read(handles, WINDOW)) == handles


def test_links_that_lead_round_and_round_are_followed_once(work: Path) -> None:
    for name in ("a", "b"):
        (work.parent / name).symlink_to(work.parent)
    inner = work.parent / "inner"
    inner.mkdir()
    (inner / "up").symlink_to(work.parent)
    (inner / "pipe.ics").symlink_to("/dev/zero")
    os.mkfifo(inner / "fifo.ics")
    base = calendar(work).baseline(WINDOW)
    assert base.problems == ()
    assert [one.handle for one in base.series] == [HANDLE]


def test_a_baseline_has_series_and_single_meetings_of_two_in_the_window(work: Path) -> None:
    text = work.read_text()
    guest = "ATTENDEE:mailto:ben@acme.example\n"
    single = text[text.index("BEGIN:VEVENT\nUID:two") : text.index("END:VCALENDAR")]
    with_ben = single.replace("two@", "three@").replace("SUMMARY", f"{guest}SUMMARY")
    long_ago = with_ben.replace("three@", "four@").replace("20260317", "20200317")
    work.write_text(text.replace("END:VCALENDAR", f"{with_ben}{long_ago}END:VCALENDAR"))
    uids = [one.uid for one in calendar(work).baseline(WINDOW).series]
    assert uids == ["one@acme.example", "three@acme.example"]


def test_the_owner_is_busy_and_away_by_all_files(work: Path) -> None:
    holiday = WORK.replace("DTSTART:20260317T090000Z", "DTSTART;VALUE=DATE:20260318")
    work.with_name("other.ics").write_text(holiday.replace("one@", "three@"))
    alias = Person("maya@acme.example", aliases=frozenset({"m@acme.example"}))
    busy = calendar(work).busy([alias, BEN], Span(MONDAY, MONDAY + 3 * DAY))
    wednesday = Span(*(datetime(2026, 3, day, tzinfo=BERLIN) for day in (18, 19)))
    lunch = Span(*(datetime(2026, 3, 17, 9, minute, tzinfo=UTC) for minute in (0, 30)))
    assert busy[alias].spans == (FIRST, FIRST, lunch, wednesday)
    assert busy[alias].absences == (wednesday,)
    assert BEN not in busy


def test_the_zone_is_what_a_calendar_says_or_nothing(work: Path, tmp_path: Path) -> None:
    assert calendar(work).zone == "Europe/Berlin"
    assert calendar_zone(tmp_path / "gone") == ""
    work.write_bytes(work.read_bytes().replace(b"X-WR-TIMEZONE:Europe/Berlin", b"X-WR:1"))
    assert calendar(work).zone == ""


def test_what_is_gone_cannot_be_written_to(work: Path) -> None:
    found = series(work)
    work.write_bytes(work.read_bytes().replace(b"UID:one@", b"UID:other@"))
    with pytest.raises(NotFound):
        calendar(work).attach(found, AGENDA)
    with pytest.raises(NotFound):
        calendar(work).guard(HANDLE)


def test_a_cancelled_instance_is_restored_by_the_status_alone(work: Path) -> None:
    override = (
        "BEGIN:VEVENT\nUID:one@acme.example\nRECURRENCE-ID;TZID=Office:20260413T100000\n"
        "DTSTART;TZID=Office:20260413T100000\nSTATUS:CANCELLED\nEND:VEVENT\n"
    )
    work.write_text(WORK.replace("END:VCALENDAR", f"{override}END:VCALENDAR"))
    found = series(work)
    lost = found.occurrence(MONDAY + 4 * WEEK)
    assert lost is not None
    assert lost.status is Status.CANCELLED
    calendar(work).book(found, lost, lost.span, KEY)
    again = series(work).occurrence(MONDAY + 4 * WEEK)
    assert again is not None
    assert again.status is Status.STANDING
