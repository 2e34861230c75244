"""The two steps that ask somebody else: signing in, and a first look that writes nothing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.drafting import Draft
from config.secrets import ready_token
from config.settings import Account as AccountSettings
from config.settings import Settings
from config.values import Provider
from connectors.errors import ConnectorError
from connectors.model import Hours
from daemon import clock, wiring
from daemon.cli.output import complain, note, working
from daemon.core.dossier import Dossier
from daemon.core.words import Decision
from daemon.house import Account
from daemon.store import open_store
from daemon.tick import foresee

if TYPE_CHECKING:
    from daemon.cli.questions import Desk


@dataclass(frozen=True, slots=True)
class Sight:
    """What a first look at a draft found for one account."""

    account: Account
    pairs: tuple[Dossier, ...]
    decisions: tuple[Decision, ...]
    hours: str
    failures: tuple[ConnectorError, ...]


def signed_in(desk: Desk, draft: Draft, name: str, *, device: bool) -> bool:
    """Sign in where there is something to sign in to; returns whether the calendar opens."""
    settings = draft.settings(os.environ)
    account = settings.account(name)
    if not _needs_sign_in(account):
        return True
    if account.provider in {Provider.GOOGLE, Provider.OUTLOOK} and not device:
        note("  your browser opens; sign in there, and leave all boxes ticked")
    try:
        warnings = wiring.sign_in(settings, account, os.environ, device=device, show=note)
    except ConnectorError as error:
        complain(error.what, error.remedy)
        if not desk.agreed(f"Go on, and sign in later by `visavis login {name}`?", default=True):
            raise
        return False
    for warning in warnings:
        note(f"  {warning}")
    return True


def _needs_sign_in(account: AccountSettings) -> bool:
    match account.provider:
        case Provider.GOOGLE | Provider.OUTLOOK if ready_token(account, os.environ):
            return False
        case Provider.GOOGLE:
            return account.client_secrets is not None
        case Provider.OUTLOOK:
            return bool(account.client_id)
        case Provider.CALDAV:
            return not account.password_env
        case Provider.FILES:
            return False


def look(draft: Draft, name: str) -> Sight:
    """Look at everything the draft names, and foresee; nothing is written anywhere."""
    settings = draft.settings(os.environ)
    now = clock.now()
    with (
        closing(open_store(settings.home, settings.database, create=False)) as store,
        closing(wiring.house(settings, os.environ, store)) as house,
        working("looking"),
    ):
        foreseen = foresee(house, now)
        account = house.account(name)
        mine = (one for one in foreseen.dossiers if one.account == name)
        found = tuple(sorted(mine, key=lambda one: one.pair.partner.address))
        hours = _hours(settings, account)
    failures = tuple(f.error for f in foreseen.failures if f.account == name)
    return Sight(account, found, foreseen.decisions, hours, failures)


def _hours(settings: Settings, account: Account) -> str:
    """Say when the owner works, and who says so."""
    try:
        told = account.calendar.hours(account.owner) if account.calendar else None
    except ConnectorError:
        told = None
    if told is None or not told.days:  # without a day only the zone is known
        span = settings.policy.working_hours
        return f"{span.start:%H:%M}-{span.end:%H:%M} on working days, as the settings say"
    days = ", ".join(f"{day.name.lower()} {_spans(hours)}" for day, hours in told.days.items())
    return f"{days}, as your calendar says"


def _spans(hours: Sequence[Hours]) -> str:
    return " ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in hours)
