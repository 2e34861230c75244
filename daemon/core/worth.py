"""Three meetings in a row that left nothing behind give the owner one line of advice (DOMAIN 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile

from connectors.model import Section
from daemon.core import notes
from daemon.core.dossier import Dossier
from daemon.core.keys import key
from daemon.core.pen import Pen
from daemon.core.recapping import read_back
from daemon.core.words import Decision, Kind, Meeting

IN_A_ROW = 3


def worth(dossier: Dossier, now: datetime, pen: Pen) -> Iterator[Decision]:
    """Yield the advice where the last meetings left none of the four outcomes, once a row."""
    row = [meeting for meeting, _ in takewhile(_barren, read_back(dossier, now))]
    if len(row) < IN_A_ROW:
        return
    first, words = row[-1], pen.barren(dossier, len(row))
    yield Decision(
        # Named by the meeting the row began with: however long it gets, it is told once.
        key=key("advise", "worth", dossier.pair.id, first.series, first.recurrence_id),
        kind=Kind.ADVISE,
        pair=dossier.pair.id,
        account=dossier.account,
        because=f"{len(row)} meetings in a row noted nothing that was decided or cleared",
        after={"subject": words.subject, "text": words.text},
    )


def _barren(met: tuple[Meeting, Section]) -> bool:
    return not notes.fruitful(met[1])
