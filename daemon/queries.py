"""What can be asked of the house: each answer is one function, for the terminal and the page.

All but `agenda` and `checked` use the last look and make no request.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from connectors import markdown
from connectors.errors import ConnectorError, SignInRequired
from connectors.model import Key, Span
from daemon import health, inventory, journal, views
from daemon.core.dossier import Dossier
from daemon.core.words import Meeting, Proposal
from daemon.desk import Desk
from daemon.gather import read
from daemon.house import Account, House
from daemon.journal import Intent
from daemon.views import Shape


def status(house: House, now: datetime) -> Shape:
    """Show accounts and what is open."""
    shown: Shape = Desk(house, now).status
    return shown


def next_looks(house: House) -> Mapping[str, datetime | None]:
    """Tell when the daemon looks at each account next, in its zone; None: as soon as possible."""
    with house.store.read() as session:
        due = {one: health.health(session, one.name).next_due for one in house.accounts}
    return {
        one.name: when and when.astimezone(ZoneInfo(one.policy.zone)) for one, when in due.items()
    }


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
    return Desk(house, now).pairs()


def explain(house: House, text: str, now: datetime) -> list[Shape]:
    """Say of each series that answers to a title, an address or an id why it is one, or not."""
    return Desk(house, now).explain(text)


def proposals(house: House, now: datetime) -> list[Shape]:
    """Show every proposal, open and closed, as it stands at this moment."""
    return [proposal(house, one) for one in Desk(house, now).standing]


def alerts(house: House, now: datetime) -> list[Shape]:
    """Show every alert and note."""
    return Desk(house, now).alerts()


def proposal(house: House, one: Proposal) -> Shape:
    """Show a proposal, with the link that answers it where there is a public address."""
    return views.proposal(one, house.links.answer(one) if house.links else None)


def entries(house: House) -> list[Shape]:
    """Show every write."""
    with house.store.read() as session:
        written = journal.entries(session)
    return [entry(house, one) for one in written]


def latest(house: House, first: int, number: int) -> tuple[Intent, ...]:
    """Return so many writes, newest first, after the `first` newest ones."""
    with house.store.read() as session:
        return journal.latest(session, first, number)


def entry(house: House, one: Intent) -> Shape:
    """Show a write, on the clock of its account."""
    zones = {account.name: account.policy.zone for account in house.accounts}
    return views.entry(one, zones.get(one.decision.account, "UTC"))


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
    desk = Desk(house, now)
    memory = desk.memory
    with house.store.read() as session:
        kept = inventory.tables(session)
    return {
        "now": views.moment(now),
        "status": desk.status,
        "pairs": desk.pairs(),
        "proposals": [proposal(house, one) for one in desk.standing],
        "alerts": desk.alerts(),
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


def _standing(dossier: Dossier, meeting: Meeting) -> str | None:
    wanted = (meeting.series, meeting.recurrence_id)
    marks = {s.mark for s in dossier.shelf.sections if (s.series, s.recurrence_id) == wanted}
    sections = dossier.sight.sections or ()
    return next((markdown.render(s) for s in sections if s.mark in marks), None)


def _times(span: Span) -> Shape:
    return {"start": views.moment(span.start), "end": views.moment(span.end)}
