"""What the doctor says: what was examined, whether it is well, and what to do where it is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 12.0
"""Seconds that everything outside of this machine has together: longer than its own retries."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined (CONTRACT 3, `doctor`); `remedy` is empty where nothing is to be done."""

    check: str
    ok: bool
    finding: str
    remedy: str = ""


def well(check: str, finding: str, remedy: str = "") -> Finding:
    """Say that something is as it should be."""
    return Finding(check, ok=True, finding=finding, remedy=remedy)


def ill(check: str, finding: str, remedy: str) -> Finding:
    """Say what is wrong, and what to do about it."""
    return Finding(check, ok=False, finding=finding, remedy=remedy)


def within(
    patience: float, questions: Mapping[str, Callable[[], Sequence[Finding]]]
) -> tuple[Finding, ...]:
    """Ask everything at once; what has no answer in time is a finding under its own name.

    The threads are left behind: a server that never answers must not keep the program alive.
    """
    answers: dict[str, Sequence[Finding]] = {}
    asked = [Thread(target=_ask, args=(answers, *one), daemon=True) for one in questions.items()]
    for thread in asked:
        thread.start()
    end = monotonic() + patience
    for thread in asked:
        thread.join(max(0.0, end - monotonic()))
    return tuple(
        finding
        for check in questions
        for finding in answers.get(check, (_silent(check, patience),))
    )


def _ask(
    answers: dict[str, Sequence[Finding]], check: str, question: Callable[[], Sequence[Finding]]
) -> None:
    try:
        answers[check] = question()
    except Exception as error:  # noqa: BLE001 - an examination that fails is itself a finding
        what = f"cannot be examined: {type(error).__name__}: {error}"
        answers[check] = (ill(check, what, "please report this"),)


def _silent(check: str, patience: float) -> Finding:
    return ill(check, f"no answer within {patience:.0f} seconds", "see whether it can be reached")
