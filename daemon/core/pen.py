"""What the core needs put into words; the templates behind it are the daemon's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from connectors.model import Letter, Link
from daemon.core.carrying import Carried
from daemon.core.dossier import Dossier
from daemon.core.words import Level, Meeting, Option, Proposal

if TYPE_CHECKING:
    from daemon.core.cadence import Cadence
    from daemon.core.foresight import Collision


@dataclass(frozen=True, slots=True)
class Words:
    """A message in words: one line of subject, plain text below."""

    subject: str
    text: str


LINK_TO_COME = "(the link of the agenda that is made now)"
"""Stands in words for a document that the same turn makes; exchanged once it is there."""


class Pen(Protocol):
    """Turns facts into words; pure, the same facts give the same words."""

    def title(self, dossier: Dossier) -> str:
        """Name the running document of a pair."""

    def heading(self, dossier: Dossier, meeting: Meeting) -> str:
        """Write the date line of a meeting's section."""

    def section(self, dossier: Dossier, meeting: Meeting) -> str:
        """Write the shared section in Markdown, for both to read."""

    def questions(self, dossier: Dossier, meeting: Meeting, heading: str, by: date) -> str:
        """Write the questions that both answer in the document, for a meeting in writing."""

    def proposal(self, dossier: Dossier, proposal: Proposal) -> Words:
        """Tell the owner of a lost meeting and the times that would do, with the commands."""

    def invitation(self, dossier: Dossier, proposal: Proposal, option: Option) -> Words:
        """Ask the other person to the new time: goes out with an invitation of our own (iMIP)."""

    def alert(self, dossier: Dossier, level: Level, now: datetime) -> Words:
        """Tell the owner that the two keep missing each other, with what could be done."""

    def link_to_send(self, dossier: Dossier, title: str) -> Words:
        """Give a guest the link to the agenda with words ready to send to the organizer."""

    def only_linked(self, dossier: Dossier, url: str) -> Words:
        """Tell the owner that the document the two have can be linked, but not opened."""

    def closed(self, dossier: Dossier, what: str) -> Words:
        """Tell the owner that something of theirs was removed and is left alone from now on."""

    def harmed(self, dossier: Dossier) -> Words:
        """Tell the owner that a write changed too much of an invite, which is left alone now."""

    def booked(self, dossier: Dossier, proposal: Proposal, option: Option) -> Words:
        """Tell the owner what was booked without asking, and how to take it back."""

    def unheard(self, dossier: Dossier, proposal: Proposal) -> Words:
        """Tell the owner that a booked time has not reached the other person's calendar."""

    def locked(self, document: Link, heading: str, text: str) -> Words:
        """Tell the owner that a section did not get into a document that somebody had open."""

    def sign_in(self, account: str, what: str, remedy: str) -> Words:
        """Ask the owner to sign in again, saying what the provider said and the likely cause."""

    def sign_in_ends(self, account: str, ends: datetime, rule: str, remedy: str) -> Words:
        """Tell the owner in time that a sign-in ends by itself, by what rule, and what to do."""

    def prep(self, dossier: Dossier, meeting: Meeting, now: datetime) -> str:
        """Write the owner's private note in Markdown; nothing of it belongs in a shared place."""

    def recap(self, dossier: Dossier, meeting: Meeting) -> Words:
        """Draft what a meeting left behind, in the owner's voice; a nudge where it left nothing."""

    def task(self, dossier: Dossier, item: Carried, day: date) -> Words:
        """Put an own item of the meeting of a day as the owner's task list shows it."""

    def barren(self, dossier: Dossier, count: int) -> Words:
        """Tell the owner in one line that so many meetings in a row left no outcome."""

    def cadence(self, dossier: Dossier, advised: Cadence) -> Words:
        """Propose another rhythm to the owner, with what speaks for it."""

    def foresight(self, dossier: Dossier, collision: Collision) -> Words:
        """Tell the owner what stands in the way of a meeting next week, with other times."""

    def digest(
        self, dossiers: Sequence[Dossier], notes: Sequence[Letter], now: datetime
    ) -> Words | None:
        """Tell an owner once a working day what waited and what is ahead; None if nothing is."""
