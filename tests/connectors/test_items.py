"""Action items as people write them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from connectors.items import day_in, due, row, task, under, words
from connectors.model import Item

MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("[ ] send draft", Item("send draft")),
        ("[] send draft", Item("send draft")),
        ("[X] send draft", Item("send draft", done=True)),
        ("~~send draft~~", Item("send draft", done=True)),
        ("[ ] ~~send draft~~", Item("send draft", done=True)),
        ("~~[ ] send draft~~", Item("send draft", done=True)),
        ("[Ben] ~~send draft~~", Item("send draft", done=True, owner="Ben")),
        ("[Ben] send draft by 2026-03-06", Item("send draft", owner="Ben", due=FRIDAY)),
        ("[ ] @ben@acme.example: draft", Item("draft", owner="ben@acme.example")),
        ("[ ] draft (by Fri)", Item("draft", due=FRIDAY)),
        ("[ ] draft (since 2026-02-16, 2 weeks)", Item("draft", since=date(2026, 2, 16))),
    ],
)
def test_a_line_is_an_item_by_its_tick_its_owner_or_its_stroke(line: str, item: Item) -> None:
    assert task(line, MONDAY) == item


@pytest.mark.parametrize(
    "line",
    [
        "send draft by 2026-03-06",
        "[the plan](https://acme.example/plan) is out",
        "[plan][1] is out",
        "[^1] a footnote",
        "~~half~~ struck through",
        "mail to ben@acme.example",
        "[ ]",
        "[ ] [Ben] by Friday",
    ],
)
def test_other_lines_are_no_items(line: str) -> None:
    assert task(line, MONDAY) in {None, Item("by Friday", owner="Ben")}


@pytest.mark.parametrize(
    "heading",
    [
        "Action items",
        "ACTIONS:",
        "✅ Action items (5 min)",
        "Actions & owners",
        "To-dos",
        "Our next steps",
        "Aufgaben",
        "Nächste Schritte",
        "Prochaines étapes",
        "Tareas",
        "Prossimi passi",
        "Actiepunten",
    ],
)
def test_under_a_heading_of_action_items_a_line_needs_no_tag(heading: str) -> None:
    assert task("send the draft by Friday", MONDAY, heading) == Item("send the draft", due=FRIDAY)
    assert task("send the draft", MONDAY, heading, nested=True) is None


@pytest.mark.parametrize(
    "heading",
    ["", "Notes", "Interactions", "Tasks completed", "Actions from last year", "Taken as read"],
)
def test_under_other_headings_it_does(heading: str) -> None:
    assert task("send the draft by Friday", MONDAY, heading) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "…",
        "none",
        "Nothing new.",
        "n/a",
        "keine",
        "(see the board)",
        "https://board.acme.example/7",
        "From last week:",
        "who books the room?",
        "[ ]",
        "[Ben]",
    ],
)
def test_what_says_nothing_to_do_is_no_item_there(line: str) -> None:
    assert task(line, MONDAY, "Action items") is None


def test_a_line_in_bold_or_with_a_colon_is_a_heading_for_what_follows() -> None:
    assert [
        under(line, "Notes", "Notes") for line in ("**Action items**", "__To do:__", "Tasks:")
    ] == [
        "Action items",
        "To do:",
        "Tasks",
    ]
    assert under("Ben: call the bank", "Tasks", "Notes") == "Tasks"
    assert under("**Parking lot**", "Tasks", "Notes") == "Notes"
    assert under("From last week:", "Action items", "Action items") == "Action items"
    assert task("**Action items**", MONDAY, "Action items") is None


def test_what_people_type_behind_a_prepared_question_counts() -> None:
    line = "(Who does what, such as “[Ben] send it”?) [Ben] call the bank"
    assert task(line, MONDAY) == Item("call the bank", owner="Ben")
    assert task("(Who does what by when?) call the bank", MONDAY) is None
    assert task("(Who does what by when?) call the bank", MONDAY, "To do") == Item("call the bank")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("draft by 2026-03-06", FRIDAY),
        ("draft, due 2026-03-06.", FRIDAY),
        ("draft by Fri", FRIDAY),
        ("draft by friday", FRIDAY),
        ("draft bis Freitag", FRIDAY),
        ("draft by Monday", date(2026, 3, 9)),
        ("draft until 3 March", date(2026, 3, 3)),
        ("draft until March 3rd", date(2026, 3, 3)),
        ("draft bis zum 3. März", date(2026, 3, 3)),
        ("draft by 3rd Mar 2027", date(2027, 3, 3)),
        ("draft bis 03.03.2026", date(2026, 3, 3)),
        ("draft by 20 Dec", date(2025, 12, 20)),
        ("draft (till 6 March)", FRIDAY),
        ("draft pour vendredi", FRIDAY),
        ("draft avant le 6 mars", FRIDAY),
        ("draft d'ici le 1er avril", date(2026, 4, 1)),
        ("draft para el viernes", FRIDAY),
        ("draft antes del 6 de marzo", FRIDAY),
        ("draft antes del 6 de septiembre de 2026", date(2026, 9, 6)),
        ("draft entro venerdì", FRIDAY),
        ("draft voor 6 maart", FRIDAY),
    ],
)
def test_a_due_day_stands_at_the_end_and_is_meant_near_the_section(text: str, day: date) -> None:
    assert due(text, MONDAY) == ("draft", day)


@pytest.mark.parametrize(
    "text", ["stand by me", "by 2026-02-31 at last", "draft by 31 February", "draft by the sea"]
)
def test_words_that_only_look_like_a_day_stay_words(text: str) -> None:
    assert due(text, MONDAY) == (text, None)


def test_without_a_day_to_start_from_only_full_days_are_understood() -> None:
    assert due("draft by Fri", None) == ("draft by Fri", None)
    assert due("draft by 6 March", None) == ("draft by 6 March", None)
    assert due("draft by 6 March 2026", None) == ("draft", FRIDAY)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-02 · 30 min", MONDAY),
        ("Monday, 2 March 2026 (30 min)", MONDAY),
        ("March 2, 2026", MONDAY),
        ("Montag, 2. März 2026", MONDAY),
        ("02.03.2026", MONDAY),
        ("Version 12026-03-021", None),
        ("2 March", None),
        ("5 things 2026", None),
    ],
)
def test_a_heading_tells_its_day(text: str, day: date | None) -> None:
    assert day_in(text) == day


def test_the_age_of_an_item_is_told_in_weeks() -> None:
    item = Item("draft", since=date(2026, 2, 23))
    assert words(item, MONDAY) == "draft (since 23 February, 1 week)"
    assert words(item, date(2026, 2, 23)) == "draft (since 23 February)"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("draft by Fri", "draft by Fri 6 March 2026", id="next week another"),
        pytest.param("draft until 6 March", "draft until 6 March 2026", id="no year"),
        pytest.param("draft till 6 March 2026", "draft till 6 March 2026", id="as it was written"),
        pytest.param("draft bis zum 06.03.2026", "draft bis zum 06.03.2026", id="in its language"),
        pytest.param("draft by 2026-03-06", "draft by 2026-03-06", id="in its form"),
        pytest.param("draft bis Freitag", "draft bis Freitag 06.03.2026", id="a German weekday"),
        pytest.param("draft avant le 6 mars", "draft avant le 6 mars 2026", id="a French day"),
    ],
)
def test_a_due_day_is_carried_in_words_that_stay_true(text: str, written: str) -> None:
    item = task(f"[ ] {text}", MONDAY)
    assert item is not None
    assert words(item, MONDAY) == written
    for later in (MONDAY + timedelta(weeks=n) for n in (1, 30, 90)):
        assert task(f"[ ] {written}", later) == item


@pytest.mark.parametrize("weeks", [0, 1, 51, 52, 200])
def test_since_when_an_item_is_carried_reads_back_at_any_age(weeks: int) -> None:
    item = Item("draft", since=MONDAY - timedelta(weeks=weeks))
    assert task(f"[ ] {words(item, MONDAY)}", MONDAY) == item


def test_brackets_that_tell_no_day_stay_words() -> None:
    assert task("[ ] draft (since the fair)", MONDAY) == Item("draft (since the fair)")


@pytest.mark.parametrize(
    ("line", "is_done"),
    [
        ("☐ send draft", False),
        ("□ send draft", False),
        ("[  ] send draft", False),
        ("TODO: send draft", False),
        ("☑ send draft", True),
        ("✅ send draft", True),
        ("✔\ufe0f send draft", True),
        ("[✓] send draft", True),
        ("[erledigt] send draft", True),
        ("[Fait] send draft", True),
        ("[완료] send draft", True),
        ("[完了] send draft", True),
        ("[готово] send draft", True),
    ],
)
def test_a_tick_is_understood_in_other_signs_and_languages(line: str, *, is_done: bool) -> None:
    assert task(line, MONDAY) == Item("send draft", done=is_done)


@pytest.mark.parametrize("line", ["Done with the draft", "todo lists are no use", "[Dora] draft"])
def test_words_that_only_begin_like_a_tick_are_none(line: str) -> None:
    item = task(line, MONDAY)
    assert item is None or not item.done


@pytest.mark.parametrize(
    ("cells", "item"),
    [
        (["[ ]", "send draft", "Ben", "2026-03-06"], Item("send draft", owner="Ben", due=FRIDAY)),
        (["[x]", "send draft", "", ""], Item("send draft", done=True)),
        (["[ ] [Ben]", "send draft", "Friday"], Item("send draft", owner="Ben", due=FRIDAY)),
        (["☐ send draft", "Ben"], Item("send draft", owner="Ben")),
        (["[ ] [Ben] send draft by Fri"], Item("send draft", owner="Ben", due=FRIDAY)),
        (["[ ]", " ", ""], None),
        (["---", "---"], None),
        (["Done", "Action", "Owner", "Due"], None),
    ],
)
def test_a_row_of_a_table_is_an_item_where_it_begins_with_a_box(
    cells: list[str], item: Item | None
) -> None:
    assert row(cells, MONDAY) == item
