"""Commands that only ask: they use the last look and the present clock, and make no request."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from daemon.cli import TROUBLE
from daemon.cli.options import Config, Json, With, acting, opened
from daemon.cli.output import note, say, short, show_json, sign, table, working

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from daemon.views import Shape

MARKS = {
    "held": "●",
    "moved": "◐",
    "rescued": "◆",
    "missed": "✗",
    "excused": "~",
    "upcoming": "○",
}
"""One mark an outcome, told apart without colour."""
COLOURS = {
    "held": "green",
    "moved": "green",
    "rescued": "green",
    "missed": "bold red",
    "excused": "yellow",
    "upcoming": "dim",
}
"""How a mark looks where there is colour, which says nothing that the mark does not."""
NONE, NOW = "·", "|"
PLAIN = str.maketrans("●◐◆✗○·", "#>+xo.")
"""The same marks where a terminal has nothing but ASCII."""
LAST, NEXT = 8, 3
"""So many of the last meetings stand before the present moment, and so many after it."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    for command in (status, pairs, explain, proposals, alerts, journal, agenda, export):
        app.command()(command)


def status(
    config: Config = None,
    *,
    json: Json = False,
    check: Annotated[bool, typer.Option("--check", help="Ask every account now.")] = False,
) -> int:
    """Show accounts, problems, and what needs you.

    Tells of the last look; `--check` asks every account now. Exit 1 while one has a problem.
    """
    from daemon import endings, queries
    from daemon.locks import holder

    with opened(config) as at:
        shape = queries.status(at.house, at.now)
        if check:
            with working("asking every account"):
                shape["accounts"] = queries.checked(at.house, at.now, shape["accounts"])
        daemon = holder(at.house.home / "run.lock") if at.house.home.exists() else None
        looks = queries.next_looks(at.house) if daemon else {}
        ends = tuple(endings.ahead(at.house.accounts, at.now))
    if json:
        show_json(shape)
    else:
        _status(shape, daemon, looks)
        for ending in ends:
            name, day = ending.account.name, f"{ending.at:%a %d %b}"
            _tell_need(f"{name}: its sign-in ends on {day}; {ending.standing.remedy}")
    return TROUBLE if any(account["problem"] for account in shape["accounts"]) else 0


def pairs(config: Config = None, *, json: Json = False) -> None:
    """Show the one-on-ones found, with their last and next weeks."""
    from daemon import queries

    with opened(config) as at:
        found = queries.pairs(at.house, at.now)
    if json:
        show_json(found)
        return
    table(
        ["with", "role", "next", "streak", "missed", "last and next"],
        (_pair(shape, at.now) for shape in found),
        marks={_drawn(MARKS[outcome]): colour for outcome, colour in COLOURS.items()},
    )
    legend = {**{mark: outcome for outcome, mark in MARKS.items()}, NOW: "now", NONE: "none"}
    say(_drawn("  ".join(f"{mark} {meaning}" for mark, meaning in legend.items())))


def explain(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Title, address or id.")],
    config: Config = None,
    *,
    json: Json = False,
) -> None:
    """Say why a series is, or is not, a one-on-one."""
    from daemon import queries

    with opened(config) as at:
        found = queries.explain(at.house, text, at.now)
    if json:
        show_json(found)
        return
    if not found:
        note(f"no series has {text!r} in its title, people or id; `visavis tick` looks again")
    for one in found:
        verdict = "a one-on-one" if one["is_one_on_one"] else "not a one-on-one"
        say(f"{one['title'] or 'a private series'}: {verdict}")
        for reason in one["because"]:
            say(f"  - {reason}")


def proposals(config: Config = None, *, json: Json = False) -> None:
    """Show other times for lost meetings, open and closed."""
    from daemon import queries
    from daemon.cli.people import names
    from daemon.desk import Desk

    with opened(config) as at:
        desk = Desk(at.house, at.now)
        found = [queries.proposal(at.house, one) for one in desk.standing]
        called = names(desk.dossiers)
    if json:
        show_json(found)
        return
    for one in found:
        whom = called.get(one["pair"], "somebody")
        say(f"{one['id']}  {one['state']}  {whom}, lost: {short(one['lost']['start'])}")
        for line in _ways(one):
            say(f"  {line}")


def _ways(one: Shape) -> Iterator[str]:
    """Tell what became of a lost meeting, or what may, with the commands that answer."""
    from daemon.views import in_writing

    if one["booked"]:
        yield "in writing" if in_writing(one) else f"booked: {short(one['booked']['start'])}"
    if one["state"] != "open":
        return
    for option in one["options"]:
        yield f"{option['n']}. {short(option['start'])}: {option['because']}"
    if way := one["fallback"]:
        yield f"else {short(way['start']) if way['start'] else 'in writing'}: {way['because']}"
    if one["countered"]:
        yield f"the organizer was asked for: {short(one['countered']['start'])}"
    answers = [f"--option N{' [--counter]' if one['negotiable'] else ''}"] * bool(one["options"])
    answers += ["--fallback"] * bool(way)
    accept = [f"visavis accept {one['id']} {answer}" for answer in answers]
    yield " | ".join([*accept, f"visavis decline {one['id']}"])


def alerts(config: Config = None, *, json: Json = False) -> None:
    """Show repeated misses, all of them."""
    from daemon import queries

    with opened(config) as at:
        found = queries.alerts(at.house, at.now)
    if json:
        show_json(found)
        return
    for one in found:
        say(f"{short(one['at'])}  {one['level']}  {'open' if one['open'] else 'over'}")
        say(one["text"])


def journal(config: Config = None, *, json: Json = False) -> None:
    """Show every write: when, what, for whom and why."""
    from daemon import queries
    from daemon.cli.people import names
    from daemon.desk import last_known

    with opened(config) as at:
        found = queries.entries(at.house)
        if json:
            show_json(found)
            return
        about, called = queries.about(at.house), names(last_known(at.house, at.now)[1])
    rows = (
        [
            e["id"],
            short(e["at"]),
            e["kind"],
            called.get(about[e["key"]], ""),
            e["state"],
            e["because"],
        ]
        for e in found
    )
    table(["id", "at", "what", "with", "state", "why"], rows)


def agenda(
    who: With,
    config: Config = None,
    *,
    again: Annotated[
        bool, typer.Option("--again", help="Allow a closed agenda once more.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the current agenda, and the private note to prepare with."""
    from connectors.markdown import unmarked
    from daemon import queries, steering
    from daemon.cli.people import the_pair
    from daemon.desk import last_known

    with acting(config, "agenda --again") if again else opened(config) as at:
        dossier = the_pair(last_known(at.house, at.now)[1], who)
        shape = queries.agenda(at.house, dossier, at.now)
        if again:
            steering.allow_again(at.house, dossier)
    if json:
        show_json(shape)
        return
    say(unmarked(shape["markdown"]))
    say()
    say(shape["prep"])
    note(f"the agenda: {shape['url']}" if shape["url"] else "the agenda is not made yet")


def export(config: Config = None, *, json: Json = False) -> None:  # noqa: ARG001 - always JSON
    """Print everything known as JSON."""
    from daemon import queries

    with opened(config) as at:
        show_json(queries.everything(at.house, at.now))


REMEDIES = {
    "sign_in": "visavis login {name}",
    "braked": "visavis resume --brake {name}, if the meetings are really gone",
    "paused": "visavis resume",
    "unreachable": "visavis doctor",
    "never": "visavis tick",
}
"""What gets an account out of a state that it does not leave by itself."""


def _status(shape: Shape, daemon: str | None, looks: Mapping[str, datetime | None]) -> None:
    """Show everything on one screen; the last lines are for the owner to do."""
    from daemon.phrases import count

    head = ["account", "provider", "address", "state", "last look", "problem"]
    rows = (
        [
            account["name"],
            account["provider"],
            account["email"],
            account["state"],
            short(account["last_tick"]),
            account["problem"] or "",
        ]
        for account in shape["accounts"]
    )
    table(head, rows)
    waiting = shape["open"]
    names = {"proposals": "proposal", "alerts": "alert", "intents": "unfinished write"}
    say("open: " + ", ".join(count(waiting[what], name) for what, name in names.items()))
    for line, number in Counter(map(_held_back, shape["held_back"])).items():
        say(f"held back: {line}{f' ({number} times)' if number > 1 else ''}")
    for one in shape["undelivered"]:
        say(f"not sent: {one['kind']} to {one['to']}, {short(one['at'])}: {one['because']}")
    say(f"daemon: {_running(daemon, looks)}")
    for need in _needs(shape):
        _tell_need(need)


def _held_back(one: Shape) -> str:
    """Say what waits, for whom, until when and why."""
    what = one["kind"].replace("_", " ")
    whom = f" to {', '.join(dict.fromkeys(one['to']))}" if one["to"] else ""
    until = f" until {short(one['goes'])}" if one["goes"] else ""
    return f"{what}{whom}{until}: {one['because']}"


def _running(daemon: str | None, looks: Mapping[str, datetime | None]) -> str:
    if daemon is None:
        return "does not run; `visavis service install` keeps it running, `visavis run` starts it"
    due = [look for look in looks.values() if look]
    return f"{daemon}; next look " + (f"{min(due):%a %d %b %H:%M}" if due else "now")


def _tell_need(need: str) -> None:
    say(f"{sign('→', '->')} {need}")


def _needs(shape: Shape) -> Iterator[str]:
    """Name the command for everything that waits for the owner."""
    for account in shape["accounts"]:
        if remedy := REMEDIES.get(account["state"]):
            yield f"{account['name']}: {remedy.format(name=account['name'])}"
    commands = {
        "proposals": "visavis proposals, then accept or decline",
        "alerts": "visavis alerts",
        "intents": "visavis journal; the next tick looks what came of them",
    }
    yield from (command for what, command in commands.items() if shape["open"][what])


def _pair(shape: Shape, now: datetime) -> list[str]:
    name = shape["with"]["name"] or shape["with"]["address"]
    upcoming = shape["next"]
    rate = shape["rate"]
    return [
        name,
        shape["role"],
        short(upcoming["start"]) if upcoming else "",
        str(shape["streak"]),
        f"{rate['missed']} of {rate['of']}",
        _drawn(_marks(shape["outcomes"], now)),
    ]


def _drawn(marks: str) -> str:
    return sign(marks, marks.translate(PLAIN))


def _marks(outcomes: list[Shape], now: datetime) -> str:
    """Return a row of marks in which the present moment of all pairs is in one column."""
    from datetime import datetime

    begun = [datetime.fromisoformat(one["recurrence_id"]) <= now for one in outcomes]
    marks = "".join(MARKS[one["outcome"]] for one in outcomes)
    last, following = marks[: sum(begun)][-LAST:], marks[sum(begun) :][:NEXT]
    return f"{last:{NONE}>{LAST}}{NOW}{following:{NONE}<{NEXT}}"
