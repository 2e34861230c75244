"""Commands by which the owner steers: excuses, pauses, the brake, undo."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import DONE, TROUBLE
from daemon.cli.options import Config, Json, With, acting
from daemon.cli.output import complain, note, say, show_json

if TYPE_CHECKING:
    from daemon.core.dossier import Dossier
    from daemon.house import House
    from daemon.journal import Intent

MaybeWith = Annotated[
    str | None, typer.Argument(metavar="WITH", help="Address, pair id, or part of a name.")
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (excuse, pause, resume, undo):
        app.command()(command)


def excuse(
    who: With,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, inclusive.")],
    last: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, inclusive.")],
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why; shown beside the meetings.")],
    config: Config = None,
    *,
    json: Json = False,
) -> None:
    """Let misses in these days not count."""
    from daemon import steering

    days = _day(first, "--from"), _day(last, "--to")
    if days[0] > days[1]:
        raise typer.BadParameter(f"--to {last} lies before --from {first}")
    with acting(config, "excuse") as at:
        steering.excuse(at.house, _pair(at.house, who, at.now), *days, reason)
    _done(f"misses from {first} to {last} do not count: {reason}", json=json)


def pause(
    who: MaybeWith = None,
    length: Annotated[
        str | None, typer.Option("--for", metavar="2w", help="How long; without it, until resume.")
    ] = None,
    config: Config = None,
    *,
    json: Json = False,
) -> None:
    """Stop all writing and telling, for one pair or for everybody."""
    from daemon import steering
    from daemon.ledger import EVERYBODY

    span = _length(length) if length else None
    with acting(config, "pause") as at:
        scope = _pair(at.house, who, at.now).pair.id if who else EVERYBODY
        steering.pause(at.house, scope, at.now + span if span else None)
    _done(f"paused {'with ' + who if who else 'everything'}; looking goes on", json=json)


def resume(
    who: MaybeWith = None,
    brake: Annotated[
        str | None, typer.Option(metavar="NAME", help="Believe this account's next look.")
    ] = None,
    config: Config = None,
    *,
    json: Json = False,
) -> None:
    """Start writing and telling again.

    With `--brake`, believe that the series of an account which vanished are gone.
    """
    from daemon import steering
    from daemon.ledger import EVERYBODY

    with acting(config, "resume") as at:
        if brake is not None:
            names = [account.name for account in at.house.accounts]
            if brake not in names:
                raise typer.BadParameter(f"no account {brake!r}; there is {', '.join(names)}")
            steering.release_brake(at.house, brake)
        else:
            scope = _pair(at.house, who, at.now).pair.id if who else EVERYBODY
            steering.resume(at.house, scope)
    _done("resumed", json=json)


def undo(
    ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID", help="From `visavis journal`.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="WHEN", help="A moment (RFC 3339), or like 2h, 3d.")
    ] = None,
    config: Config = None,
    *,
    json: Json = False,
) -> int:
    """Take writes back.

    Refuses those where the world changed since, with exit 1.
    """
    from daemon import queries, steering
    from daemon.core.keys import entry_id

    if bool(ids) == bool(since):
        raise typer.BadParameter("give either the ids of writes (`visavis journal`), or --since")
    with acting(config, "undo") as at:
        intents = _meant(at.house, ids or (), since, at.now)
        result = steering.undo(at.house, intents, at.now)
        fresh, _ = steering.find(at.house, [one.decision.key for one in intents])
        shapes = [queries.entry(at.house, one) for one in fresh]
    for intent, error in result.refused:
        complain(f"{entry_id(intent.decision.key)} stays: {error.what}", error.remedy)
    if json:
        show_json(shapes)
    for one in () if json else result.intents:
        say(f"taken back: {entry_id(one.decision.key)}  {one.decision.kind}")
    return TROUBLE if result.refused else DONE


def _meant(
    house: House, ids: list[str] | tuple[str, ...], since: str | None, now: datetime
) -> tuple[Intent, ...]:
    from daemon import steering

    if since is not None:
        return steering.since(house, _moment(since, house, now))
    intents, unknown = steering.find(house, ids)
    if unknown:
        names = ", ".join(unknown)
        raise typer.BadParameter(f"no write {names}; `visavis journal` lists them")
    return intents


def _pair(house: House, who: str, now: datetime) -> Dossier:
    from daemon.cli.people import the_pair
    from daemon.desk import last_known

    return the_pair(last_known(house, now)[1], who)


def _day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option} {text!r} is no date; write 2026-03-02") from error


def _length(text: str) -> timedelta:
    from config.fields import parse_duration

    try:
        return parse_duration(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no length of time; write 2w, 3d or 12h") from error


def _moment(text: str, house: House, now: datetime) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now - _length(text)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=ZoneInfo(house.accounts[0].policy.zone))
    return moment


def _done(what: str, *, json: bool) -> None:
    if json:
        show_json({})
    else:
        note(what)
