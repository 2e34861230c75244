"""What can be asked of the house: each answer is one function, for the terminal and the page.

All but `agenda` and `checked` use the last look and make no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors import markdown
from connectors.errors import ConnectorError, SignInRequired
from connectors.model import Key, Series, Span
from daemon import health, heldback, inventory, journal, mirror, outbox, views
from daemon.core.dossier import Dossier
from daemon.core.proposing import settled
from daemon.core.words import Meeting, Proposal, ProposalState
from daemon.dossiers import dossiers
from daemon.gather import read
from daemon.house import Account, House
from daemon.ledger import EVERYBODY
from daemon.look import remembered
from daemon.memory import Memory, remember
from daemon.views import Shape


def last_known(house: House, now: datetime) -> tuple[Memory, tuple[Dossier, ...]]:
    """Return the memory and all pairs as of the last look, judged at this moment."""
    memory = remember(house.store, now)
    looks = {
        account.name: found
        for account in house.accounts
        if (found := remembered(account, house.store)) is not None
    }
    return memory, dossiers(house, looks, memory, now)


def status(house: House, now: datetime) -> Shape:
    """Show accounts and what is open."""
    shown: Shape = desk(house, now)["status"]
    return shown


def next_looks(house: House) -> Mapping[str, datetime | None]:
    """Tell when the daemon looks at each account next, in its zone; None: as soon as possible."""
    with house.store.read() as session:
        due = {one: health.health(session, one.name).next_due for one in house.accounts}
    return {
        one.name: when and when.astimezone(ZoneInfo(one.policy.zone)) for one, when in due.items()
    }


def desk(house: House, now: datetime) -> Shape:
    """Show status, pairs, proposals and alerts as one moment has them."""
    return _desk(house, *last_known(house, now), now)


def checked(house: House, now: datetime, accounts: list[Shape]) -> list[Shape]:
    """Show the accounts with what a real call to each says now."""
    return [_checked(shape, trouble_of(house.account(shape["name"]), now)) for shape in accounts]


def _checked(shape: Shape, trouble: ConnectorError | None) -> Shape:
    """Let what a call says now overrule what the last look met; a brake is no trouble of calls."""
    if trouble is not None:
        signed_out = isinstance(trouble, SignInRequired)
        state = health.Condition.SIGN_IN if signed_out else health.Condition.UNREACHABLE
        return {**shape, "state": state, "problem": trouble.what}
    if shape["state"] in {health.Condition.SIGN_IN, health.Condition.UNREACHABLE}:
        return {**shape, "state": health.Condition.OK, "problem": None}
    return shape


def trouble_of(account: Account, now: datetime) -> ConnectorError | None:
    """Read a day of the calendar for real; return what stands in the way."""
    if account.calendar is None:
        return account.trouble
    try:
        account.calendar.baseline(Span(now, now + timedelta(days=1)))
    except ConnectorError as error:
        return error
    return None


def pairs(house: House, now: datetime) -> list[Shape]:
    """Show the one-on-ones found; those the settings ignore are left out."""
    return [views.pair(dossier, now) for dossier in last_known(house, now)[1]]


def explain(house: House, text: str, now: datetime) -> list[Shape]:
    """Say of each series that answers to a title, an address or an id why it is one, or not."""
    wanted = text.strip().lower()
    clocks = {d.pair.id: d.clock for d in last_known(house, now)[1] if d.clock}
    with house.store.read() as session:
        return [
            views.explanation(series, account, clocks)
            for account in house.accounts
            for series in mirror.everything(session, account.name)
            if _answers(series, wanted)
        ]


def proposals(house: House, now: datetime) -> list[Shape]:
    """Show every proposal, open and closed, as it stands at this moment."""
    memory, found = last_known(house, now)
    return _proposals(house, memory, found, now)


def proposal(house: House, one: Proposal) -> Shape:
    """Show a proposal, with the link that answers it where there is a public address."""
    return views.proposal(one, house.links.answer(one) if house.links else None)


def alerts(house: House, now: datetime) -> list[Shape]:
    """Show every alert and note."""
    memory, found = last_known(house, now)
    return _alerts(house, memory, found)


def entries(house: House) -> list[Shape]:
    """Show every write."""
    with house.store.read() as session:
        written = journal.entries(session)
    zones = {account.name: account.policy.zone for account in house.accounts}
    return [views.entry(one, zones.get(one.decision.account, "UTC")) for one in written]


def about(house: House) -> dict[Key, str]:
    """Return the pair that each write is about."""
    with house.store.read() as session:
        return journal.pairs(session)


def agenda(house: House, dossier: Dossier, now: datetime) -> Shape:
    """Show the agenda of the next meeting as it stands in its document, or as it would be now."""
    meeting = dossier.next(now)
    if meeting is None:
        return {"url": None, "markdown": "", "prep": ""}
    seen = read(house, dossier)
    return {
        "url": views.agenda_link(dossier, meeting),
        "markdown": _standing(seen, meeting) or house.pen.section(seen, meeting),
        "prep": house.pen.prep(seen, meeting, now),
    }


def everything(house: House, now: datetime) -> Shape:
    """Show all that is known, for export."""
    memory, found = last_known(house, now)
    with house.store.read() as session:
        kept = inventory.tables(session)
    return {
        "now": views.moment(now),
        **_desk(house, memory, found, now),
        "journal": entries(house),
        "absences": [
            {"person": a.person, **_times(a.span), "source": a.source} for a in memory.absences
        ],
        "excuses": [
            {
                "pair": pair,
                "from": one.first.isoformat(),
                "to": one.last.isoformat(),
                "reason": one.reason,
            }
            for pair, given in memory.excuses.items()
            for one in given
        ],
        "tables": kept,
    }


def _desk(house: House, memory: Memory, found: tuple[Dossier, ...], now: datetime) -> Shape:
    proposals, alerts = _proposals(house, memory, found, now), _alerts(house, memory, found)
    with house.store.read() as session:
        accounts = [
            views.account(
                _present(health.health(session, account.name), account),
                account,
                paused=EVERYBODY in memory.paused,
            )
            for account in house.accounts
        ]
        unfinished = len(journal.open_intents(session)) + len(outbox.unknown(session))
    waiting = {
        "proposals": sum(shape["state"] == "open" for shape in proposals),
        "alerts": sum(shape["open"] for shape in alerts),
        "intents": unfinished,
    }
    zone = house.accounts[0].policy.zone
    return {
        "status": {
            "now": views.moment(now, zone),
            "accounts": accounts,
            "open": waiting,
            "held_back": [
                views.held_back(one, zone) for one in heldback.waiting(house, memory, found, now)
            ],
            "undelivered": [
                views.undelivered(one, zone) for one in heldback.undelivered(house, now)
            ],
        },
        "pairs": [views.pair(dossier, now) for dossier in found],
        "proposals": proposals,
        "alerts": alerts,
    }


def _present(known: health.Health, account: Account) -> health.Health:
    """Return the health with the trouble that wiring itself met, e.g. no sign-in."""
    if account.trouble is None:
        return known
    return health.Health(
        known.name, health.Condition.SIGN_IN, account.trouble.what, known.last_tick
    )


def _answers(series: Series, wanted: str) -> bool:
    if wanted in {series.uid.lower(), series.handle.lower(), series.organizer}:
        return True
    people = (attendee.address for attendee in series.attendees or ())
    return wanted in people or (not series.private and wanted in series.title.lower())


def _proposals(
    house: House, memory: Memory, found: tuple[Dossier, ...], now: datetime
) -> list[Shape]:
    pairs = {dossier.pair.id: dossier for dossier in found}
    standing = (
        settled(pairs[one.pair], one, now)
        if one.pair in pairs and one.state is ProposalState.OPEN
        else one
        for one in memory.proposals
    )
    return [proposal(house, one) for one in standing]


def _alerts(house: House, memory: Memory, found: tuple[Dossier, ...]) -> list[Shape]:
    pairs = {dossier.pair.id: dossier for dossier in found}
    zone = house.accounts[0].policy.zone
    return [views.alert(one, pairs.get(one.pair), zone) for one in memory.alerts]


def _standing(dossier: Dossier, meeting: Meeting) -> str | None:
    wanted = (meeting.series, meeting.recurrence_id)
    marks = {s.mark for s in dossier.shelf.sections if (s.series, s.recurrence_id) == wanted}
    sections = dossier.sight.sections or ()
    return next((markdown.render(s) for s in sections if s.mark in marks), None)


def _times(span: Span) -> Shape:
    return {"start": views.moment(span.start), "end": views.moment(span.end)}
