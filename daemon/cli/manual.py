"""The manual page and completion for shells, made from the commands themselves."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from daemon.cli.output import say

if TYPE_CHECKING:
    from typer.core import TyperCommand

SHELLS = ("bash", "zsh", "fish", "powershell", "pwsh")
WORDS = {
    "EXIT STATUS": (
        ("0", "done"),
        ("1", "something is wrong with the world"),
        ("2", "wrong usage or settings"),
        ("130", "interrupted"),
    ),
    "ENVIRONMENT": (
        ("VISAVIS_CONFIG", "the settings file, where --config names none"),
        (
            "VISAVIS_NOW",
            "freezes the clock of one command; such as 2026-03-02T09:00+01:00",
        ),
        ("VISAVIS_ACCESS_TOKEN_NAME", "a ready bearer token for the account NAME"),
        ("NO_COLOR", "no colour and no bold"),
    ),
    "FILES": (
        ("visavis.toml", "the settings, in the platform's configuration folder"),
        ("visavis.sqlite, tokens, key, agendas", "the state, in the folder `home` of the settings"),
    ),
}
"""What no command can tell of itself."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(completion)

    @app.command()
    def man() -> None:
        """Print the manual page; to read it: visavis man | man -l -."""
        sys.stdout.write(page(app))


def completion(
    shell: Annotated[str, typer.Argument(metavar="SHELL", help="bash, zsh, fish or powershell.")],
) -> None:
    """Print what teaches a shell the commands.

    `visavis --install-completion` puts it where your shell finds it.
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]

    if shell not in SHELLS:
        raise typer.BadParameter(f"no completion for {shell!r}; there is {', '.join(SHELLS)}")
    variable = "_VISAVIS_COMPLETE"
    say(get_completion_script(prog_name="visavis", complete_var=variable, shell=shell))


def page(app: typer.Typer) -> str:
    """Return the page in the macros of man(7)."""
    from importlib.metadata import version

    root: Any = typer.main.get_command(app)
    lines = [
        f'.TH VISAVIS 1 "" "visavis {version("visavis")}" "User Commands"',
        *_section("NAME", f"visavis \\- {_plain(root.help)[:-1].lower()}"),
        *_section("SYNOPSIS", ".B visavis", ".I COMMAND", "[options]"),
        *_section("COMMANDS"),
        *(line for name, command in _commands(root) for line in _command(name, command)),
    ]
    for title, rows in WORDS.items():
        lines += [*_section(title), *(line for row in rows for line in _row(*row))]
    return "\n".join(lines) + "\n"


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, TyperCommand]]:  # noqa: ANN401
    """Yield every command with all words of its name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def _command(name: str, command: TyperCommand) -> Iterator[str]:
    context = typer.Context(command, info_name=name)
    words = " ".join(command.collect_usage_pieces(context))
    yield from (f'.SS "{_plain(name)} {_plain(words)}"', _plain(command.help or ""))
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and record[0] not in {"-h, --help", "--help"}:
            yield from _row(*record)


def _section(title: str, *lines: str) -> Sequence[str]:
    return (f'.SH "{title}"', *lines)


def _row(term: str, meaning: str) -> Sequence[str]:
    return (".TP", f".B {_plain(term)}", _plain(meaning))


def _plain(text: str) -> str:
    """Write words so that roff takes none of them for a request."""
    words = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    words = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in words)
    return f"\\&{words}" if words[:1] in {".", "'"} else words
