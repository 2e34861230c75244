"""Questions to the person at the terminal, or to whatever is piped in; they go to stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from daemon.cli.output import note


class NoAnswer(Exception):
    """Nobody is there to answer; the message names the question, the remedy the way around."""

    def __init__(self, question: str, remedy: str) -> None:
        super().__init__(f"no answer to: {question}")
        self.remedy = remedy


class Desk:
    """Where questions are asked; `yes` takes every default without asking."""

    def __init__(self, *, yes: bool = False) -> None:
        self._yes = yes

    def ask(
        self,
        question: str,
        default: str = "",
        *,
        given: str = "",
        flag: str = "",
        wrong: Callable[[str], str] = lambda _: "",
    ) -> str:
        """Ask until the answer is good; Enter takes the default. Raises `NoAnswer`.

        What was `given` by a flag is not asked for, unless it is wrong.
        """
        if given:
            if not (trouble := wrong(given)):
                return given
            note(f"  {flag}: {trouble}")
        while True:
            answer = self._answer(question, default, flag)
            trouble = wrong(answer) if answer else "this needs an answer"
            if not trouble:
                return answer
            if self._yes:
                raise NoAnswer(f"{question} ({trouble})", _remedy(flag))
            note(f"  {trouble}")

    def choose(
        self,
        question: str,
        among: Sequence[str],
        default: str = "",
        *,
        given: str = "",
        flag: str = "",
    ) -> str:
        """Ask for one of a few words; the beginning of one is enough."""

        def meant(answer: str) -> str:
            found = [word for word in among if word.startswith(answer.strip().lower())]
            return found[0] if len(found) == 1 else ""

        def wrong(answer: str) -> str:
            return "" if meant(answer) else f"please say one of {', '.join(among)}"

        asked = f"{question} ({' | '.join(among)})"
        return meant(self.ask(asked, default, given=given, flag=flag, wrong=wrong))

    def agreed(self, question: str, *, default: bool) -> bool:
        """Ask for a yes or a no."""
        return self.choose(question, ("yes", "no"), "yes" if default else "no") == "yes"

    def _answer(self, question: str, default: str, flag: str) -> str:
        if self._yes:
            return default
        shown = f"{question} [{default}]: " if default else f"{question}: "
        print(shown, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            # The answer was not typed here: without this all questions would stand on one line.
            note(line.rstrip("\n"))
        if not line:
            raise NoAnswer(question, _remedy(flag))
        return line.strip() or default


def _remedy(flag: str) -> str:
    return f"give it as {flag}" if flag else "answer it, or give --yes to take every default"
