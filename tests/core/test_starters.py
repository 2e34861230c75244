"""The three questions of a section that has nothing to carry."""

import pytest

from connectors.model import Block, Section
from daemon.core.starters import COUNT, starters
from daemon.core.words import Role


def asked(*questions: str) -> Section:
    return Section("", None, (Block("To start from", tuple(f"({q})" for q in questions)),))


@pytest.mark.parametrize("role", Role)
def test_for_a_year_of_empty_weeks_no_question_comes_twice_in_a_row(role: Role) -> None:
    before: list[Section] = []
    last: tuple[str, ...] = ()
    for _ in range(52):
        questions = starters(role, before)
        assert len(set(questions)) == COUNT
        assert not set(questions) & set(last)
        before, last = [asked(*questions), *before], questions


def test_questions_go_on_where_they_last_stopped_weeks_ago() -> None:
    first = starters(Role.PEER, ())
    busy = Section("", None, (Block("Action items"),))
    assert starters(Role.PEER, (busy, asked(*first))) == starters(Role.PEER, (asked(*first),))


def test_a_question_somebody_deleted_does_not_bring_the_others_back() -> None:
    first = starters(Role.MANAGER, ())
    assert not set(starters(Role.MANAGER, (asked(*first[1:]),))) & set(first)
