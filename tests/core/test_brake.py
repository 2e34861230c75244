from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Series
from daemon.core.brake import braked
from tests.builders import at, single, snapshot, weekly, weeks


def several(count: int) -> list[Series]:
    return [weekly(uid=f"series-{n}@acme.example") for n in range(count)]


def vanished(known: int, left: int) -> int:
    return len(braked(snapshot(*several(known)), snapshot(*several(left))))


def test_three_of_five_that_vanish_at_once_are_not_believed() -> None:
    assert vanished(known=5, left=2) == 3


def test_fewer_than_three_are() -> None:
    assert vanished(known=2, left=0) == 0


def test_half_of_them_are() -> None:
    assert vanished(known=6, left=3) == 0
    assert vanished(known=7, left=3) == 4


def test_single_events_never_count() -> None:
    coffees = [single(at(1), uid=f"single-{n}@acme.example") for n in range(9)]
    assert not braked(snapshot(*coffees), snapshot())
    assert len(braked(snapshot(*several(3), *coffees), snapshot(*coffees))) == 3


def test_single_occurrences_never_count() -> None:
    empty = [weekly(uid=one.uid, cancelled=range(1, 9)) for one in several(4)]
    assert not braked(snapshot(*several(4)), snapshot(*empty))


def test_series_that_left_the_window_did_not_vanish() -> None:
    ended = [weekly(1, 3, uid=f"ended-{n}@acme.example") for n in range(5)]
    assert not braked(snapshot(*ended, *several(1)), snapshot(*several(1), window=weeks(4, 15)))


def test_it_lifts_when_they_return() -> None:
    before = snapshot(*several(4))
    assert braked(before, snapshot())
    assert not braked(before, snapshot(*several(3)))


def test_the_first_look_has_nothing_to_lose() -> None:
    assert not braked(None, snapshot())


@given(known=st.integers(0, 12), left=st.integers(0, 12))
def test_it_is_at_least_three_and_more_than_half(known: int, left: int) -> None:
    lost = max(known - left, 0)
    assert vanished(known, left) == (lost if lost >= 3 and lost > known / 2 else 0)
