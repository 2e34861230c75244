"""All commands under one name. Importing this must stay cheap: `visavis --help` in about 0.1 s."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from typing import Annotated

import typer

from daemon.cli import (
    DONE,
    INTERRUPTED,
    TROUBLE,
    WRONG,
    acting,
    asking,
    beginning,
    demo,
    examining,
    manual,
    opening,
    privacy,
    running,
    serving,
    signing,
    steering,
)
from daemon.cli.output import complain, note, say, show_json

app = typer.Typer(
    name="visavis",
    help="Looks after recurring one-on-ones: agendas, lost meetings, other times, alerts.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
GROUPS = (
    beginning,
    asking,
    acting,
    steering,
    privacy,
    signing,
    running,
    opening,
    examining,
    serving,
    demo,
    manual,
)
for group in GROUPS:
    group.register(app)
_TALKS = frozenset({"init", "run"})


def _tell_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        say(f"visavis {version('visavis')}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take the options of the program itself."""


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; no mistake of a user shows a traceback."""
    try:
        code = _carried_out(_in_order(arguments))
    except typer.TyperException as error:
        complain(_message(error), _help(error))
        return WRONG
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return TROUBLE
    except Exception as error:  # noqa: BLE001 - the last door: known mistakes leave as one line
        return _known(error)
    if not arguments:
        return WRONG
    return code if isinstance(code, int) else DONE


def _carried_out(arguments: list[str]) -> object:
    """Run one command; one that has no shape of its own, and talks instead, takes `--json` here."""
    talks = bool(arguments) and arguments[0] in _TALKS and "--json" in arguments
    given = [word for word in arguments if word != "--json"] if talks else arguments
    with redirect_stdout(sys.stderr) if talks else nullcontext():
        code: object = app(given or ["--help"], standalone_mode=False, prog_name="visavis")
    if talks and code == DONE:
        show_json({})
    return code


def _in_order(arguments: Sequence[str]) -> list[str]:
    """Let the settings be named before the command as well, as other programs have it."""
    match list(arguments):
        case ["--config", file, command, *rest]:
            return [command, *rest, "--config", file]
        case [config, command, *rest] if config.startswith("--config="):
            return [command, *rest, config]
        case others:
            return others


def _message(error: typer.TyperException) -> str:
    """Return a usage mistake in one line; one that names no parameter is ours, in our words."""
    ours = getattr(error, "param", error) is None or not hasattr(error, "format_message")
    return " ".join((str(error) if ours else error.format_message()).split()).rstrip(".")


def _help(error: typer.TyperException) -> str:
    """Say where the right usage stands."""
    context = getattr(error, "ctx", None)
    return f"`{context.command_path if context else 'visavis'} --help` tells how"


_DOCTOR = "`visavis doctor` says more"


def _known(error: Exception) -> int:
    """Say a mistake in one line and return its exit code; of a bug of ours say where it is."""
    from sqlalchemy.exc import SQLAlchemyError

    from config.problems import SettingsError
    from config.sealing import SecretError
    from connectors.errors import ConnectorError
    from daemon.answering import Refused
    from daemon.cli.people import Unclear
    from daemon.cli.questions import NoAnswer
    from daemon.clock import FrozenClockError
    from daemon.locks import Held

    match error:
        case SettingsError():
            for problem in error.problems:
                complain(str(problem))
            return WRONG
        case Unclear() | FrozenClockError():
            complain(str(error))
            return WRONG
        case NoAnswer():
            complain(str(error), error.remedy)
            return WRONG
        case Held():
            complain(str(error), "wait until it is done, or stop that process")
        case ConnectorError() | Refused() | SecretError():
            complain(error.what, error.remedy)
        case OSError() if error.filename or error.strerror:
            what = error.strerror or type(error).__name__
            complain(f"{error.filename}: {what}" if error.filename else what, _DOCTOR)
        case SQLAlchemyError():
            # Only the first line is meant for people; statements and rows follow.
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            complain(f"the database cannot be used: {reason}", _DOCTOR)
        case _:
            _ours(error)
    return TROUBLE


def _ours(error: Exception) -> None:
    """Show the way to a bug; what errors say may be other people's words, so that stays out."""
    from daemon.logs import trace

    complain("this is a mistake of visavis", "please report it with these lines:")
    for line in trace(error):
        note(line)
