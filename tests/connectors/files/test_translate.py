"""iCalendar as programs write it, read into the model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.ical.source import Broken, Property, fold, split
from connectors.ical.translate import Name, View, series, taken
from connectors.ical.zones import Zones, iana
from connectors.model import (
    Attendee,
    AttendeeKind,
    EventKind,
    Handle,
    Occurrence,
    Person,
    Response,
    Series,
    Span,
    Status,
    Version,
)

BERLIN = ZoneInfo("Europe/Berlin")
MAYA = Person("maya@acme.example", aliases=frozenset({"maya.k@acme.example"}))
MONDAY = datetime(2026, 3, 2, 10, tzinfo=BERLIN)
WEEK = timedelta(weeks=1)
WINDOW = Span(MONDAY - WEEK, MONDAY + 6 * WEEK)
HALF = timedelta(minutes=30)

TIMES = ("DTSTART;TZID=Europe/Berlin:20260302T100000", "DTEND;TZID=Europe/Berlin:20260302T103000")
WEEKLY = (*TIMES, "RRULE:FREQ=WEEKLY")

CUSTOM = """BEGIN:VTIMEZONE
TZID:Our Office
BEGIN:STANDARD
DTSTART:16010101T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""
ODD = """BEGIN:VTIMEZONE
TZID:Odd
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0117
TZOFFSETTO:+0117
END:STANDARD
END:VTIMEZONE
"""


def event(*lines: str) -> str:
    return "\n".join(("BEGIN:VEVENT", "UID:one@acme.example", *lines, "END:VEVENT", ""))


def parsed(*events: str) -> tuple[Series, list[Span]]:
    text = "".join(("BEGIN:VCALENDAR\n", *events, "END:VCALENDAR\n"))
    source = split(text.encode())
    view = View(MAYA, Zones(source.zones, "Europe/Berlin"), WINDOW)
    ((uid, components),) = source.events.items()
    found = series(Name(Handle(f"a.ics#{uid}"), uid, Version("1")), components, view)
    assert found is not None
    return found, list(taken(found, components, view))


def read(*events: str) -> Series:
    return parsed(*events)[0]


def starts(found: Series, status: Status = Status.STANDING) -> list[datetime]:
    return [one.span.start for one in found.occurrences if one.status is status]


# --- when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;BYSECOND=1,2", "FREQ=YEARLY\nRRULE:FREQ=DAILY"],
)
def test_a_zone_that_changes_all_the_time_is_not_built(rule: str) -> None:
    zone = ODD.replace("TZOFFSETFROM", f"RRULE:{rule}\nTZOFFSETFROM")
    with pytest.raises(ValueError, match="its time zone"):
        read(zone, event("DTSTART;TZID=Odd:20260302T100000"))


def test_a_hundred_thousand_dates_are_read_once() -> None:
    listed = ",".join(["20260309T100000"] * 100_000)
    found = read(event(*WEEKLY, f"EXDATE;TZID=Europe/Berlin:{listed}"))
    assert starts(found, Status.CANCELLED) == [MONDAY + WEEK]


@pytest.mark.parametrize(
    "stamp",
    [
        "DTSTART;TZID=Europe/Berlin:20260302T100000",
        'DTSTART;TZID="Europe/Berlin":20260302T100000',
        "DTSTART;TZID=W. Europe Standard Time:20260302T100000",
        "DTSTART;TZID=/vendor.example/20240101_1/Europe/Berlin:20260302T100000",
        "DTSTART;TZID=europe/berlin:20260302T100000",
        "DTSTART:20260302T100000",
        "DTSTART:20260302T090000Z",
        'DTSTART;TZID="tzone://Microsoft/Utc":20260302T090000',
        "dtstart;tzid=Europe/Berlin;x-foo=a:20260302T100000",
        "DTSTART;TZID=Europe/Ber\n lin:202603\n\t02T100000",
    ],
)
def test_a_start_is_the_same_moment_however_it_is_written(stamp: str) -> None:
    (one,) = read(event(stamp, "DURATION:PT30M")).occurrences
    assert one.span == Span(MONDAY, MONDAY + HALF)


def test_a_zone_defined_in_the_file_gets_the_name_of_one_that_is_alike() -> None:
    found = read(CUSTOM, event("DTSTART;TZID=Our Office:20260302T100000", "RRULE:FREQ=WEEKLY"))
    assert found.zone == "Europe/Berlin"
    assert starts(found) == [MONDAY + n * WEEK for n in range(6)]


def test_a_zone_like_no_other_is_kept_by_its_own_rules() -> None:
    found = read(ODD, event("DTSTART;TZID=Odd:20260302T101700", "DURATION:PT30M"))
    assert starts(found) == [datetime(2026, 3, 2, 9, tzinfo=UTC)]
    assert found.zone == "Europe/Berlin"


def test_a_zone_that_nobody_defines_is_a_mistake_of_the_file() -> None:
    with pytest.raises(ValueError, match="Nowhere"):
        read(event("DTSTART;TZID=Nowhere:20260302T100000"))


def test_names_of_zones_are_found_without_regard_to_case() -> None:
    assert iana("america/argentina/buenos_aires") == "America/Argentina/Buenos_Aires"
    assert iana("Mars/Olympus") is None


@pytest.mark.parametrize(
    ("lines", "length"),
    [
        (("DTEND:20260302T104500",), timedelta(minutes=45)),
        (("DURATION:PT1H",), timedelta(hours=1)),
        ((), HALF),
        (("DTEND:20260302T100000",), HALF),
    ],
)
def test_a_meeting_lasts_as_long_as_it_says_or_half_an_hour(
    lines: tuple[str, ...], length: timedelta
) -> None:
    (one,) = read(event("DTSTART:20260302T100000", *lines)).occurrences
    assert one.span.length == length


def test_an_all_day_event_lasts_from_midnight_to_midnight_over_a_clock_change() -> None:
    found = read(event("DTSTART;VALUE=DATE:20260328", "DTEND;VALUE=DATE:20260330"))
    (one,) = found.occurrences
    assert found.all_day
    assert one.span == Span(
        datetime(2026, 3, 28, tzinfo=BERLIN), datetime(2026, 3, 30, tzinfo=BERLIN)
    )


@pytest.mark.parametrize(
    "line",
    [
        "EXDATE;TZID=Europe/Berlin:20260309T100000",
        "EXDATE:20260309T090000Z",
        "EXDATE:20260309T100000",
        "EXDATE;VALUE=DATE:20260309",
        "EXDATE;TZID=Europe/London:20260309T090000,20260101T000000",
    ],
)
def test_an_exclusion_is_a_cancellation_in_any_form(line: str) -> None:
    found = read(event(*WEEKLY, line))
    assert starts(found, Status.CANCELLED) == [MONDAY + WEEK]
    assert len(starts(found)) == 5


def test_an_exclusion_with_a_time_takes_the_day_out_of_an_all_day_series() -> None:
    found = read(
        event("DTSTART;VALUE=DATE:20260302", "RRULE:FREQ=WEEKLY", "EXDATE:20260309T000000")
    )
    assert starts(found, Status.CANCELLED) == [datetime(2026, 3, 9, tzinfo=BERLIN)]


def test_older_programs_have_several_rules_and_some_that_exclude() -> None:
    rules = ("RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=1")
    found = read(event(*TIMES, *rules, "EXRULE:FREQ=WEEKLY;INTERVAL=2"))
    assert [at.day for at in starts(found)] == [4, 9]
    assert [at.day for at in starts(found, Status.CANCELLED)] == [2, 16]


def test_another_date_may_bring_its_own_length() -> None:
    found = read(
        event(
            *TIMES,
            "RDATE;TZID=Europe/Berlin:20260304T100000",
            "RDATE;VALUE=PERIOD:20260305T090000Z/PT1H,20260306T090000Z/20260306T110000Z",
        )
    )
    assert [(one.span.start.day, one.span.length) for one in found.occurrences] == [
        (2, HALF),
        (4, HALF),
        (5, timedelta(hours=1)),
        (6, timedelta(hours=2)),
    ]


def test_a_moved_instance_keeps_its_identity_and_the_series_length() -> None:
    found = read(
        event("RECURRENCE-ID:20260309T090000Z", "DTSTART:20260310T140000"),
        event(*WEEKLY),
    )
    one = found.occurrence(MONDAY + WEEK)
    assert one is not None
    assert one.span == Span(*(datetime(2026, 3, 10, 14, m, tzinfo=BERLIN) for m in (0, 30)))
    assert len(found.occurrences) == 6


def test_of_two_overrides_for_one_instance_the_higher_revision_counts() -> None:
    overrides = [
        event("RECURRENCE-ID:20260309T100000", f"SEQUENCE:{n}", f"DTSTART:2026031{n}T140000")
        for n in (2, 1)
    ]
    one = read(event(*WEEKLY), *overrides).occurrence(MONDAY + WEEK)
    assert one is not None
    assert one.span.start.day == 12


def test_a_changed_tail_moves_every_later_instance() -> None:
    found = read(
        event(*WEEKLY),
        event(
            "RECURRENCE-ID;RANGE=THISANDFUTURE:20260316T100000",
            "DTSTART:20260317T110000",
            "DTEND:20260317T113000",
        ),
    )
    assert [(one.span.start.day, one.span.start.hour) for one in found.occurrences][:4] == [
        (2, 10),
        (9, 10),
        (17, 11),
        (24, 11),
    ]


def test_a_cancelled_override_is_an_instance_that_does_not_stand() -> None:
    found = read(
        event(*WEEKLY),
        event("RECURRENCE-ID:20260309T100000", "STATUS:CANCELLED", "DTSTART:20260309T100000"),
    )
    assert starts(found, Status.CANCELLED) == [MONDAY + WEEK]


def test_a_single_event_is_cancelled_and_a_series_is_ended() -> None:
    assert starts(read(event(*TIMES, "STATUS:CANCELLED")), Status.CANCELLED) == [MONDAY]
    with pytest.raises(AssertionError):
        read(event(*WEEKLY, "STATUS:CANCELLED"))


def test_single_instances_of_somebody_elses_series_are_read_without_a_master() -> None:
    found = read(
        event("RECURRENCE-ID:20260309T100000", "DTSTART:20260309T110000", "DURATION:PT30M"),
        event("RECURRENCE-ID:20260316T100000", "DTSTART:20260316T100000", "STATUS:CANCELLED"),
    )
    assert found.rule is None
    assert starts(found) == [MONDAY + WEEK + timedelta(hours=1)]
    assert starts(found, Status.CANCELLED) == [MONDAY + 2 * WEEK]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (("SUMMARY:no start",), "DTSTART"),
        (("DTSTART:soon",), "DTSTART"),
        (("DTSTART:20260302T100000", "DTEND:20260302T090000"), "ends before"),
        (("DTSTART:20260302T100000", "RRULE:FREQ=SOMETIMES"), "SOMETIMES"),
        (("DTSTART:20260302T100000", "DURATION:long"), "DURATION"),
        (("DTSTART:20260302T100000", "RRULE:FREQ=DAILY", "EXDATE:never"), "EXDATE"),
        (("DTSTART:20260302T100000", "RECURRENCE-ID:"), "RECURRENCE-ID"),
    ],
)
def test_what_makes_no_sense_says_why(lines: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(event(*lines))


# --- who ------------------------------------------------------------------------------------------


def test_people_are_read_with_answer_kind_and_name() -> None:
    found = read(
        event(
            *TIMES,
            'ORGANIZER;CN="Kern, Maya";SENT-BY="mailto:pa@acme.example":MAILTO:Maya.K@acme.example',
            'ATTENDEE;CN=Ben Ode;PARTSTAT=DECLINED;X-RESPONSE-COMMENT="ill; sorry"\n'
            " :Mailto:BEN@acme.example",
            "ATTENDEE;CUTYPE=ROOM:mailto:elbe@acme.example",
            "ATTENDEE;CUTYPE=GROUP;PARTSTAT=X-ODD:mailto:team@acme.example",
            "ATTENDEE;ROLE=OPT-PARTICIPANT;EMAIL=caro@acme.example:/aMTA/principal/",
        )
    )
    assert found.organizer == "maya.k@acme.example"
    assert found.owned
    assert found.attendees == (
        Attendee("ben@acme.example", "Ben Ode", Response.DECLINED, comment="ill; sorry"),
        Attendee("elbe@acme.example", kind=AttendeeKind.ROOM),
        Attendee("team@acme.example", kind=AttendeeKind.GROUP),
        Attendee("caro@acme.example", optional=True),
    )


def test_an_event_without_an_organizer_is_the_owners_own() -> None:
    found = read(event(*TIMES, "ATTENDEE:mailto:ben@acme.example"))
    assert (found.organizer, found.owned) == (MAYA.address, True)


def test_an_alarm_says_nothing_about_the_meeting() -> None:
    alarm = ("BEGIN:VALARM", "SUMMARY:wake up", "ATTENDEE:mailto:x@x.example", "END:VALARM")
    found = read(event(*alarm, *TIMES, "SUMMARY:Us"))
    assert (found.title, found.attendees) == ("Us", ())


def test_an_override_tells_its_answers_only_where_they_differ() -> None:
    guest = "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ben@acme.example"
    same = event("RECURRENCE-ID:20260309T100000", "DTSTART:20260309T100000", guest)
    other = same.replace("ACCEPTED", "DECLINED").replace("0309T", "0316T")
    found = read(event(*WEEKLY, guest), same, other)
    answers = [one.attendees and one.attendees[0].response for one in found.occurrences[:3]]
    assert answers == [None, None, Response.DECLINED]


# --- what -----------------------------------------------------------------------------------------


def test_words_are_unescaped_and_bytes_of_another_encoding_do_no_harm() -> None:
    assert read(event(*TIMES, r"SUMMARY:Maya\, Ben\; \\n und \n mehr")).title == (
        "Maya, Ben; \\n und \n mehr"
    )
    source = split(
        f"BEGIN:VCALENDAR\n{event(*TIMES, 'SUMMARY:Müller')}END:VCALENDAR".encode("latin-1")
    )
    view = View(MAYA, Zones((), "Europe/Berlin"), WINDOW)
    found = series(Name(Handle("h"), "u", Version("1")), source.events["one@acme.example"], view)
    assert found is not None
    assert found.title.encode() == "M\N{REPLACEMENT CHARACTER}ller".encode()


def test_a_letter_that_was_folded_in_its_middle_is_whole_again() -> None:
    text = event(*TIMES, "SUMMARY:Zürich").encode().replace("ü".encode(), b"\xc3\r\n \xbc")
    source = split(b"BEGIN:VCALENDAR\n" + text + b"END:VCALENDAR\n")
    view = View(MAYA, Zones((), "Europe/Berlin"), WINDOW)
    found = series(Name(Handle("h"), "u", Version("1")), source.events["one@acme.example"], view)
    assert found is not None
    assert found.title == "Zürich"


@pytest.mark.parametrize("line", ["CLASS:PRIVATE", "CLASS:confidential"])
def test_a_private_event_has_no_title(line: str) -> None:
    found = read(event(*TIMES, "SUMMARY:secret", line))
    assert (found.private, found.title) == (True, "")


def test_links_are_attachments_and_addresses_in_the_description_each_once() -> None:
    found = read(
        event(
            *TIMES,
            "ATTACH:https://documents.example/a",
            "ATTACH;ENCODING=BASE64;VALUE=BINARY:aGk=",
            r"DESCRIPTION:see (https://documents.example/b?x=1\,2).\nand https://documents.example/a",
            "URL:https://documents.example/c",
        )
    )
    assert [link.url.rpartition("/")[2] for link in found.links] == ["a", "c", "b?x=1,2"]


def test_googles_name_for_the_rest_of_a_series_tells_what_it_continues() -> None:
    text = event(*TIMES).replace("UID:one@", "UID:one_R20260302T090000@")
    assert read(text).split_from == "a.ics#one@acme.example"


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        (("DTSTART;VALUE=DATE:20260302",), EventKind.OUT_OF_OFFICE),
        (("DTSTART;VALUE=DATE:20260302", "TRANSP:TRANSPARENT"), EventKind.MEETING),
        (("DTSTART;VALUE=DATE:20260302", "ATTENDEE:mailto:ben@acme.example"), EventKind.MEETING),
        (("DTSTART;VALUE=DATE:20260302", "ORGANIZER:mailto:ben@acme.example"), EventKind.MEETING),
        (("DTSTART;VALUE=DATE:20260302", "X-MICROSOFT-CDO-BUSYSTATUS:BUSY"), EventKind.MEETING),
        ((*TIMES, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), EventKind.OUT_OF_OFFICE),
        (TIMES, EventKind.MEETING),
    ],
)
def test_an_absence_is_a_persons_or_a_programs_word(
    lines: tuple[str, ...], kind: EventKind
) -> None:
    assert read(event(*lines)).kind is kind


def test_nobody_is_busy_with_what_is_cancelled_declined_or_transparent() -> None:
    found, busy = parsed(
        event(*WEEKLY, "EXDATE:20260302T100000"),
        event("RECURRENCE-ID:20260309T100000", "DTSTART:20260309T100000", "TRANSP:TRANSPARENT"),
        event(
            "RECURRENCE-ID:20260316T100000",
            "DTSTART:20260316T100000",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:maya@acme.example",
        ),
    )
    assert len(found.occurrences) == 6
    assert [span.start for span in busy] == [MONDAY + n * WEEK for n in (3, 4, 5)]


# --- broken files ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "begin"),
        ("hello\nBEGIN:VCALENDAR\n", 1, "begin"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n", 4, "ends before"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VCALENDAR\n", 2, "no end"),
        ("BEGIN:VCALENDAR\nEND:VEVENT\nEND:VCALENDAR\n", 2, "no begin"),
        (f"BEGIN:VCALENDAR\n{event(*TIMES)}", 7, "ends before"),
    ],
)
def test_half_a_file_is_no_file(text: str, line: int, why: str) -> None:
    with pytest.raises(Broken, match=why) as broken:
        split(text.encode())
    assert broken.value.line == line


def test_a_mark_of_the_byte_order_and_several_calendars_in_one_file_are_fine() -> None:
    one = f"BEGIN:VCALENDAR\r\n{event(*TIMES)}END:VCALENDAR\r\n"
    source = split(f"\ufeff{one}{one.replace('one@', 'two@')}".encode())
    assert list(source.events) == ["one@acme.example", "two@acme.example"]


def test_a_digest_tells_every_change_but_the_stamp_of_an_export() -> None:
    def digest(*lines: str) -> str:
        text = f"BEGIN:VCALENDAR\n{event(*TIMES, *lines)}END:VCALENDAR\n"
        return split(text.encode()).digest("one@acme.example")

    assert digest("DTSTAMP:20260101T000000Z") == digest("DTSTAMP:20260102T000000Z")
    assert digest("SUMMARY:a") != digest("SUMMARY:b")


@given(st.text(st.characters(exclude_characters="\r\n")), st.sampled_from([b"\n", b"\r\n"]))
def test_a_folded_line_is_short_and_unfolds_to_itself(text: str, newline: bytes) -> None:
    folded = fold(f"X:{text}", newline)
    for piece in folded.split(newline):
        assert len(piece) <= 75
        assert piece.decode() is not None
    assert Property("X", folded, 0).text == f"X:{text}"


def test_an_occurrence_is_nothing_but_what_the_file_says() -> None:
    assert read(event(*TIMES)).occurrences == (Occurrence(MONDAY, Span(MONDAY, MONDAY + HALF)),)
