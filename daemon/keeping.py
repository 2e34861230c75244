"""What is remembered when a decision is carried out: in the same transaction as its receipt.

Proposals, alerts and advice are nothing but this: rows of our own, and letters to the owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from connectors.model import Handle, Key, Letter, Link, Mark, Receipt, Span, Url, Version
from daemon import journal, ledger, outbox, shelf
from daemon.core.pen import LINK_TO_COME, Words
from daemon.core.proposing import as_proposal
from daemon.core.words import Decision, Kind, Level, Option, ProposalState, Raised, Shelf, Written
from daemon.house import MAIL, Account, House
from daemon.store import Session

NOTHING = Receipt(Handle(""), Version(""), wrote=False)
"""The receipt of a decision that writes nothing remote."""


def remember(
    session: Session, house: House, decision: Decision, receipt: Receipt, now: datetime
) -> None:
    """Write down what a finished decision means for pair, shelf, proposals and letters."""
    match decision.kind:
        case Kind.CREATE_AGENDA:
            shelf.put(session, decision.pair, decision.account, _link(receipt))
        case Kind.WRITE_SECTION:
            shelf.put_section(session, decision.pair, _written(decision, receipt))
            _chosen(session, decision, now)
        case Kind.BOOK:
            _booked(session, house, decision, receipt, now)
        case Kind.COUNTER:
            _countered(session, decision, now)
        case Kind.PROPOSE:
            ledger.keep_proposal(session, as_proposal(decision), now)
            _tell(session, house, decision, now, about=str(decision.after["id"]))
        case Kind.ALERT:
            _alert(session, house, decision, now)
        case Kind.ADVISE:
            _note(session, _linked(session, decision), now)
        case Kind.RECAP:
            _recapped(session, house, decision, now)
        case Kind.SHARE_AGENDA | Kind.ATTACH_AGENDA | Kind.ADD_TASK:
            pass


def forget(session: Session, decision: Decision) -> None:
    """Write down what it means that a finished decision was taken back."""
    match decision.kind:
        case Kind.CREATE_AGENDA:
            shelf.clear(session, decision.pair)
        case Kind.WRITE_SECTION:
            shelf.take_section(session, decision.pair, Mark(str(decision.after["mark"])))
            _dropped(session, decision)
        case Kind.BOOK:
            _dropped(session, decision)
        case _:
            pass


def give_up(
    session: Session, house: House, decision: Decision, document: Link, now: datetime
) -> None:
    """Leave word for the owner that a section was never written, with what it would have said."""
    wish = decision.after
    words = house.pen.locked(document, str(wish["heading"]), str(wish["markdown"]))
    said = {"subject": words.subject, "text": words.text}
    _note(session, replace(decision, after=said), now)


def texts(decision: Decision, name: str) -> Iterator[str]:
    """Yield the texts of one list in what a decision wishes."""
    value = decision.after.get(name)
    return (str(text) for text in value) if isinstance(value, list | tuple) else iter(())


def _linked(session: Session, decision: Decision) -> Decision:
    """Return the decision with the link of a document that this very turn has made."""
    document = shelf.shelves(session).get(decision.pair, Shelf()).document
    text = str(decision.after["text"])
    if document is None or LINK_TO_COME not in text:
        return decision
    told = {**decision.after, "text": text.replace(LINK_TO_COME, document.url)}
    return replace(decision, after=told)


def _link(receipt: Receipt) -> Link:
    after = receipt.after
    return Link(Url(str(after["created"])), str(after["title"]), receipt.handle)


def _written(decision: Decision, receipt: Receipt) -> Written:
    wish, starts = decision.after, decision.times
    if starts is None or decision.occurrence is None:
        raise ValueError("a section belongs to a meeting")
    return Written(
        Mark(str(wish["mark"])),
        str(wish["series"]),
        decision.occurrence,
        starts.start,
        int(str(wish["revision"])),
        Url(str(receipt.after["link"])) if receipt.after.get("link") else None,
    )


def _booked(
    session: Session, house: House, decision: Decision, receipt: Receipt, now: datetime
) -> None:
    wish = decision.after
    _chosen(session, decision, now)
    request = str(receipt.after.get("request") or "")
    if request:
        _to_others(session, house, decision, now, request.encode())
    if isinstance(told := wish.get("told"), Mapping):
        _note(session, replace(decision, after=told), now)


def _chosen(session: Session, decision: Decision, now: datetime) -> None:
    """Give a proposal the time that was chosen; questions that no proposal led to have none."""
    proposal = ledger.proposal(session, str(decision.after.get("proposal", "")))
    if proposal is not None:
        unseen = decision.kind is Kind.BOOK
        booked = replace(
            proposal, state=ProposalState.BOOKED, booked=_option(decision), unseen=unseen
        )
        ledger.keep_proposal(session, booked, now)


def _countered(session: Session, decision: Decision, now: datetime) -> None:
    """Note on a proposal what the organizer was asked for; it is booked when they move it."""
    proposal = ledger.proposal(session, str(decision.after["proposal"]))
    if proposal is not None:
        asked = replace(proposal, countered=_option(decision))
        ledger.keep_proposal(session, asked, now)


def _option(decision: Decision) -> Option:
    """Return the time that a decision says was chosen."""
    wish = decision.after
    span = Span(*(datetime.fromisoformat(str(wish[name])) for name in ("start", "end")))
    return Option(int(str(wish["n"])), span, decision.because)


def _dropped(session: Session, decision: Decision) -> None:
    """Close the proposal whose time was taken back."""
    if name := str(decision.after.get("proposal", "")):
        ledger.close_proposal(session, name, ProposalState.DECLINED)


def _to_others(
    session: Session, house: House, decision: Decision, now: datetime, calendar: bytes = b""
) -> None:
    """Write a letter to each person whom the decision said it would mail."""
    for address in decision.mails if MAIL in house.channels else ():
        letter = Letter(
            Key(f"{decision.key}>{address}"),
            address,
            str(decision.after["subject"]),
            str(decision.after["text"]),
            thread=f"{decision.kind}:{decision.pair}",
            calendar=calendar,
        )
        outbox.post(session, letter, MAIL, now, account=decision.account, pair=decision.pair)


def _recapped(session: Session, house: House, decision: Decision, now: datetime) -> None:
    if not decision.after["silent"]:
        _note(session, decision, now)
    _to_others(session, house, decision, now)


def _alert(session: Session, house: House, decision: Decision, now: datetime) -> None:
    wish = decision.after
    raised = Raised(
        str(wish["id"]),
        decision.pair,
        Level(str(wish["level"])),
        int(str(wish["streak"])),
        datetime.fromisoformat(str(wish["first_missed"])),
        str(wish["text"]),
        now,
    )
    ledger.raise_alert(session, raised)
    if raised.level is Level.ALERT:
        _tell(session, house, decision, now, about=raised.id)
    else:
        _note(session, decision, now, about=raised.id)


def tell(
    session: Session,
    house: House,
    account: Account,
    name: Key,
    words: Words,
    *,
    now: datetime,
    about: str,
    pair: str = "",
) -> None:
    """Write one letter for each channel of the owner: mail to the account, every chat target."""
    thread = f"{name.partition(':')[0]}:{pair or account.name}"
    for channel in house.channels:
        to = account.address if channel == MAIL else ""
        letter = Letter(Key(f"{name}>{channel}"), to, words.subject, words.text, thread=thread)
        outbox.post(session, letter, channel, now, account=account.name, pair=pair, about=about)


def _tell(session: Session, house: House, decision: Decision, now: datetime, *, about: str) -> None:
    wish, account = decision.after, house.account(decision.account)
    words = Words(str(wish["subject"]), str(wish["text"]))
    tell(session, house, account, decision.key, words, now=now, about=about, pair=decision.pair)


def _note(session: Session, decision: Decision, now: datetime, *, about: str = "") -> None:
    """Leave a note for the digest; where something was removed, close its key for ever."""
    wish = decision.after
    letter = Letter(decision.key, "", str(wish["subject"]), str(wish["text"]))
    outbox.post(
        session,
        letter,
        outbox.DIGEST,
        now,
        account=decision.account,
        pair=decision.pair,
        about=about,
    )
    if closes := str(wish.get("closes") or ""):
        journal.close(session, Key(closes), decision.because, now)
        if closes.startswith(Kind.CREATE_AGENDA):
            shelf.clear(session, decision.pair)
