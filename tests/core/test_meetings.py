from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Attendee, Series
from daemon.core.changes import changes
from daemon.core.meetings import meetings, merge
from daemon.core.words import Fate, Meeting, Snapshot
from tests.builders import (
    BEN,
    CARO,
    MAYA,
    at,
    guest,
    history,
    no,
    occurrence,
    single,
    snapshot,
    span,
    watched,
    weekly,
    weeks,
)

NEW = "new@acme.example"


def fates(known: tuple[Meeting, ...]) -> dict[str, list[str]]:
    """Return the fates by series, oldest first."""
    found: dict[str, list[str]] = {}
    for one in known:
        found.setdefault(one.series.partition("@")[0], []).append(one.fate)
    return found


def only(series: Series) -> Meeting:
    (meeting,) = meetings(series, MAYA, BEN)
    return meeting


# --- What one series shows ------------------------------------------------------------------------


def test_each_occurrence_is_a_meeting_known_by_its_original_start() -> None:
    moved = only(weekly(1, 1, moved={1: at(1, "thu")}))
    assert (moved.series, moved.recurrence_id) == (weekly().uid, at(1))
    assert moved.planned == span(at(1))
    assert moved.span == span(at(1, "thu"))
    assert moved.fate is Fate.STANDING


def test_a_cancelled_occurrence_is_lost() -> None:
    lost = only(weekly(1, 1, cancelled=[1]))
    assert (lost.fate, lost.because) == (Fate.CANCELLED, "cancelled in the calendar")
    assert lost.lost


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (no(BEN), "declined by Ben Ode"),
        (no(MAYA, "dentist"), "declined by Maya Kern: “dentist”"),
        (replace(no(BEN), name=""), "declined by ben@acme.example"),
    ],
)
def test_a_decline_of_either_names_who_and_what_was_said(answer: Attendee, words: str) -> None:
    lost = only(weekly(1, 1, declined={1: answer}))
    assert (lost.fate, lost.because, lost.comment) == (Fate.DECLINED, words, answer.comment)


def test_a_decline_by_an_alias_is_the_owners() -> None:
    own = (replace(no(MAYA), address="maya.k@acme.example"), guest(BEN))
    series = replace(weekly(1, 1), occurrences=(occurrence(at(1), attendees=own),))
    assert only(series).fate is Fate.DECLINED


def test_a_third_person_who_declines_once_says_nothing_about_the_two() -> None:
    own = (guest(MAYA), guest(BEN), no(CARO))
    series = replace(weekly(1, 1), occurrences=(occurrence(at(1), attendees=own),))
    assert only(series).fate is Fate.STANDING


def test_an_occurrence_the_partner_was_taken_off_is_lost() -> None:
    series = replace(weekly(1, 1), occurrences=(occurrence(at(1), attendees=(guest(MAYA),)),))
    assert only(series).because == "Ben Ode was taken off the invitation"


def test_a_partner_who_calls_the_meeting_is_not_missing_from_its_guests() -> None:
    series = replace(
        weekly(1, 1, organizer=BEN, attendees=(guest(MAYA),)),
        occurrences=(occurrence(at(1), attendees=(guest(MAYA),)),),
    )
    assert only(series).fate is Fate.STANDING


def test_a_single_event_can_rescue_and_is_marked_so() -> None:
    assert only(single(at(1))).single
    assert not only(weekly(1, 1)).single


def test_a_declined_single_event_is_lost() -> None:
    assert only(single(at(1), attendees=(guest(MAYA), no(BEN)))).fate is Fate.DECLINED


@pytest.mark.parametrize(
    ("series", "because"),
    [
        (weekly(1, 1, attendees=(guest(MAYA), no(BEN))), "its series was declined for good"),
        (weekly(1, 1, attendees=(guest(MAYA), guest(CARO))), "no longer between the two alone"),
        (single(at(1), attendees=(guest(BEN), guest(CARO))), "not between the two alone"),
    ],
)
def test_what_is_not_between_the_two_is_superseded(series: Series, because: str) -> None:
    assert only(series).fate is Fate.SUPERSEDED
    assert only(series).because.startswith(because)


def test_hidden_attendees_say_nothing() -> None:
    assert meetings(weekly(attendees=None), MAYA, BEN) == ()


# --- What is kept from look to look ---------------------------------------------------------------


def test_what_is_read_afresh_wins() -> None:
    known = watched(
        (at(1), snapshot(weekly(1, 4))),
        (at(2), snapshot(weekly(1, 4, cancelled=[1, 3], moved={4: at(4, "fri")}))),
    )
    assert fates(known) == {"weekly": ["cancelled", "standing", "cancelled", "standing"]}
    assert known[3].span == span(at(4, "fri"))


def test_a_vanished_occurrence_is_lost_and_stays_so() -> None:
    gone = snapshot(weekly(1, 4, gone=[3]))
    known = watched((at(1), snapshot(weekly(1, 4))), (at(2), gone), (at(2, "tue"), gone))
    assert (known[2].fate, known[2].because) == (Fate.CANCELLED, "gone from the calendar")


def test_one_that_stands_again_is_lost_no_more() -> None:
    known = watched(
        (at(1), snapshot(weekly(1, 4))),
        (at(2), snapshot(weekly(1, 4, gone=[3]))),
        (at(3), snapshot(weekly(1, 4))),
    )
    assert fates(known) == {"weekly": ["standing"] * 4}


def test_a_declined_one_that_leaves_the_calendar_was_declined() -> None:
    known = watched(
        (at(1), snapshot(weekly(1, 4, declined={3: no(BEN, "out of office")}))),
        (at(2), snapshot(weekly(1, 4, gone=[3]))),
    )
    assert (known[2].fate, known[2].comment) == (Fate.DECLINED, "out of office")


def test_a_cancellation_keeps_the_comment_of_the_decline_before_it() -> None:
    known = watched(
        (at(1), snapshot(weekly(1, 4, declined={3: no(BEN, "out of office")}))),
        (at(2), snapshot(weekly(1, 4, cancelled=[3]))),
    )
    assert (known[2].fate, known[2].comment) == (Fate.CANCELLED, "out of office")


def test_a_later_decline_has_its_own_words() -> None:
    known = watched(
        (at(1), snapshot(weekly(1, 1, declined={1: no(BEN, "out of office")}))),
        (at(2), snapshot(weekly(1, 1, declined={1: no(BEN)}))),
    )
    assert known[0].comment == ""


def test_an_accepted_one_forgets_the_comment_of_an_earlier_decline() -> None:
    known = watched(
        (at(1), snapshot(weekly(1, 1, declined={1: no(BEN, "out of office")}))),
        (at(2), snapshot(weekly(1, 1))),
    )
    assert known[0].comment == ""


def test_answers_in_writing_are_not_forgotten_by_a_look() -> None:
    (lost,) = history(weekly(1, 1, cancelled=[1]))
    (kept,) = merge([replace(lost, written=True)], [lost], (), at(1))
    assert kept.written


def test_history_outside_the_window_is_kept_untouched() -> None:
    early = watched((at(1), snapshot(weekly(1, 4, cancelled=[2]), window=weeks(1, 4))))
    known = watched(
        (at(1), snapshot(weekly(1, 4, cancelled=[2]), window=weeks(1, 4))),
        (at(9), snapshot(weekly(5, 12), window=weeks(5, 12))),
    )
    assert known[:4] == early


def test_a_series_that_ends_for_good_takes_only_the_meetings_to_come() -> None:
    known = watched(
        (at(3, "tue"), snapshot(weekly(1, 5, cancelled=[2, 5]))), (at(3, "wed"), snapshot())
    )
    assert fates(known) == {
        "weekly": ["standing", "cancelled", "standing", "superseded", "superseded"]
    }


@pytest.mark.parametrize("moved", [{4: at(2, "thu")}, {2: at(4, "thu")}])
def test_a_moved_meeting_is_to_come_until_both_its_times_are_past(
    moved: dict[int, datetime],
) -> None:
    (week,) = moved
    known = watched(
        (at(3, "tue"), snapshot(weekly(week, week, moved=moved))), (at(3, "wed"), snapshot())
    )
    assert fates(known) == {"weekly": ["superseded"]}


def test_a_series_declined_for_good_takes_only_the_meetings_to_come() -> None:
    declined = weekly(1, 5, cancelled=[2, 5], attendees=(guest(MAYA), no(BEN)))
    known = watched(
        (at(3, "tue"), snapshot(weekly(1, 5, cancelled=[2, 5]))),
        (at(3, "wed"), snapshot(declined)),
    )
    assert fates(known) == {
        "weekly": ["standing", "cancelled", "standing", "superseded", "superseded"]
    }


def test_a_series_that_somebody_joins_takes_only_the_meetings_to_come() -> None:
    joined = weekly(1, 5, attendees=(guest(MAYA), guest(BEN), guest(CARO)))
    known = watched((at(3, "tue"), snapshot(weekly(1, 5))), (at(3, "wed"), snapshot(joined)))
    assert fates(known) == {"weekly": ["standing"] * 3 + ["superseded"] * 2}


def test_a_split_leaves_one_meeting_a_week() -> None:
    new = weekly(4, 6, day="tue", uid=NEW, split_from=weekly())
    known = watched(
        (at(3, "tue"), snapshot(weekly(1, 6, cancelled=[2, 5]))),
        (at(3, "wed"), snapshot(weekly(1, 3, cancelled=[2], rule="FREQ=WEEKLY;COUNT=3"), new)),
    )
    assert fates(known) == {
        "weekly": ["standing", "cancelled", "standing"] + ["superseded"] * 3,
        "new": ["standing"] * 3,
    }


def test_a_changed_rule_does_not_rewrite_the_past() -> None:
    tuesdays = snapshot(weekly(1, 6, day="tue"))
    known = watched(
        (at(3, "wed"), snapshot(weekly(1, 6, cancelled=[2, 5]))),
        (at(3, "thu"), tuesdays),
        (at(4, "thu"), tuesdays),
    )
    assert [one.recurrence_id for one in known if one.fate is not Fate.SUPERSEDED] == [
        *(at(week) for week in (1, 2, 3)),
        *(at(week, "tue") for week in (4, 5, 6)),
    ]
    assert known[1].fate is Fate.CANCELLED


def test_a_changed_rule_that_resets_single_meetings_does_not_rewrite_the_past() -> None:
    before = weekly(1, 8, cancelled=[4], declined={3: no(BEN)}, moved={2: at(1, "thu")})
    ended = weekly(1, 6, rule="FREQ=WEEKLY;UNTIL=20260412T000000Z")
    known = watched(
        (at(5), snapshot(before)), (at(5, "tue"), snapshot(ended)), (at(6, "tue"), snapshot(ended))
    )
    assert [one.fate for one in known[1:4]] == [Fate.STANDING, Fate.DECLINED, Fate.CANCELLED]
    assert known[1].span == span(at(1, "thu"))


def test_what_somebody_puts_back_afterwards_took_place_after_all() -> None:
    lost, restored = weekly(1, 8, cancelled=[3]), weekly(1, 8)
    known = watched(
        (at(5), snapshot(lost)), (at(5, "tue"), snapshot(restored)), (at(6), snapshot(restored))
    )
    assert known[2].fate is Fate.STANDING


def test_a_series_made_anew_does_not_rewrite_the_past_either() -> None:
    known = watched(
        (at(3, "wed"), snapshot(weekly(1, 6, cancelled=[2]))),
        (at(3, "thu"), snapshot(weekly(1, 6, uid=NEW, organizer=BEN))),
    )
    counted = [one for one in known if one.fate is not Fate.SUPERSEDED]
    assert [one.series for one in counted] == [weekly().uid] * 3 + [NEW] * 3
    assert counted[1].fate is Fate.CANCELLED


def test_a_new_series_brings_its_past_along() -> None:
    first = weekly(4, 6, day="fri")
    second = weekly(1, 6, cancelled=[1, 2], uid=NEW)
    known = watched((at(3, "wed"), snapshot(first)), (at(3, "thu"), snapshot(first, second)))
    assert fates(known)["new"] == ["cancelled", "cancelled"] + ["standing"] * 4


def test_a_series_that_never_was_between_the_two_has_no_history() -> None:
    assert history(weekly(attendees=(guest(MAYA), no(BEN)))) == ()
    assert history(weekly(attendees=(guest(MAYA), guest(CARO)))) == ()


@pytest.mark.parametrize("uid", ["a@acme.example", "z@acme.example"])
def test_two_series_at_the_same_time_are_one_meeting_that_stands(uid: str) -> None:
    known = history(weekly(1, 1, cancelled=[1]), weekly(1, 1, uid=uid))
    assert fates(known) == {"weekly": ["superseded"], uid[0]: ["standing"]}


def test_the_hour_that_a_clock_change_repeats_is_one_moment_in_every_zone() -> None:
    start = at(34, "sun", "02:30").replace(fold=1)
    here = replace(weekly(1, 1), occurrences=(occurrence(start),))
    there = replace(weekly(1, 1), occurrences=(occurrence(start.astimezone(UTC)),))
    assert len(history(here, there)) == 1
    assert fates(history(replace(here, uid="a@acme.example"), there))["weekly"] == ["superseded"]


def test_a_single_event_at_the_time_of_a_lost_meeting_still_rescues_it() -> None:
    known = history(weekly(1, 1, cancelled=[1]), single(at(1)))
    assert [one.fate for one in known] == ["standing", "cancelled"]


def test_a_single_event_that_was_deleted_afterwards_rescues_nothing() -> None:
    known = watched((at(2), snapshot(single(at(1, "fri")))), (at(2, "tue"), snapshot()))
    assert fates(known) == {"single": ["cancelled"]}


def test_a_single_event_entered_afterwards_counts() -> None:
    known = watched(
        (at(2), snapshot(weekly(1, 1, cancelled=[1]))),
        (at(2, "tue"), snapshot(weekly(1, 1, cancelled=[1]), single(at(1)))),
    )
    assert fates(known) == {"weekly": ["cancelled"], "single": ["standing"]}


def test_a_single_event_put_elsewhere_afterwards_was_there_and_nowhere_else() -> None:
    known = watched(
        (at(2), snapshot(single(at(1, "fri")))), (at(2, "tue"), snapshot(single(at(1, "thu"))))
    )
    assert [(one.span.start, one.fate) for one in known] == [
        (at(1, "thu"), Fate.STANDING),
        (at(1, "fri"), Fate.SUPERSEDED),
    ]


# --- Two calendars that show the same meeting -----------------------------------------------------


@pytest.mark.parametrize(
    ("other", "fate"),
    [
        (weekly(1, 1, cancelled=[1]), Fate.CANCELLED),
        (weekly(1, 1, declined={1: no(BEN)}), Fate.DECLINED),
        (weekly(1, 1, attendees=(guest(MAYA), no(BEN))), Fate.SUPERSEDED),
        (weekly(1, 1, attendees=None), Fate.STANDING),
    ],
)
def test_the_copy_that_knows_more_is_believed(other: Series, fate: Fate) -> None:
    first = watched((at(1), snapshot(weekly(1, 1))))
    for copies in ((weekly(1, 1), other), (other, weekly(1, 1))):
        seen = [meeting for one in copies for meeting in meetings(one, MAYA, BEN)]
        (known,) = merge(first, seen, (), at(1))
        assert known.fate is fate


def test_of_two_places_the_organizers_is_believed() -> None:
    private_move = weekly(1, 1, moved={1: at(1, "fri")})
    seen = [*meetings(weekly(1, 1), MAYA, BEN), *meetings(private_move, MAYA, BEN)]
    (known,) = merge((), seen, (), None)
    assert known.span == span(at(1))


def test_a_copy_that_vanished_says_nothing_while_the_other_stands() -> None:
    shown, vanished = snapshot(weekly(1, 1)), snapshot(weekly(1, 1, gone=[1]))
    known = watched((at(1), shown))
    told = changes(shown, vanished)
    assert merge(known, meetings(weekly(1, 1), MAYA, BEN), told, at(1)) == known
    assert merge(known, (), told, at(1))[0].lost


# --- For all histories ----------------------------------------------------------------------------

some_weeks = st.sets(st.integers(1, 6))
calendars = st.builds(
    lambda cancelled, gone, moved, day: snapshot(
        weekly(
            1,
            6,
            day=day,
            cancelled=cancelled,
            gone=gone,
            moved={one: at(one, "fri") for one in moved},
        ),
        weekly(3, 6, day="tue", uid=NEW),
    ),
    some_weeks,
    some_weeks,
    some_weeks,
    st.sampled_from(["mon", "tue"]),
)
looks = st.lists(calendars, min_size=1, max_size=4).map(
    lambda shown: [(at(week), one) for week, one in enumerate(shown, 1)]
)


@given(looks=looks)
def test_nothing_known_is_ever_dropped(looks: list[tuple[datetime, Snapshot]]) -> None:
    before, after = watched(*looks[:-1]), watched(*looks)
    assert {(one.series, one.recurrence_id) for one in before} <= {
        (one.series, one.recurrence_id) for one in after
    }


@given(looks=looks)
def test_looking_again_changes_nothing(looks: list[tuple[datetime, Snapshot]]) -> None:
    last, shown = looks[-1]
    assert watched(*looks, (last + timedelta(weeks=1), shown)) == watched(*looks)


@given(looks=looks)
def test_no_two_meetings_that_count_share_a_time(looks: list[tuple[datetime, Snapshot]]) -> None:
    counted = [one.planned.start for one in watched(*looks) if one.fate is not Fate.SUPERSEDED]
    assert len(counted) == len(set(counted))
