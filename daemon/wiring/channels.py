"""How owners are reached: mail and chats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from config.problems import Problem, SettingsError
from config.settings import Settings
from connectors.errors import NotPermitted
from connectors.protocol import Messages
from daemon.core.keys import digest
from daemon.house import MAIL


def channels(settings: Settings, environ: Mapping[str, str]) -> Sequence[tuple[str, Messages]]:
    """Return every way to reach the owner, by the name letters know it under."""
    found: list[tuple[str, Messages]] = []
    if settings.mail is not None:
        from connectors.smtp import MailMessages

        mail = settings.mail
        password = environ.get(mail.password_env, "") if mail.password_env else ""
        found.append(
            (
                MAIL,
                MailMessages(
                    host=mail.host,
                    port=mail.port,
                    sender=mail.sender,
                    username=mail.username,
                    password=password,
                    tls=mail.tls.value,
                ),
            )
        )
    return [*found, *(_chats(settings) if settings.notify.to else ())]


def _chats(settings: Settings) -> Sequence[tuple[str, Messages]]:
    """Make a channel for each target; raises `SettingsError` with all that mean nothing."""
    from connectors.notify import ChatMessages

    found: list[tuple[str, Messages]] = []
    wrong: list[Problem] = []
    for n, target in enumerate(settings.notify.to, 1):
        try:
            # A target holds its token, so the channel is known by a digest of it.
            found.append((f"chat-{digest(target)}", ChatMessages(target)))
        except NotPermitted as error:
            file = settings.source or settings.home
            wrong.append(Problem(file, None, f"notify.to[{n}]", error.what, remedy=error.remedy))
    if wrong:
        raise SettingsError(wrong)
    return found
