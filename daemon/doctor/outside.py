"""Everything beyond this machine, asked at once and within one patience."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

import httpx2

from config.fields import is_loopback
from config.problems import SettingsError
from config.settings import Settings
from connectors.errors import ConnectorError
from daemon import wiring
from daemon.doctor import accounts
from daemon.doctor.findings import PATIENCE, Finding, ill, well, within


def examined(settings: Settings, environ: Mapping[str, str], now: datetime) -> tuple[Finding, ...]:
    """Examine accounts, the mail server, chats, and the way back to us."""
    questions: dict[str, Callable[[], Sequence[Finding]]] = {
        f"sign-in {account.name}": partial(accounts.examined, settings, account, environ, now)
        for account in settings.accounts
    }
    questions["mail"] = lambda: [_mail(settings, environ)]
    questions["chat"] = lambda: [*_chat(settings)]
    questions["push"] = lambda: [_push(settings)]
    return (*_lonely_clock(settings), *within(PATIENCE, questions))


def _lonely_clock(settings: Settings) -> Iterator[Finding]:
    if not any(map(wiring.door, settings.accounts)):
        yield well("clock", "no provider to compare it with")


def _mail(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """Greet the mail server, and sign in there; nothing is sent."""
    server = wiring.mail(settings, environ)
    if server is None:
        return well("mail", "no [mail] table: the owner hears by the page and the terminal alone")
    try:
        server.greet()
    except ConnectorError as error:
        return ill("mail", error.what, error.remedy)
    return well("mail", "the mail server is ready for letters")


def _chat(settings: Settings) -> Iterator[Finding]:
    """Let Apprise read each address; nothing is sent."""
    try:
        found = wiring.chats(settings) if settings.notify.to else ()
    except SettingsError as error:
        for problem in error.problems:
            yield ill("chat", f"{problem.key}: {problem.what}", problem.remedy)
        return
    yield well("chat", f"{len(found)} addresses, each known to Apprise" if found else "none is set")


def _push(settings: Settings) -> Finding:
    """Knock at our own front door, as a provider would."""
    public = settings.web.public_url
    if public is None:
        every = int(settings.policy.look_every.total_seconds() // 60)
        return well("push", f"no public_url: visavis looks every {every} minutes by itself")
    url = httpx2.URL(public)
    if url.scheme != "https" and not is_loopback(url.host):
        what = f"{public} is not https: no provider pushes there, and links in mail can be read"
        return ill("push", what, "put a proxy with a certificate before it")
    try:
        answer = httpx2.get(f"{public}/healthz", timeout=accounts.KNOCK)
    except httpx2.HTTPError as error:
        return ill("push", f"{public} cannot be reached: {type(error).__name__}", _FRONT)
    if answer.status_code != 200:
        return ill("push", f"{public}/healthz answers {answer.status_code}", _FRONT)
    return well("push", f"{public} leads to the page")


_FRONT = "see that `visavis run` runs, and that the proxy before it leads to `[web] listen`"
