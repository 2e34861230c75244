"""What every channel to people must do; its test gives a fixture `bench`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pytest

from connectors.errors import OutcomeUnknown, Unavailable
from connectors.model import Key, Letter
from connectors.protocol import Messages

KEY = Key("alert:maya-ben:3")


class MessagesBench(Protocol):
    """A channel with somebody at its other end."""

    @property
    def messages(self) -> Messages:
        """The connector under test."""

    @property
    def target(self) -> str:
        """Where a letter can be sent: an address, or a chat."""

    def delivered(self) -> Sequence[str]:
        """Return the whole text of each message that arrived, its subject somewhere in it."""

    def refuse(self) -> None:
        """Let the other end turn the next message away for now, before it has read it."""

    def lose(self) -> None:
        """Let the other end take the next message, and the answer get lost."""


class MessagesContract:
    """Claims about `protocol.Messages`."""

    def test_a_letter_arrives_once_with_its_words(self, bench: MessagesBench) -> None:
        bench.messages.send(letter(bench))
        (arrived,) = bench.delivered()
        assert "Missed twice" in arrived
        assert "Maya and Ben have not met" in arrived

    def test_a_letter_that_was_not_sent_is_never_called_sent(self, bench: MessagesBench) -> None:
        assert not bench.messages.sent(KEY)

    def test_a_letter_that_was_sent_is_called_sent_or_nobody_knows(
        self, bench: MessagesBench
    ) -> None:
        bench.messages.send(letter(bench))
        assert bench.messages.sent(KEY) in {True, None}
        assert not bench.messages.sent(Key("alert:maya-ben:4"))

    def test_a_refusal_means_surely_not_sent(self, bench: MessagesBench) -> None:
        bench.refuse()
        with pytest.raises(Unavailable):
            bench.messages.send(letter(bench))
        assert bench.delivered() == []
        bench.messages.send(letter(bench))
        assert len(bench.delivered()) == 1

    def test_a_lost_answer_means_maybe_sent_and_is_not_tried_again(
        self, bench: MessagesBench
    ) -> None:
        bench.lose()
        with pytest.raises(OutcomeUnknown):
            bench.messages.send(letter(bench))
        assert len(bench.delivered()) == 1
        assert bench.messages.sent(KEY) in {True, None}


def letter(bench: MessagesBench) -> Letter:
    """Return a letter about a pair."""
    return Letter(KEY, bench.target, "Missed twice", "Maya and Ben have not met for two weeks.")
