"""The shapes of CONTRACT 4: what the commands and the page show, as JSON values.

Times are RFC 3339 with offset, unknown is None and never left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from connectors.errors import NotPermitted, Withheld
from connectors.model import Series, Span
from daemon.core.alerting import lasting
from daemon.core.dossier import Dossier
from daemon.core.keys import entry_id
from daemon.core.outcomes import rate
from daemon.core.pairing import judge, pair_id
from daemon.core.preparing import named_documents
from daemon.core.whereabouts import Clock
from daemon.core.words import (
    Decision,
    Fallback,
    Kind,
    Meeting,
    Option,
    Outcome,
    Proposal,
    ProposalState,
    Raised,
    Written,
)
from daemon.health import Condition, Health
from daemon.heldback import HeldBack
from daemon.house import Account, Failure
from daemon.journal import Intent
from daemon.outbox import Waiting
from daemon.perform import ON_DOCUMENTS, undoable

Shape: TypeAlias = dict[str, Any]

_OF_AGENDAS = ON_DOCUMENTS | {Kind.ATTACH_AGENDA}


def moment(when: datetime | None, zone: str | None = None) -> str | None:
    """Write a moment, in a zone where one is given."""
    if when is None:
        return None
    return (when.astimezone(ZoneInfo(zone)) if zone else when).isoformat()


def pair(dossier: Dossier, now: datetime, since: datetime | None = None) -> Shape:
    """Show a pair with its series, next meeting, streak, rate and outcomes (all, or `since`)."""
    missed, of = rate(dossier.outcomes, now)
    upcoming = dossier.next(now)
    return {
        "id": dossier.pair.id,
        "account": dossier.account,
        "with": who(dossier),
        "role": dossier.pair.role,
        "series": [_series(series) for series in _distinct(dossier)],
        "next": _next(dossier, upcoming) if upcoming else None,
        "streak": dossier.streak.count,
        "rate": {"missed": missed, "of": of},
        "outcomes": [
            _outcome(one) for one in dossier.outcomes if since is None or one.span.start >= since
        ],
    }


def who(dossier: Dossier) -> Shape:
    """Show the other person of a pair."""
    partner = dossier.pair.partner
    return {"address": partner.address, "name": partner.name or None}


def decision(decided: Decision) -> Shape:
    """Show what should be, or was, done."""
    return {
        "key": decided.key,
        "kind": decided.kind,
        "pair": decided.pair,
        "occurrence": _beside(decided.occurrence, decided.times),
        "because": decided.because,
        "mails": list(decided.mails),
        "before": decided.before,
        "after": decided.after,
    }


def proposal(proposed: Proposal, url: str | None = None) -> Shape:
    """Show a proposal with its options and its end; a booking taken back is none."""
    booked = proposed.booked if proposed.state is ProposalState.BOOKED else None
    return {
        "id": proposed.id,
        "pair": proposed.pair,
        "lost": {
            "recurrence_id": _beside(proposed.recurrence_id, proposed.lost),
            **_times(proposed.lost),
        },
        "state": proposed.state,
        "options": [_option(option) for option in proposed.options],
        "fallback": _fallback(proposed.fallback) if proposed.fallback else None,
        "booked": _option(booked) if booked else None,
        "negotiable": proposed.negotiable,
        "countered": _option(proposed.countered) if proposed.countered else None,
        "together": list(proposed.together),
        "url": url,
    }


def in_writing(shape: Shape) -> bool:
    """Whether a proposal was settled by questions in the document: no option, no other week."""
    booked, way_out = shape["booked"], shape["fallback"]
    return bool(booked) and not booked["n"] and booked["start"] != (way_out and way_out["start"])


def alert(raised: Raised, dossier: Dossier | None, zone: str) -> Shape:
    """Show an alert; it is open while its streak lasts."""
    return {
        "id": raised.id,
        "pair": raised.pair,
        "level": raised.level,
        "streak": raised.streak,
        "first_missed": _first_missed(raised, dossier) or moment(raised.first_missed, zone),
        "text": raised.text,
        "at": moment(raised.at, zone),
        "open": dossier is not None and lasting(raised, dossier.streak),
    }


def entry(intent: Intent, zone: str) -> Shape:
    """Show one write of the journal, with what was there before and what is there after it."""
    decided, receipt = intent.decision, intent.receipt
    return {
        "id": entry_id(decided.key),
        "at": moment(intent.at, zone),
        "key": decided.key,
        "kind": decided.kind,
        "target": (receipt.handle if receipt else None) or decided.series,
        "because": decided.because,
        "before": (receipt.before if receipt and receipt.before else decided.before),
        "after": (receipt.after if receipt and receipt.after else decided.after),
        "state": intent.state,
        "undoable": undoable(intent),
    }


def account(known: Health, wired: Account, *, paused: bool) -> Shape:
    """Show how an account is."""
    state = Condition.PAUSED if paused and known.state is Condition.OK else known.state
    return {
        "name": wired.name,
        "provider": wired.provider,
        "email": wired.address,
        "state": state,
        "last_tick": moment(known.last_tick, wired.policy.zone),
        "problem": known.problem or None,
    }


def held_back(one: HeldBack, zone: str) -> Shape:
    """Show what waits, for whom, why, and until when."""
    return {
        "kind": one.kind,
        "pair": one.pair,
        "to": list(one.to),
        "why": one.why,
        "because": one.because,
        "since": moment(one.since, zone),
        "goes": moment(one.goes, zone),
    }


def undelivered(letter: Waiting, zone: str) -> Shape:
    """Show a letter that did not go out; its key begins with what it is."""
    return {
        "kind": letter.letter.key.partition(":")[0],
        "pair": letter.pair or None,
        "to": letter.letter.to or "chat",
        "because": letter.problem,
        "at": moment(letter.at, zone),
    }


def failure(failed: Failure) -> Shape:
    """Show what went wrong in a tick."""
    return {
        "account": failed.account,
        "decision": decision(failed.decision) if failed.decision else None,
        "error": failed.error.what,
        "remedy": _remedy(failed),
    }


def _remedy(failed: Failure) -> str:
    """Return what to do; an agenda that was refused for good waits for the owner's word."""
    decision, remedy = failed.decision, failed.error.remedy
    closed = isinstance(failed.error, NotPermitted) and not isinstance(failed.error, Withheld)
    if decision and decision.kind in _OF_AGENDAS and closed:
        return "; then ".join(filter(None, [remedy, f"`visavis agenda {decision.pair} --again`"]))
    return remedy


def explanation(series: Series, wired: Account, clocks: Mapping[str, Clock]) -> Shape:
    """Show why a series is, or is not, a one-on-one; `clocks` are of the pairs, by their ids."""
    judgement = judge(series, wired.owner)
    partner = judgement.partner if judgement.is_one_on_one else None
    clock = clocks.get(pair_id(wired.owner.address, partner.address)) if partner else None
    return {
        "series": series.uid,
        "title": None if series.private else series.title,
        "is_one_on_one": judgement.is_one_on_one,
        "because": [*judgement.because, *([_clock(clock)] if clock else [])],
    }


def agenda_link(dossier: Dossier, meeting: Meeting) -> str | None:
    """Return the link that opens the agenda of a meeting, if there is one."""
    written = _written(dossier.shelf.sections, meeting)
    if written is not None and written.url:
        return written.url
    document = dossier.shelf.document
    foreign = (url for url in named_documents(dossier) if url not in dossier.made)
    return document.url if document else next(foreign, None)


def _clock(clock: Clock) -> str:
    unless = "" if clock.told else ", unless their calendar says otherwise"
    return f"the other works on the clock of {clock.zone}, {clock.because}{unless}"


def _beside(when: datetime | None, times: Span | None) -> str | None:
    """Write the identity of a meeting in the zone of its times."""
    return moment(when.astimezone(times.start.tzinfo) if when and times else when)


def _first_missed(raised: Raised, dossier: Dossier | None) -> str | None:
    """Write the first miss of a streak on the clock of its series, where that is still known."""
    found = (o.recurrence_id for o in dossier.outcomes) if dossier else ()
    return moment(next((one for one in found if one == raised.first_missed), None))


def _written(sections: Iterable[Written], meeting: Meeting) -> Written | None:
    wanted = (meeting.series, meeting.recurrence_id)
    return next((s for s in sections if (s.series, s.recurrence_id) == wanted), None)


def _distinct(dossier: Dossier) -> Sequence[Series]:
    """Return each series once, as the organizer's side sees it; one declined for good is over."""
    copies = (dossier.held(uid) for uid in dict.fromkeys(h.series.uid for h in dossier.series))
    found = (held.series for held in copies if held is not None)
    return tuple(one for one in found if not judge(one, dossier.pair.owner).ended)


def _series(series: Series) -> Shape:
    return {
        "id": series.uid,
        "title": None if series.private else series.title,
        "rule": series.rule,
        "organizer": series.organizer,
    }


def _next(dossier: Dossier, meeting: Meeting) -> Shape:
    return {
        "recurrence_id": moment(meeting.recurrence_id),
        **_times(meeting.span),
        "agenda_url": agenda_link(dossier, meeting),
    }


def _outcome(outcome: Outcome) -> Shape:
    return {
        "series": outcome.series,
        "recurrence_id": moment(outcome.recurrence_id),
        **_times(outcome.span),
        "outcome": outcome.verdict,
        "because": outcome.because,
    }


def _option(option: Option) -> Shape:
    return {"n": option.n, **_times(option.span), "because": option.because}


def _fallback(fallback: Fallback) -> Shape:
    times = _times(fallback.span) if fallback.span else {"start": None, "end": None}
    return {"kind": fallback.kind, **times, "because": fallback.because}


def _times(span: Span) -> Shape:
    return {"start": moment(span.start), "end": moment(span.end)}
