"""The story: who did what when, and what visavis made of it."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import chain

from connectors.markdown import unmarked
from daemon import queries, steering
from daemon.answering import accept
from daemon.cli.demo.company import MONDAY, WEEKS, Company, company
from daemon.cli.output import say
from daemon.core.dossier import Dossier
from daemon.core.keys import entry_id
from daemon.core.proposing import as_proposal
from daemon.desk import last_known
from daemon.logs import quiet
from daemon.tick import Turn, tick
from daemon.views import Shape

PROMISES = (
    "send the draft of the plan",
    "ask Legal about the contract",
    "show the numbers to the team",
    "write down the three options",
)
"""What people promise each other."""
OPENING = """\
Maya Kern manages six people at a company that does not exist. Her calendar is on {place};
two partners she meets on a stand-in for Outlook. Both run on this machine, and visavis looks after
them through the same connectors it uses for the real ones. Eight weeks pass in time-lapse; what
people do stands after an empty line, everything else is what visavis did by itself.
"""
GOOGLE, CALDAV = "a stand-in for Google", "a real CalDAV server (Radicale)"
TICKS = (timedelta(hours=8), timedelta(hours=18))
"""When visavis looks in the time-lapse, on every working day."""


@dataclass(frozen=True, order=True)
class Act:
    """Something that somebody does at a moment; `told` is how the story puts it."""

    at: datetime
    told: str
    do: Callable[[Company], object]


def play(*, aloud: bool, once: bool, caldav: bool = False) -> Shape:
    """Play the story; aloud it is told in the terminal. Returns the counts of CONTRACT 4."""
    quiet()
    began = time.perf_counter()
    with company(caldav=caldav) as acme:
        if aloud:
            say(OPENING.format(place=CALDAV if caldav else GOOGLE))
        for chapter in _chapters(acme):
            if aloud:
                say(chapter)
        counts = _counts(acme, time.perf_counter() - began)
        if aloud:
            say(_closing(counts))
        if aloud and not once and sys.stdout.isatty():
            _stay(acme)
    return counts


def _chapters(acme: Company) -> Iterator[str]:
    """Let people act and visavis look, in the order of the calendar, and tell of both."""
    acts = sorted(_acts(acme))
    looks = (Act(at, "", _look) for at in _looks())
    for act in merge(acts, looks):
        acme.clock.now = act.at
        result = act.do(acme)
        if act.told:
            yield f"\n{act.at:%a %d %b, %H:%M}  {act.told}"
        if isinstance(result, Turn):
            yield from _turn(acme, result)
        elif isinstance(result, str):
            yield result


def _looks() -> Iterator[datetime]:
    days = (MONDAY + timedelta(weeks=week, days=day) for week in range(WEEKS) for day in range(5))
    return chain.from_iterable((day + hour for hour in TICKS) for day in days)


def _look(acme: Company) -> Turn:
    return tick(acme.house, acme.clock.now)


def _acts(acme: Company) -> Iterator[Act]:
    """Yield what people do in these eight weeks."""
    yield Act(MONDAY + timedelta(hours=8, minutes=1), "What was found, and why:", _found)
    agenda = acme.meeting("ben", 4) - timedelta(hours=1)
    yield Act(agenda, "Ben's agenda in the fifth week, as it stands:", _agenda)
    for week in range(WEEKS):
        for name in acme.series:
            at = acme.meeting(name, week) + timedelta(minutes=40)
            yield Act(at, "", partial(_notes, name=name, week=week))
    sick = MONDAY + timedelta(weeks=2, days=1, hours=7)
    yield Act(sick, "A sick day: Maya cancels three one-on-ones.", _sick_day)
    yield Act(
        sick + timedelta(hours=5, minutes=30), "Maya accepts the first time for Caro.", _accept
    )
    rest = sick + timedelta(hours=6)
    yield Act(rest, "Dev and Maya settle it themselves: Friday at eleven.", _rebook)
    for week in (3, 4, 5):
        at = acme.meeting("gwen", week) - timedelta(hours=20)
        yield Act(at, "Gwen's one-on-one is cancelled.", _cancel("gwen", week))
    alert = acme.meeting("gwen", 5) + timedelta(hours=4)
    yield Act(alert, "The alert, as Maya got it:", _alert)
    ivo = MONDAY + timedelta(weeks=4, days=3, hours=16)
    yield Act(ivo, "In Outlook, Ivo's one-on-one is cancelled.", _cancel_in_outlook)
    moved = acme.meeting("finn", 6) - timedelta(hours=26)
    yield Act(moved, "Finn's one-on-one moves to Friday; nobody is asked anything.", _move)
    end = MONDAY + timedelta(weeks=WEEKS - 1, days=4, hours=19)
    yield Act(end, "The last writes of the journal:", _journal)
    yield Act(end + timedelta(minutes=1), "Finn wants no link in the invite: undone.", _undo)


def _found(acme: Company) -> str:
    lines = [
        f"  {'✓' if one['is_one_on_one'] else '·'} {one['title']}: {'; '.join(one['because'])}"
        for one in queries.explain(acme.house, "", acme.clock.now)
    ]
    return "\n".join(lines)


def _agenda(acme: Company) -> str:
    shape = queries.agenda(acme.house, _pair(acme, "ben"), acme.clock.now)
    private = "\n".join(f"  | {line}" for line in shape["prep"].splitlines())
    shared = "\n".join(f"  {line}" for line in unmarked(shape["markdown"]).splitlines())
    return f"{shared}\n\n  Beside it, for Maya's eyes only:\n{private}"


def _notes(acme: Company, *, name: str, week: int) -> None:
    """Let the two write into their document, as people do: a decision, an item, a tick."""
    dossier = _pair(acme, name)
    document = dossier.shelf.document
    if document is None or document.handle is None:
        return
    page = acme.maya.opens(document.handle)
    if week % 2 and "[ ] [" in page.text:
        page.ticks("[ ] [")
    promise = PROMISES[week % len(PROMISES)]
    page.writes_below("Action items", f"[ ] [{name.title()}] {promise} by Friday")


def _sick_day(acme: Company) -> None:
    tuesday = MONDAY + timedelta(weeks=2, days=1)
    acme.maya.is_out_of_office(tuesday, tuesday + timedelta(days=1))
    for name in ("caro", "dev", "elif"):
        acme.maya.cancels(acme.series[name], on=acme.meeting(name, 2))


def _accept(acme: Company) -> str:
    caro = _pair(acme, "caro").pair.id
    mine = next(p for p in queries.proposals(acme.house, acme.clock.now) if p["pair"] == caro)
    booked = accept(acme.house, mine["id"], acme.clock.now, n=mine["options"][0]["n"]).booked
    return f"  booked: {booked.span.start:%A %d %B, %H:%M}" if booked else ""


def _rebook(acme: Company) -> None:
    friday = MONDAY + timedelta(weeks=2, days=4, hours=11)
    acme.maya.schedules("Dev and Maya", friday, guests=["dev@acme.example"])


def _cancel(name: str, week: int) -> Callable[[Company], object]:
    return lambda acme: acme.maya.cancels(acme.series[name], on=acme.meeting(name, week))


def _cancel_in_outlook(acme: Company) -> None:
    friday = (MONDAY + timedelta(weeks=4, days=4)).date()
    acme.globex.maya.cancels(acme.globex.series["ivo"], on=friday)


def _move(acme: Company) -> None:
    at = acme.meeting("finn", 6)
    acme.maya.moves(acme.series["finn"], at + timedelta(days=1, hours=1), on=at)


def _alert(acme: Company) -> str:
    loud = [a for a in queries.alerts(acme.house, acme.clock.now) if a["level"] == "alert"]
    return "\n".join(f"  {line}" for alert in loud for line in alert["text"].splitlines())


def _journal(acme: Company) -> str:
    return "\n".join(
        f"  {e['id']}  {e['at'][:16]}  {e['kind']:<14} {e['because']}"
        for e in queries.entries(acme.house)[-5:]
    )


def _undo(acme: Company) -> str:
    finn = _pair(acme, "finn").pair.id
    links = [e for e in queries.entries(acme.house) if e["key"].startswith(f"attach_agenda:{finn}")]
    intents, _ = steering.find(acme.house, [links[0]["id"]])
    result = steering.undo(acme.house, intents, acme.clock.now)
    taken = ", ".join(entry_id(intent.decision.key) for intent in result.intents)
    refused = [error.what for _, error in result.refused]
    return f"  taken back: {taken}, and it stays so" if taken else f"  refused: {refused}"


def _turn(acme: Company, turn: Turn) -> Iterator[str]:
    """Tell what visavis did by itself; what it prepares each week is told only the first time."""
    when = f"{acme.clock.now:%a %d %b, %H:%M}"
    partners = {dossier.pair.id: dossier.pair.partner for dossier in turn.foreseen.dossiers}
    for decision in turn.done:
        name = partners[decision.pair].name
        if decision.kind in {"propose", "alert"}:
            yield f"{when}  {decision.kind} ({name}): {decision.because}"
        if decision.kind == "propose":
            for option in as_proposal(decision).options:
                yield f"    {option.n}. {option.span.start:%A %H:%M}: {option.because}"
        if decision.kind == "create_agenda":
            yield f"{when}  {name}: an agenda is made, shared, and linked in the invite"


def _pair(acme: Company, name: str) -> Dossier:
    found = last_known(acme.house, acme.clock.now)[1]
    return next(d for d in found if d.pair.partner.address.startswith(name))


def _counts(acme: Company, seconds: float) -> Shape:
    entries = queries.entries(acme.house)
    kinds = [entry["kind"] for entry in entries if entry["state"] != "failed"]
    pairs = queries.pairs(acme.house, acme.clock.now)
    lost = {"missed", "rescued", "excused"}
    return {
        "weeks": WEEKS,
        "pairs": len(pairs),
        "agendas": kinds.count("create_agenda"),
        "attached": kinds.count("attach_agenda"),
        "cancellations": sum(o["outcome"] in lost for pair in pairs for o in pair["outcomes"]),
        "proposals": kinds.count("propose"),
        "booked": kinds.count("book"),
        "alerts": sum(a["level"] == "alert" for a in queries.alerts(acme.house, acme.clock.now)),
        "recaps": kinds.count("recap"),
        "seconds": round(seconds, 1),
    }


def _closing(counts: Shape) -> str:
    return (
        f"\n{counts['weeks']} weeks in {counts['seconds']} seconds: {counts['pairs']} pairs, "
        f"{counts['agendas']} agendas, {counts['attached']} links, {counts['cancellations']} "
        f"lost meetings, {counts['proposals']} proposals, {counts['booked']} booked, "
        f"{counts['alerts']} alert, {counts['recaps']} recaps. Nobody got a mail twice."
    )


def _stay(acme: Company) -> None:
    """Show the page, until the person at the terminal has seen enough."""
    from daemon.web.server import show

    def ready(link: str) -> None:
        say(f"\nMaya's page, as of the last evening: {link}\nCtrl-C ends the demo.")

    with suppress(KeyboardInterrupt):
        asyncio.run(show(acme.house, acme.clock, ready))
