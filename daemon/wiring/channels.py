"""How owners are reached: mail and chats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from config import toml
from config.problems import Problem, SettingsError, Wrong, dotted
from config.settings import Settings
from connectors.errors import NotPermitted
from connectors.protocol import Messages
from daemon.core.keys import digest
from daemon.house import MAIL

if TYPE_CHECKING:
    from connectors.smtp import MailMessages


def channels(settings: Settings, environ: Mapping[str, str]) -> Sequence[tuple[str, Messages]]:
    """Return every way to reach the owner, by the name letters know it under."""
    letters = mail(settings, environ)
    found = [(MAIL, letters)] if letters else []
    return [*found, *(chats(settings) if settings.notify.to else ())]


def mail(settings: Settings, environ: Mapping[str, str]) -> MailMessages | None:
    """Return the mail server of the settings, if there is one."""
    if settings.mail is None:
        return None
    from connectors.smtp import MailMessages

    table = settings.mail
    return MailMessages(
        host=table.host,
        port=table.port,
        sender=table.sender,
        username=table.username,
        password=environ.get(table.password_env, "") if table.password_env else "",
        tls=table.tls.value,
    )


def chats(settings: Settings) -> Sequence[tuple[str, Messages]]:
    """Make a channel for each target; raises `SettingsError` with all that mean nothing."""
    from connectors.notify import ChatMessages

    found: list[tuple[str, Messages]] = []
    wrong: list[Problem] = []
    for n, target in enumerate(settings.notify.to, 1):
        try:
            # A target holds its token, so the channel is known by a digest of it.
            found.append((f"chat-{digest(target)}", ChatMessages(target)))
        except NotPermitted as error:
            wrong.append(_problem(settings, n, error))
    if wrong:
        raise SettingsError(wrong)
    return found


def _problem(settings: Settings, n: int, error: NotPermitted) -> Problem:
    """Say which target means nothing; only now is its line worth reading the file again."""
    place, told = ("notify", "to", n - 1), Wrong(error.what, remedy=error.remedy)
    if settings.source:
        return toml.read(settings.source).problem((place, told))
    return Problem(settings.home, None, dotted(place), error.what, remedy=error.remedy)
