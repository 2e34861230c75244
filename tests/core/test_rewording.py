"""Which two wordings are one item: the rule of `daemon.core.rewording`, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.model import Item
from daemon.core.rewording import find, same


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("send the draft", "Send the draft.", id="case and punctuation"),
        pytest.param("send the draft to legal", "to legal: send draft", id="order, small words"),
        pytest.param("send the draft", "send the draft to legal by mail", id="more of it"),
        pytest.param("book the Lissabon trip", "book the Lisbon trip", id="a slip of spelling"),
        pytest.param("call Ana about the offer", "e-mail Ana about the offer", id="another verb"),
        pytest.param("den Vertrag prüfen", "Vertrag prüfen", id="in German"),
        pytest.param("مراجعة العقد", "مراجعة العقد غدا", id="in Arabic"),
        pytest.param("🎂", "🎂", id="only an emoji"),
        pytest.param("ﬁnd a room", "find a room", id="a ligature pasted from a PDF"),
    ],
)
def test_a_reworded_item_is_the_same(before: str, after: str) -> None:
    assert same(Item(before), Item(after))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("send the draft to Ana", "send the draft to Jo", id="another person"),
        pytest.param("send the draft to Ana", "send the draft to Anna", id="a short name"),
        pytest.param("close ticket 4711", "close ticket 4712", id="another number"),
        pytest.param("call Ana", "pay Ana", id="another verb and little else"),
        pytest.param("book the train", "book the room", id="another thing"),
        pytest.param("🎂", "🚆", id="another emoji"),
        pytest.param("to do", "for them", id="nothing but small words"),
    ],
)
def test_another_item_is_another(one: str, other: str) -> None:
    assert not same(Item(one), Item(other))


def test_two_people_with_the_same_task_have_two_items() -> None:
    assert not same(Item("read the book", owner="Ben"), Item("read the book", owner="Maya"))
    assert same(Item("read the book", owner="ben"), Item("read the book", owner="Ben"))
    assert same(Item("read the book"), Item("read the book", owner="Maya"))


def test_the_key_of_a_row_counts_more_than_its_words() -> None:
    assert same(Item("send the draft", key="r1"), Item("something else entirely", key="r1"))
    assert not same(Item("send the draft", key="r1"), Item("send the draft", key="r2"))


def test_the_same_words_are_found_before_similar_ones() -> None:
    long, short = Item("send the draft to legal"), Item("send the draft")
    assert find(short, (long, short)) is short
    assert find(short, (long,)) is long
    assert find(Item("book a room"), (long, short)) is None


ITEMS = st.builds(Item, st.text(max_size=40), owner=st.sampled_from(("", "Ben", "Maya")))


@given(one=ITEMS, other=ITEMS)
def test_sameness_has_no_direction(one: Item, other: Item) -> None:
    assert same(one, one)
    assert same(one, other) == same(other, one)
