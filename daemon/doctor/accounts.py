"""Each account: does its provider answer, does the sign-in work, what may it do, until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx2

from config.fields import is_loopback
from config.settings import Account, Settings
from connectors.errors import ConnectorError
from connectors.protocol import Standing
from daemon import clock, queries, wiring
from daemon.doctor.findings import Finding, ill, well

SKEW = timedelta(minutes=2)
"""More than this, and tokens are refused and proposals come at the wrong moment."""
KNOCK = 5.0
"""Seconds a provider has for a question that needs no sign-in."""


def examined(
    settings: Settings, account: Account, environ: Mapping[str, str], now: datetime
) -> Sequence[Finding]:
    """Examine an account from the outside in; a closed door is the only finding then."""
    name, door = account.name, wiring.door(account)
    if door is None:
        return [_sign_in(settings, account, environ, now)]
    try:
        answer = _knock(httpx2.URL(door))
    except httpx2.HTTPError as error:
        what = f"{httpx2.URL(door).host} cannot be reached: {type(error).__name__}"
        return [ill(f"sign-in {name}", what, "see the network; visavis tries again by itself")]
    return [
        *_clock(name, answer.headers.get("date", "")),
        _sign_in(settings, account, environ, now),
        *_standing(settings, account, environ, now),
    ]


def _knock(door: httpx2.URL) -> httpx2.Response:
    """Ask without a sign-in: whatever the answer is, it has the provider's time."""
    # A proxy of the environment has no business with a server on loopback.
    return httpx2.get(door, timeout=KNOCK, trust_env=not is_loopback(door.host))


def _clock(name: str, told: str) -> Iterator[Finding]:
    """Compare our clock with a provider's Date (RFC 9110)."""
    check = f"clock {name}"
    if clock.frozen():
        yield well(check, "frozen by VISAVIS_NOW, so not compared with the provider's")
        return
    try:
        theirs = parsedate_to_datetime(told)
    except ValueError:
        return
    skew = abs(clock.now() - theirs)
    told = f"{skew.total_seconds():.0f} seconds from the provider's clock"
    yield well(check, told) if skew < SKEW else ill(check, told, "let the system set the clock")


def _sign_in(
    settings: Settings, account: Account, environ: Mapping[str, str], now: datetime
) -> Finding:
    """Read the calendar for real."""
    check = f"sign-in {account.name}"
    wired = wiring.alone(settings, account, environ)
    try:
        trouble = queries.trouble_of(wired, now)
    finally:
        wired.close()
    if trouble is None:
        return well(check, f"the calendar of {account.email} can be read")
    return ill(check, trouble.what, trouble.remedy or "see `visavis status`")


def _standing(
    settings: Settings, account: Account, environ: Mapping[str, str], now: datetime
) -> Iterator[Finding]:
    """Tell what was granted, and how long it lasts."""
    try:
        standing = wiring.standing(settings, account, environ)
    except ConnectorError as error:
        yield ill(f"token {account.name}", error.what, error.remedy)
        return
    if standing is not None:
        yield from _scopes(account.name, standing.lacks)
        yield _token(account.name, standing, now)


def _scopes(name: str, lacks: Sequence[str] | None) -> Iterator[Finding]:
    check = f"scopes {name}"
    if lacks is None:
        yield well(check, "nobody told what was granted; the calendar itself is asked above")
        return
    for lack in lacks:
        remedy = f"visavis login {name}, and leave that box ticked"
        yield ill(check, lack, remedy)
    if not lacks:
        yield well(check, "everything that was asked for is granted")


def _token(name: str, standing: Standing, now: datetime) -> Finding:
    check = f"token {name}"
    age = f"signed in {(now - standing.since).days} days ago; " if standing.since else ""
    if standing.ends is None:
        return well(check, f"{age}{standing.rule or 'nothing is kept'}")
    told = f"{age}ends {standing.ends:%d %B %Y}: {standing.rule}"
    if standing.ends - now > standing.notice:
        return well(check, told)
    return ill(check, told, standing.remedy)
