"""From facts to words: the agenda, the private note and every message, as templates write them.

Templates are the package data of `config` (`agendas/*.md.j2`), or the owner's own of the same
name. They run in a sandbox and are given plain frozen facts. Whatever an expression yields is
escaped by itself: other people's titles, names and notes are words, never structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import structlog
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, FunctionLoader, TemplateError

from connectors.model import Letter, Link
from daemon.core.agenda import local, section_facts, written_facts
from daemon.core.cadence import Cadence
from daemon.core.carrying import Carried
from daemon.core.dossier import Dossier
from daemon.core.foresight import Collision
from daemon.core.keys import entry_id
from daemon.core.naming import full_name
from daemon.core.pen import LINK_TO_COME, Words
from daemon.core.prep import prep_facts
from daemon.core.proposing import book_key
from daemon.core.recap import recap_facts
from daemon.core.telling import alert_facts, digest_facts, proposal_facts, who
from daemon.core.words import Level, Meeting, Option, Proposal, Role
from daemon.phrases import day
from daemon.sandbox import Sandbox, escaped, markdown, plain

log = structlog.get_logger()

SECTIONS = {role: f"{role.value}.md.j2" for role in Role}
"""The section template by what the owner is to the other."""
WRITTEN = "written.md.j2"
"""The section of a one-on-one in writing."""
FAILURES: tuple[type[Exception], ...] = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a template can fail with: anything an expression of it may raise."""


class TemplatePen:
    """The pen of the house. `folder` holds the owner's own templates; a missing one is ours.

    Where one of the owner's fails on facts it was not tried with, ours is used, and it is logged.
    """

    def __init__(self, folder: Path | None = None) -> None:
        loaders = [loader(own) for own in dict.fromkeys((folder, None))]
        self._markdown = [Sandbox(templates, markdown) for templates in loaders]
        self._plain = [Sandbox(templates, plain) for templates in loaders]

    def title(self, dossier: Dossier) -> str:
        """Name the running document of a pair, the same from both sides."""
        return " and ".join(sorted(map(full_name, (dossier.pair.owner, dossier.pair.partner))))

    def heading(self, dossier: Dossier, meeting: Meeting) -> str:
        """Write the date line of a meeting's section."""
        return day(local(dossier, meeting.series, meeting.span.start))

    def section(self, dossier: Dossier, meeting: Meeting) -> str:
        """Write the shared section in Markdown, for both to read."""
        facts = section_facts(dossier, meeting)
        heading = self.heading(dossier, meeting)
        name = SECTIONS[dossier.pair.role]
        return _rendered(self._markdown, name, heading=heading, section=facts)

    def questions(self, dossier: Dossier, meeting: Meeting, heading: str, by: date) -> str:
        """Write the questions that both answer in the document, for a meeting in writing."""
        facts = written_facts(dossier, meeting)
        return _rendered(self._markdown, WRITTEN, heading=heading, section=facts, by=by)

    def prep(self, dossier: Dossier, meeting: Meeting, now: datetime) -> str:
        """Write the owner's private note in Markdown; nothing of it belongs in a shared place."""
        return _rendered(self._markdown, "prep.md.j2", prep=prep_facts(dossier, meeting, now))

    def proposal(self, dossier: Dossier, proposal: Proposal) -> Words:
        """Tell the owner of a lost meeting and the times that would do, with the commands."""
        return self._words("proposal.md.j2", proposal=proposal_facts(dossier, proposal))

    def invitation(self, dossier: Dossier, proposal: Proposal, option: Option) -> Words:
        """Ask the other person to the new time."""
        return self._words(
            "invitation.md.j2",
            who=who(dossier),
            sender=full_name(dossier.pair.owner),
            lost=local(dossier, proposal.series, proposal.lost.start),
            start=local(dossier, proposal.series, option.span.start),
            end=local(dossier, proposal.series, option.span.end),
        )

    def alert(self, dossier: Dossier, level: Level, now: datetime) -> Words:
        """Tell the owner that the two keep missing each other, with what could be done."""
        return self._words("alert.md.j2", alert=alert_facts(dossier, level, now))

    def recap(self, dossier: Dossier, meeting: Meeting) -> Words:
        """Draft what a meeting left behind, in the owner's voice; a nudge where it left nothing."""
        return self._words("recap.md.j2", recap=recap_facts(dossier, meeting))

    def task(self, dossier: Dossier, item: Carried, day: date) -> Words:
        """Put an own item of the meeting of a day as the owner's task list shows it."""
        return self._words("task.md.j2", who=who(dossier), item=item, day=day)

    def barren(self, dossier: Dossier, count: int) -> Words:
        """Tell the owner in one line that so many meetings in a row left no outcome."""
        return self._words("barren.md.j2", who=who(dossier), count=count)

    def cadence(self, dossier: Dossier, advised: Cadence) -> Words:
        """Propose another rhythm to the owner, with what speaks for it."""
        return self._words("cadence.md.j2", who=who(dossier), cadence=advised)

    def foresight(self, dossier: Dossier, collision: Collision) -> Words:
        """Tell the owner what stands in the way of a meeting next week, with other times."""
        return self._words("foresight.md.j2", who=who(dossier), collision=collision)

    def digest(
        self, dossiers: Sequence[Dossier], notes: Sequence[Letter], now: datetime
    ) -> Words | None:
        """Tell an owner once a working day what waited and what is ahead; None if nothing is."""
        facts = digest_facts(dossiers, now)
        if not (facts.ahead or facts.proposals or notes):
            return None
        # A note was written by this pen, so it is escaped already.
        waited = tuple(Words(note.subject, escaped(note.text)) for note in notes)
        return self._words("digest.md.j2", digest=facts, notes=waited)

    def link_to_send(self, dossier: Dossier, title: str) -> Words:
        """Give a guest the link to the agenda with words ready to send to the organizer."""
        document = dossier.shelf.document
        url = document.url if document else LINK_TO_COME
        sender = full_name(dossier.pair.owner)
        return self._words("link.md.j2", who=who(dossier), sender=sender, title=title, url=url)

    def only_linked(self, dossier: Dossier, url: str) -> Words:
        """Tell the owner that the document the two have can be linked, but not opened."""
        return self._words("linked.md.j2", who=who(dossier), url=url)

    def closed(self, dossier: Dossier, what: str) -> Words:
        """Tell the owner that something of theirs was removed and is left alone from now on."""
        return self._words("closed.md.j2", who=who(dossier), what=what)

    def harmed(self, dossier: Dossier) -> Words:
        """Tell the owner that a write changed too much of an invite, which is left alone now."""
        return self._words("harmed.md.j2", who=who(dossier))

    def booked(self, dossier: Dossier, proposal: Proposal, option: Option) -> Words:
        """Tell the owner what was booked without asking, and how to take it back."""
        return self._words(
            "booked.md.j2",
            who=who(dossier),
            lost=local(dossier, proposal.series, proposal.lost.start),
            start=local(dossier, proposal.series, option.span.start),
            because=option.because,
            undo=entry_id(book_key(proposal)),
        )

    def unheard(self, dossier: Dossier, proposal: Proposal) -> Words:
        """Tell the owner that a booked time has not reached the other person's calendar."""
        booked = proposal.booked.span if proposal.booked else proposal.lost
        start = local(dossier, proposal.series, booked.start)
        return self._words("unheard.md.j2", who=who(dossier), start=start)

    def locked(self, document: Link, heading: str, text: str) -> Words:
        """Tell the owner that a section did not get into a document that somebody had open."""
        return self._words(
            "locked.md.j2",
            title=document.title,
            url=document.url,
            heading=heading,
            lines=tuple(text.splitlines()),
        )

    def sign_in(self, account: str, what: str, remedy: str) -> Words:
        """Ask the owner to sign in again, saying what the provider said and the likely cause."""
        return self._words("sign_in.md.j2", account=account, what=what, remedy=remedy)

    def sign_in_ends(self, account: str, ends: datetime, rule: str, remedy: str) -> Words:
        """Tell the owner in time that a sign-in ends by itself, by what rule, and what to do."""
        return self._words(
            "sign_in_ends.md.j2", account=account, ends=ends, rule=rule, remedy=remedy
        )

    def _words(self, template: str, **facts: Any) -> Words:  # noqa: ANN401 - any plain facts
        """Render a message: its first line is the subject."""
        subject, _, text = _rendered(self._plain, template, **facts).partition("\n")
        return Words(subject.strip(), text.strip() + "\n")


def loader(folder: Path | None) -> BaseLoader:
    """Find templates in the owner's folder first, then among those that come along."""
    ours = FunctionLoader(_ours)
    return ChoiceLoader([FileSystemLoader(folder), ours]) if folder else ours


def _rendered(sandboxes: Sequence[Sandbox], template: str, **facts: Any) -> str:  # noqa: ANN401
    """Render with the first sandbox that can; the last one has templates that are tested."""
    *own, ours = sandboxes
    for sandbox in own:
        try:
            return sandbox.render(template, **facts)
        except FAILURES as error:
            log.warning("template.failed", template=template, error=type(error).__name__)
    return ours.render(template, **facts)


def _ours(name: str) -> str | None:
    # Not imported: `config` is only where the files are.
    found = resources.files("config") / "agendas" / name
    return found.read_text(encoding="utf-8") if found.is_file() else None
