"""What an account needs: asked in the order people know it, the rest by its provider."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from config.drafting import wrong
from config.values import Provider
from daemon.cli.output import note

if TYPE_CHECKING:
    from daemon.cli.questions import Desk

HELP = "README.md leads you through it in five minutes"


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line said already; empty is to be asked."""

    provider: str = ""
    email: str = ""
    name: str = ""
    path: str = ""
    url: str = ""
    username: str = ""
    password_env: str = ""
    client_secrets: str = ""
    client_id: str = ""
    tenant: str = ""
    endpoint: str = ""
    timezone: str = ""


def asked(desk: Desk, given: Given, taken: Collection[str], folder: Path) -> dict[str, str]:
    """Ask what is not given; returns the keys of the `[[account]]` table."""
    providers = [str(provider) for provider in Provider]
    provider = desk.choose(
        "Who keeps your calendar?", providers, given=given.provider, flag="--provider"
    )
    email = _value(desk, "email", "Your address there", given.email)
    name = given.name or _name(email, provider, taken)
    trouble = f"{name} is taken" if name in taken else wrong("name", name)
    values = {"name": name if not trouble else _name(email, provider, taken)}
    if trouble:
        note(f"  {trouble}; it is called {values['name']}")
    values |= {"provider": provider, "email": email}
    values |= _of_provider(desk, Provider(provider), given, email, folder)
    more = {"timezone": given.timezone, "endpoint": given.endpoint}
    return values | {key: value for key, value in more.items() if value}


def _of_provider(
    desk: Desk, provider: Provider, given: Given, email: str, folder: Path
) -> dict[str, str]:
    match provider:
        case Provider.GOOGLE if not given.endpoint or given.client_secrets:
            note(f"  Google wants an OAuth client of yours: {HELP}")
            usual = folder / "client.json"
            file = desk.ask(
                "Its file, as the console lets you download it",
                str(usual) if usual.exists() else "",
                given=given.client_secrets,
                flag="--client-secrets",
                wrong=_no_file,
            )
            return {"client_secrets": _absolute(file)}
        case Provider.OUTLOOK if not given.endpoint or given.client_id:
            note(f"  Microsoft wants an app registration of yours: {HELP}")
            question = "Its application (client) id"
            client = desk.ask(question, given=given.client_id, flag="--client-id")
            tenant = desk.ask("Your organisation (tenant)", "common", given=given.tenant)
            return {"client_id": client, "tenant": tenant}
        case Provider.CALDAV:
            return _caldav(desk, given, email)
        case Provider.FILES:
            question = "The folder of .ics files"
            path = desk.ask(question, given=given.path, flag="--path", wrong=_no_folder)
            return {"path": _absolute(path)}
        case _:
            return {}


def _caldav(desk: Desk, given: Given, email: str) -> dict[str, str]:
    url = _value(desk, "url", "The calendar's address", given.url)
    username = desk.ask("User name", email, given=given.username, flag="--username")
    values = {"url": url, "username": username}
    return values | ({"password_env": given.password_env} if given.password_env else {})


def _value(desk: Desk, key: str, question: str, given: str) -> str:
    return desk.ask(question, given=given, flag=f"--{key}", wrong=lambda answer: wrong(key, answer))


def _name(email: str, provider: str, taken: Collection[str]) -> str:
    """Make a name of the address's domain, as people tell their accounts apart."""
    label = email.rpartition("@")[2].partition(".")[0].lower()
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in label)
    first = plain.strip("-") or provider
    candidates = [first, f"{first}-{provider}"]
    candidates += [f"{first}-{number}" for number in range(2, len(taken) + 3)]
    return next(name for name in candidates if name not in taken)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _no_file(answer: str) -> str:
    return "" if Path(answer).expanduser().is_file() else f"no such file: {answer}"


def _no_folder(answer: str) -> str:
    return "" if Path(answer).expanduser().is_dir() else f"no such folder: {answer}"
