"""What a first look found, for the owner: one-on-ones with reasons, their roles, the plan."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from config.drafting import Draft
from daemon import views
from daemon.cli.acting import show_plan
from daemon.cli.beginning.steps import Sight
from daemon.cli.output import complain, note, say
from daemon.cli.people import names
from daemon.core.decide import plan_hash
from daemon.core.dossier import Dossier
from daemon.core.words import Role
from daemon.phrases import count

if TYPE_CHECKING:
    from collections.abc import Collection

    from daemon.cli.questions import Desk

KEEP_OUT = "ignore"
"""Answered in place of a role: the two meet, but visavis shall have no part in it."""


def pairs(sight: Sight) -> None:
    """Show zone, hours, and each one-on-one with the reasons that make it one."""
    for error in sight.failures:
        complain(error.what, error.remedy)
    say(f"your zone: {sight.account.policy.zone}")
    say(f"your working hours: {sight.hours}")
    say(f"{count(len(sight.pairs), 'one-on-one')} found" + (":" if sight.pairs else ""))
    for dossier in sight.pairs:
        for line in _pair(dossier, sight):
            say(f"  {line}")
    if not sight.pairs and not sight.failures:
        note("`visavis explain TITLE` says of any series why it is none, after a first tick")


def with_roles(desk: Desk, draft: Draft, sight: Sight, known: Collection[str]) -> Draft:
    """Ask what the owner is to each of them; what the directory knows is the default."""
    words = (*Role, KEEP_OUT)
    for dossier in sight.pairs:
        partner = dossier.pair.partner
        if partner.address in known:
            continue
        default = str(dossier.pair.role)
        answer = desk.choose(f"What are you to {partner.name or partner.address}?", words, default)
        if answer == KEEP_OUT:
            draft = draft.adding("pair", {"with": partner.address, "ignore": True})
        elif answer != default:
            draft = draft.adding("pair", {"with": partner.address, "role": answer})
    return draft


def plan(sight: Sight) -> None:
    """Show what the first turn would write, and whom it would mail."""
    decisions = [views.decision(decision) for decision in sight.decisions]
    mails = sum(len(decision["mails"]) for decision in decisions)
    if not decisions:
        say("the first turn writes nothing yet: an agenda is made a day before its meeting")
        return
    things, letters = count(len(decisions), "thing"), count(mails, "mail")
    say(f"the first turn writes {things} and causes {letters} to others:")
    shape = {"hash": plan_hash(sight.decisions), "decisions": decisions}
    show_plan(shape, names(sight.pairs))


def _pair(dossier: Dossier, sight: Sight) -> Iterator[str]:
    partner = dossier.pair.partner
    yield f"{partner.name} <{partner.address}>" if partner.name else partner.address
    for held in dossier.series:
        told = views.explanation(held.series, sight.account, {})
        yield f"  {told['title'] or 'a private series'}"
        yield from (f"    - {reason}" for reason in told["because"])
