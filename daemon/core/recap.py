"""What a meeting left behind: decisions, mine and yours by when, exactly as its section says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from connectors.model import Item
from daemon.core import notes
from daemon.core.agenda import before, local_day, prepared
from daemon.core.dossier import Dossier
from daemon.core.naming import Whose, assigned, short_name
from daemon.core.words import Meeting


@dataclass(frozen=True, slots=True)
class RecapFacts:
    """One meeting's recap, in the owner's voice; `empty` says that its section has no notes."""

    partner: str
    sender: str
    day: date
    empty: bool
    decided: tuple[str, ...] = ()
    mine: tuple[Item, ...] = ()
    theirs: tuple[Item, ...] = ()
    unclaimed: tuple[Item, ...] = ()
    waiting: tuple[Item, ...] = ()
    """Questions left open."""
    document: str = ""
    draft: bool = False
    """Whether it goes to the owner alone, to be sent on."""
    number: int = 1
    """Which of their recaps this is."""

    @property
    def agreed(self) -> bool:
        """Whether there is anything to confirm to the other person."""
        said = (self.decided, self.mine, self.theirs, self.unclaimed, self.waiting)
        return not self.empty and any(said)

    @property
    def link(self) -> str:
        """Where the document is, if the other can open it too: nobody else has our disk."""
        return "" if self.document.startswith("file:") else self.document


def recap_facts(dossier: Dossier, meeting: Meeting) -> RecapFacts:
    """Read back the section of a meeting."""
    owner, partner = dossier.pair.owner, dossier.pair.partner
    section, document = prepared(dossier, meeting), dossier.shelf.document
    todo = [item for item in notes.actions(section) if not item.done] if section else []
    by_whom = list(dict.fromkeys(_assigned(dossier, item) for item in todo))
    return RecapFacts(
        partner=short_name(partner),
        sender=short_name(owner),
        day=local_day(dossier, meeting),
        empty=section is None or not notes.has_notes(section),
        decided=notes.decided(section) if section else (),
        mine=tuple(item for who, item in by_whom if who is Whose.MINE),
        theirs=tuple(item for who, item in by_whom if who is Whose.THEIRS),
        unclaimed=tuple(item for who, item in by_whom if who is Whose.OPEN),
        waiting=tuple(i for i in notes.questions(section) if not i.done) if section else (),
        document=document.url if document else "",
        draft=not dossier.policy.recap_to_both,
        number=len(before(dossier, meeting)) + 1,
    )


def _assigned(dossier: Dossier, item: Item) -> tuple[Whose, Item]:
    whose, text = assigned(dossier.pair, item.owner, item.text)
    return whose, replace(item, text=text)
