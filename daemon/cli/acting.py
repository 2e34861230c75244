"""Commands that look first, and then may act: plan, apply, tick, accept, decline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config, Json, acting, opened
from daemon.cli.output import complain, note, say, show_json, working

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from daemon.answering import Refused
    from daemon.core.words import Proposal
    from daemon.house import House
    from daemon.tick import Foreseen, Turn
    from daemon.views import Shape


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (plan, apply, tick, accept, decline):
        app.command()(command)


def plan(config: Config = None, *, json: Json = False) -> int:
    """Show what the next tick would write.

    Nothing is changed, here or anywhere. Exit 1 where an account cannot be looked at.
    """
    from daemon import views
    from daemon.cli.people import names
    from daemon.core.decide import plan_hash
    from daemon.tick import foresee

    with opened(config, asks=True) as at, working("looking"):
        foreseen = foresee(at.house, at.now)
    for failure in foreseen.failures:
        complain(f"{failure.account}: {failure.error.what}", failure.error.remedy)
    shape = {
        "hash": plan_hash(foreseen.decisions),
        "decisions": [views.decision(decision) for decision in foreseen.decisions],
    }
    if json:
        show_json(shape)
    else:
        show_plan(shape, names(foreseen.dossiers))
    return TROUBLE if foreseen.failures else DONE


def apply(
    plan_hash: Annotated[str, typer.Option("--plan", metavar="HASH", help="From `visavis plan`.")],
    config: Config = None,
    *,
    json: Json = False,
) -> int:
    """Do exactly what a plan said, or say that the world moved on."""
    from daemon.tick import Turn, carry_out, foresee

    with acting(config, "apply") as at:
        with working("looking"):
            foreseen = foresee(at.house, at.now)
        if refusal := _refusal(foreseen, plan_hash):
            complain(*refusal)
            if json:
                show_json(_shape(at.house, Turn(foreseen, (), foreseen.failures)))
            return TROUBLE
        with working("writing"):
            turn = carry_out(at.house, foreseen, at.now)
        return _report(at.house, turn, json=json)


def _refusal(foreseen: Foreseen, wanted: str) -> tuple[str, str] | None:
    """Return why that plan cannot be carried out as a whole, and what to do; None where it can."""
    from daemon.core.decide import plan_hash

    if plan_hash(foreseen.decisions) != wanted:
        return "the world moved on since that plan", "`visavis plan` shows the present one"
    silent = {dossier.pair.id for dossier in foreseen.dossiers if not dossier.policy.write}
    if any(decision.pair in silent for decision in foreseen.decisions):
        return "the settings say `write = false`", "set `write = true`"
    return None


def tick(config: Config = None, *, json: Json = False) -> int:
    """Take one whole turn: look, decide, write down, act."""
    from daemon.tick import tick as turn

    with acting(config, "tick") as at:
        with working("looking and writing"):
            taken = turn(at.house, at.now)
        return _report(at.house, taken, json=json)


def accept(
    proposal: Annotated[str, typer.Argument(metavar="ID", help="From `visavis proposals`.")],
    option: Annotated[int, typer.Option(metavar="N", help="Which of the times.")] = 1,
    config: Config = None,
    *,
    fallback: Annotated[
        bool, typer.Option("--fallback", help="Take what stands after `else` there.")
    ] = False,
    counter: Annotated[
        bool,
        typer.Option("--counter", help="As a guest, ask the organizer to move it there instead."),
    ] = False,
    written: Annotated[
        bool, typer.Option("--written", help="Meet in writing instead, in the document.")
    ] = False,
    json: Json = False,
) -> int:
    """Book one of the times of a proposal."""
    from daemon import answering, queries, views

    answer = _answer(option, fallback=fallback, counter=counter, written=written)
    with acting(config, "accept") as at:
        _must_know(at.house, proposal)
        try:
            with working("looking and booking"):
                answered = answer(at.house, proposal, at.now)
        except answering.Refused as refused:
            return _refused(at.house, refused, json=json)
        shape = queries.proposal(at.house, answered)
    if json:
        show_json(shape)
    elif views.in_writing(shape):
        say("the questions are in the document; answered by both, the meeting was held")
    else:
        _say_when(answered)
    return DONE


def _answer(
    n: int, *, fallback: bool, counter: bool, written: bool
) -> Callable[[House, str, datetime], Proposal]:
    """Return what carries out the one answer that was given."""
    from functools import partial

    from daemon import answering

    if fallback + counter + written > 1:
        raise typer.BadParameter("--fallback, --counter and --written are three answers: give one")
    if written:
        return answering.write
    if counter:
        return partial(answering.counter, n=n)
    return partial(answering.accept, n=n, fallback=fallback)


def _say_when(answered: Proposal) -> None:
    """Say the time that was booked, or that the organizer was asked for."""
    for done, option in (("booked", answered.booked), ("asked for", answered.countered)):
        if option is not None:
            say(f"{done}: {option.span.start:%A %d %B, %H:%M}")
            return


def decline(
    proposal: Annotated[str, typer.Argument(metavar="ID", help="From `visavis proposals`.")],
    config: Config = None,
    *,
    json: Json = False,
) -> int:
    """Close a proposal without another time."""
    from daemon import answering, queries

    with acting(config, "decline") as at:
        _must_know(at.house, proposal)
        try:
            declined = answering.decline(at.house, proposal, at.now)
        except answering.Refused as refused:
            return _refused(at.house, refused, json=json)
        shape = queries.proposal(at.house, declined)
    if json:
        show_json(shape)
    else:
        note(f"proposal {proposal} is closed")
    return DONE


def _refused(house: House, refused: Refused, *, json: bool) -> int:
    """Say why an answer was not taken, and with `--json` how the proposal stands."""
    from daemon import queries

    complain(refused.what, refused.remedy)
    if json and refused.proposal is not None:
        show_json(queries.proposal(house, refused.proposal))
    return TROUBLE


def _must_know(house: House, proposal: str) -> None:
    from daemon import ledger

    with house.store.read() as session:
        if ledger.proposal(session, proposal) is None:
            raise typer.BadParameter(f"no proposal {proposal!r}; `visavis proposals` lists them")


def _report(house: House, turn: Turn, *, json: bool) -> int:
    from daemon.cli.people import names

    shape = _shape(house, turn)
    if json:
        show_json(shape)
    else:
        _turn(shape, names(turn.foreseen.dossiers))
    return TROUBLE if turn.failed else DONE


def _shape(house: House, turn: Turn) -> Shape:
    from daemon import mirror, views

    with house.store.read() as session:
        series, occurrences = mirror.size(session)
    return {
        "looked": {
            "accounts": len(turn.foreseen.looks),
            "series": series,
            "occurrences": occurrences,
        },
        "done": [views.decision(decision) for decision in turn.done],
        "failed": [views.failure(failure) for failure in turn.failed],
    }


def _turn(shape: Shape, names: Mapping[str, str]) -> None:
    from daemon.phrases import count

    looked = shape["looked"]
    say(f"looked at {count(looked['accounts'], 'account')}, {looked['series']} series")
    for decision in shape["done"]:
        say(f"  {_about(decision, names)}: {decision['because']}")
    for failure in shape["failed"]:
        complain(f"{failure['account']}: {failure['error']}", failure["remedy"])


def show_plan(shape: Shape, names: Mapping[str, str]) -> None:
    """Show every write with its reason and its mails, and the command that does exactly that.

    `names` are those of the other people, by the ids of the pairs.
    """
    for decision in shape["decisions"]:
        mails = f" (mails {', '.join(decision['mails'])})" if decision["mails"] else ""
        say(f"{_about(decision, names)}: {decision['because']}{mails}")
    if shape["decisions"]:
        note(f"`visavis apply --plan {shape['hash']}` does exactly this")
    else:
        note("nothing to write")


def _about(decision: Shape, names: Mapping[str, str]) -> str:
    """Say what is written for whom, and for which meeting."""
    from datetime import datetime

    meeting = decision["occurrence"]
    day = f"{datetime.fromisoformat(meeting):%a %d %b}" if meeting else ""
    told = ", ".join(filter(None, [names.get(decision["pair"], ""), day]))
    return f"{decision['kind']} ({told})" if told else str(decision["kind"])
