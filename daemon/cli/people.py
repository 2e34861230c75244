"""`WITH`: an address, an alias, a pair id, or an unambiguous part of a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from daemon.core.dossier import Dossier
from daemon.core.naming import full_name


class Unclear(Exception):
    """No pair, or more than one, answers to what was given; the message has the candidates."""


def the_pair(found: Sequence[Dossier], given: str) -> Dossier:
    """Return the one pair that is meant; raises `Unclear`."""
    wanted = given.strip().lower()
    exact = [
        dossier
        for dossier in found
        if wanted == dossier.pair.id or dossier.pair.partner.answers_to(wanted)
    ]
    meant = exact or [dossier for dossier in found if wanted and wanted in _name(dossier)]
    if len(meant) == 1:
        return meant[0]
    raise Unclear(_candidates(given, meant or found, some=bool(meant)))


def names(found: Iterable[Dossier]) -> Mapping[str, str]:
    """Return what the other one of each pair is called, by the pair's id."""
    return {dossier.pair.id: full_name(dossier.pair.partner) for dossier in found}


def _name(dossier: Dossier) -> str:
    partner = dossier.pair.partner
    return f"{partner.name} {partner.address}".lower()


def _candidates(given: str, among: Sequence[Dossier], *, some: bool) -> str:
    if not among:
        return f"no pair answers to {given!r}: no one-on-ones are known yet, run `visavis tick`"
    names = ", ".join(sorted(dossier.pair.partner.address for dossier in among))
    return (
        f"{given!r} could be {names}" if some else f"no pair answers to {given!r}; known: {names}"
    )
