"""What every calendar connector must do; a connector is done when it passes.

Its test inherits `CalendarContract` and gives a fixture `bench`: a fresh provider, the connector
under test, and the hands of the two people on it. What a calendar cannot do it must refuse.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from connectors.errors import CursorExpired, NotPermitted, PreconditionFailed
from connectors.model import (
    Capability,
    Link,
    Response,
    Status,
    Url,
)
from tests.contract.stage import (
    AGENDA,
    DAY,
    FIRST,
    KEY,
    MONDAY,
    SECOND,
    STRANGER,
    THIRD,
    TUESDAY,
    WEEK,
    WEEKLY,
    WINDOW,
    CalendarBench,
    answer,
    cancelled,
    instance,
    invited,
    meetings,
    permitted,
    read,
    shown,
    standing,
    untouched,
    urls,
)


class CalendarContract:
    """Claims about `protocol.Calendar`."""

    # --- Looking ---

    def test_a_baseline_shows_a_series_by_the_wall_clock(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        series = shown(bench, event)
        assert series.rule is not None
        assert series.zone == "Europe/Berlin"
        assert series.owned
        assert series.organizer == bench.owner.address
        assert [one.span.start for one in series.occurrences] == [
            MONDAY + number * WEEK for number in range(6)
        ]
        assert {one.span.length for one in series.occurrences} == {FIRST.length}
        assert not any(one.moved for one in series.occurrences)

    def test_both_people_are_invited_whoever_organizes(self, bench: CalendarBench) -> None:
        for event in (bench.meet(FIRST, WEEKLY), bench.meet(FIRST, WEEKLY, invited=True)):
            series = shown(bench, event)
            addresses = {one.address for one in series.attendees or ()} | {series.organizer}
            assert addresses == {bench.owner.address, bench.partner.address}

    def test_a_single_meeting_has_no_rule_and_one_instance(self, bench: CalendarBench) -> None:
        series = shown(bench, bench.meet(FIRST))
        assert series.rule is None
        assert [one.span for one in series.occurrences] == [FIRST]

    def test_a_series_of_somebody_else_is_not_owned(self, bench: CalendarBench) -> None:
        series = shown(bench, bench.meet(FIRST, WEEKLY, invited=True))
        assert not series.owned
        assert series.organizer == bench.partner.address

    def test_a_baseline_and_a_read_tell_the_same(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.move(event, SECOND, TUESDAY)
        assert shown(bench, event) == read(bench, event)

    # --- The feed ---

    def test_nothing_changed_is_nothing_told_as_often_as_asked(self, bench: CalendarBench) -> None:
        bench.meet(FIRST, WEEKLY)
        changes = bench.calendar.changes(bench.calendar.baseline(WINDOW).cursor)
        assert changes.handles == ()
        assert bench.calendar.changes(changes.cursor).handles == ()

    def test_the_feed_names_what_was_touched_and_nothing_else(self, bench: CalendarBench) -> None:
        touched, _ = bench.meet(FIRST, WEEKLY), bench.meet(FIRST.starting(MONDAY + DAY), WEEKLY)
        cursor = bench.calendar.baseline(WINDOW).cursor
        bench.rename(touched, "Us two")
        new = bench.meet(FIRST)
        changes = bench.calendar.changes(cursor)
        assert set(changes.handles) == {touched, new}
        assert bench.calendar.changes(changes.cursor).handles == ()

    @pytest.mark.parametrize("what", ["cancel", "move", "decline", "delete"])
    def test_the_feed_names_a_series_when_one_instance_changes(
        self, bench: CalendarBench, what: str
    ) -> None:
        event = bench.meet(FIRST, WEEKLY)
        cursor = bench.calendar.baseline(WINDOW).cursor
        match what:
            case "cancel":
                bench.cancel(event, SECOND)
            case "move":
                bench.move(event, SECOND, TUESDAY)
            case "decline":
                bench.decline(event, SECOND)
            case _:
                bench.delete(event)
        assert bench.calendar.changes(cursor).handles == (event,)

    def test_an_expired_cursor_says_so_and_a_new_baseline_helps(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        cursor = bench.expired(bench.calendar.baseline(WINDOW).cursor)
        with pytest.raises(CursorExpired):
            bench.calendar.changes(cursor)
        fresh = bench.calendar.baseline(WINDOW).cursor
        bench.rename(event, "Us two")
        assert bench.calendar.changes(fresh).handles == (event,)

    # --- Reading ---

    def test_a_read_is_fresh(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        before = read(bench, event)
        bench.rename(event, "Us two")
        after = read(bench, event)
        assert after.title == "Us two"
        assert after.version != before.version

    def test_an_untouched_event_keeps_its_version(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        assert read(bench, event).version == read(bench, event).version

    def test_what_is_gone_is_left_out(self, bench: CalendarBench) -> None:
        gone, there = bench.meet(FIRST, WEEKLY), bench.meet(FIRST)
        bench.delete(gone)
        assert set(bench.calendar.read([gone, there], WINDOW)) == {there}

    def test_what_nobody_can_read_is_told_and_not_gone(self, bench: CalendarBench) -> None:
        """Nor does it spoil another; some tell it with the feed, some when it is read."""
        odd, other = bench.meet(FIRST, WEEKLY), bench.meet(FIRST.starting(MONDAY + DAY), WEEKLY)
        cursor = bench.calendar.baseline(WINDOW).cursor
        bench.garble(odd)
        bench.rename(other, "Us two")
        said = bench.calendar.changes(cursor)
        fresh = bench.calendar.read(said.handles, WINDOW)
        assert (set(fresh), {*fresh, *fresh.unread}) == ({other}, {other, *said.handles})
        assert [odd.partition("#")[0] in line for line in (*said.problems, *fresh.unread.values())]
        assert len(said.problems) + len(fresh.unread) == 1
        fresh = bench.calendar.read([odd, other], WINDOW)
        assert (set(fresh), set(fresh.unread)) == ({other}, {odd})
        bench.mend(odd)
        said = bench.calendar.changes(said.cursor)
        assert (said.handles, said.problems) == ((odd,), ())
        assert set(bench.calendar.read([odd], WINDOW)) == {odd}

    def test_a_baseline_names_what_nobody_can_read(self, bench: CalendarBench) -> None:
        odd, other = bench.meet(FIRST, WEEKLY), bench.meet(FIRST.starting(MONDAY + DAY), WEEKLY)
        bench.garble(odd)
        base = bench.calendar.baseline(WINDOW)
        assert [one.handle for one in base.series] == [other]
        assert (set(base.unread), tuple(base.unread.values())) == ({odd}, base.problems)

    def test_a_cancelled_instance_does_not_stand_and_the_others_do(
        self, bench: CalendarBench
    ) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.cancel(event, SECOND)
        series = read(bench, event)
        cancelled = series.occurrence(SECOND)
        assert cancelled is None or cancelled.status is Status.CANCELLED
        assert len(standing(series)) == 5

    def test_a_moved_instance_is_known_by_where_it_was(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.move(event, SECOND, TUESDAY)
        series = read(bench, event)
        assert instance(series, SECOND).span == TUESDAY
        assert len(series.occurrences) == 6

    def test_a_decline_is_an_answer_to_one_instance(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.decline(event, SECOND)
        series = read(bench, event)
        assert answer(bench, series, SECOND) is Response.DECLINED
        assert answer(bench, series, THIRD) is not Response.DECLINED

    # --- Attaching ---

    def test_a_link_is_attached_once(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        with permitted(bench, Capability.ATTACH):
            first = bench.calendar.attach(read(bench, event), AGENDA)
            second = bench.calendar.attach(read(bench, event), AGENDA)
            assert (first.wrote, second.wrote) == (True, False)
            assert urls(read(bench, event)) == [AGENDA.url]

    def test_a_link_asked_for_again_from_an_old_read_is_there_already(
        self, bench: CalendarBench
    ) -> None:
        series = read(bench, bench.meet(FIRST, WEEKLY))
        with permitted(bench, Capability.ATTACH):
            bench.calendar.attach(series, AGENDA)
            assert not bench.calendar.attach(series, AGENDA).wrote
            assert urls(read(bench, series.handle)) == [AGENDA.url]

    def test_attaching_leaves_everything_else_alone(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.move(event, SECOND, TUESDAY)
        bench.cancel(event, THIRD)
        theirs = Link(Url("https://people.example/notes"))
        with permitted(bench, Capability.ATTACH):
            bench.link(event, theirs)
            before = read(bench, event)
            receipt = bench.calendar.attach(before, AGENDA)
            after = read(bench, event)
            assert set(urls(after)) == {theirs.url, AGENDA.url}
            assert untouched(after) == untouched(before)
            assert receipt.version == after.version
            assert receipt.kept_before == receipt.kept_after

    def test_the_mails_of_an_attachment_are_foreseen(self, bench: CalendarBench) -> None:
        series = read(bench, bench.meet(FIRST, WEEKLY))
        foreseen = bench.calendar.mails(series)
        with permitted(bench, Capability.ATTACH):
            bench.calendar.attach(series, AGENDA)
            assert list(bench.mailed()) == list(foreseen)

    def test_a_guest_attaches_nothing(self, bench: CalendarBench) -> None:
        series = read(bench, bench.meet(FIRST, WEEKLY, invited=True))
        with pytest.raises(NotPermitted):
            bench.calendar.attach(series, AGENDA)
        assert read(bench, series.handle) == series

    def test_an_attachment_can_be_taken_back(self, bench: CalendarBench) -> None:
        before = read(bench, bench.meet(FIRST, WEEKLY))
        with permitted(bench, Capability.ATTACH):
            receipt = bench.calendar.attach(before, AGENDA)
            bench.calendar.undo(receipt)
            bench.calendar.undo(receipt)
            after = read(bench, before.handle)
            assert urls(after) == []
            assert untouched(after) == untouched(before)

    def test_taking_an_attachment_back_spares_what_people_did_since(
        self, bench: CalendarBench
    ) -> None:
        event = bench.meet(FIRST, WEEKLY)
        theirs = Link(Url("https://people.example/notes"))
        with permitted(bench, Capability.ATTACH):
            receipt = bench.calendar.attach(read(bench, event), AGENDA)
            bench.link(event, theirs)
            bench.rename(event, "Us two")
            with suppress(PreconditionFailed):
                bench.calendar.undo(receipt)
            assert theirs.url in urls(read(bench, event))
            assert read(bench, event).title == "Us two"

    # --- Guarding ---

    def test_a_guard_is_stable_and_no_attachment_of_ours_disturbs_it(
        self, bench: CalendarBench
    ) -> None:
        event = bench.meet(FIRST, WEEKLY)
        version, kept = bench.calendar.guard(event)
        assert bench.calendar.guard(event) == (version, kept)
        with permitted(bench, Capability.ATTACH):
            receipt = bench.calendar.attach(read(bench, event), AGENDA)
            assert bench.calendar.guard(event, receipt) == (receipt.version, kept)
            assert receipt.kept_before == kept

    # --- Booking ---

    def test_a_cancelled_meeting_gets_another_time(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        series, lost = cancelled(bench, event)
        with permitted(bench, Capability.BOOK):
            receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
            assert receipt.wrote
            assert receipt.kept_before == receipt.kept_after
            (booked,) = meetings(bench, TUESDAY)
            assert booked.handle == receipt.handle
            assert invited(booked, TUESDAY) == {bench.owner.address, bench.partner.address}
            assert len(standing(read(bench, event))) in {5, 6}

    def test_a_declined_meeting_is_asked_for_again_at_its_new_time(
        self, bench: CalendarBench
    ) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.decline(event, SECOND)
        series = read(bench, event)
        with permitted(bench, Capability.BOOK):
            bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
            after = read(bench, event)
            assert instance(after, SECOND).span == TUESDAY
            assert answer(bench, after, SECOND) is not Response.DECLINED

    def test_the_same_key_is_the_same_meeting(self, bench: CalendarBench) -> None:
        series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
        with permitted(bench, Capability.BOOK):
            first = bench.calendar.book(series, lost, TUESDAY, KEY)
            second = bench.calendar.book(series, lost, TUESDAY, KEY)
            assert (first.wrote, second.wrote) == (True, False)
            assert second.handle == first.handle
            assert len(meetings(bench, TUESDAY)) == 1

    def test_the_mails_of_a_booking_are_foreseen(self, bench: CalendarBench) -> None:
        series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
        foreseen = bench.calendar.mails(series, lost)
        with permitted(bench, Capability.BOOK):
            bench.calendar.book(series, lost, TUESDAY, KEY)
            assert list(bench.mailed()) == list(foreseen)

    def test_a_guest_invites_to_a_meeting_of_their_own(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY, invited=True)
        series, lost = cancelled(bench, event)
        with permitted(bench, Capability.BOOK):
            receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
            (booked,) = meetings(bench, TUESDAY)
            assert booked.handle == receipt.handle != event
            assert booked.owned
            assert booked.rule is None
            assert invited(booked, TUESDAY) == {bench.owner.address, bench.partner.address}
            assert read(bench, event) == series

    def test_nothing_is_booked_for_a_meeting_that_people_moved_meanwhile(
        self, bench: CalendarBench
    ) -> None:
        event = bench.meet(FIRST, WEEKLY)
        series = read(bench, event)
        theirs = FIRST.starting(SECOND + 2 * DAY)
        bench.move(event, SECOND, theirs)
        with permitted(bench, Capability.BOOK):
            with pytest.raises(PreconditionFailed):
                bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
            assert instance(read(bench, event), SECOND).span == theirs
            assert meetings(bench, TUESDAY) == []

    def test_a_booking_can_be_taken_back(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        series, lost = cancelled(bench, event)
        with permitted(bench, Capability.BOOK):
            receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
            bench.calendar.undo(receipt)
            bench.calendar.undo(receipt)
            assert meetings(bench, TUESDAY) == []
            assert standing(read(bench, event)) == standing(series)

    def test_a_moved_meeting_goes_back_to_where_it_was(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        series = read(bench, event)
        with permitted(bench, Capability.BOOK):
            receipt = bench.calendar.book(series, instance(series, SECOND), TUESDAY, KEY)
            assert instance(read(bench, event), SECOND).span == TUESDAY
            bench.calendar.undo(receipt)
            assert standing(read(bench, event)) == standing(series)

    def test_a_booking_that_people_moved_since_is_not_taken_back(
        self, bench: CalendarBench
    ) -> None:
        series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
        theirs = FIRST.starting(SECOND + 2 * DAY)
        with permitted(bench, Capability.BOOK):
            receipt = bench.calendar.book(series, lost, TUESDAY, KEY)
            (booked,) = meetings(bench, TUESDAY)
            (at,) = (one.recurrence_id for one in booked.occurrences if one.span == TUESDAY)
            bench.move(receipt.handle, at, theirs)
            with pytest.raises(PreconditionFailed):
                bench.calendar.undo(receipt)
            assert len(meetings(bench, theirs)) == 1

    # --- Who is free ---

    def test_people_are_busy_while_they_meet(self, bench: CalendarBench) -> None:
        bench.meet(FIRST)
        busy = bench.calendar.busy([bench.owner, bench.partner], WINDOW)
        assert busy[bench.owner].spans == (FIRST,)
        if Capability.BUSY_OF_OTHERS in bench.calendar.capabilities:
            assert busy[bench.partner].spans == (FIRST,)
        else:
            assert bench.partner not in busy

    def test_a_cancelled_meeting_keeps_nobody_busy(self, bench: CalendarBench) -> None:
        event = bench.meet(FIRST, WEEKLY)
        bench.cancel(event, SECOND)
        spans = bench.calendar.busy([bench.owner], WINDOW)[bench.owner].spans
        assert FIRST in spans
        assert not any(span.overlaps(FIRST.starting(SECOND)) for span in spans)

    def test_a_stranger_is_left_out_never_called_free(self, bench: CalendarBench) -> None:
        bench.meet(FIRST)
        assert STRANGER not in bench.calendar.busy([bench.owner, STRANGER], WINDOW)

    def test_nobody_knows_the_hours_of_a_stranger(self, bench: CalendarBench) -> None:
        assert bench.calendar.hours(STRANGER) is None

    # --- Push ---

    def test_a_push_channel_tells_when_it_ends(self, bench: CalendarBench) -> None:
        with permitted(bench, Capability.WATCH):
            watch = bench.calendar.watch(Url("https://visavis.acme.example/hook"), "a secret")
            assert watch.expires.tzinfo is not None
            assert watch.channel
