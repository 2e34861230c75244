"""The house of some settings: accounts with their connectors, rules, channels, templates."""

from __future__ import annotations

import secrets as chance
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from config.problems import Problem, SettingsError
from config.sealing import SecretError
from config.secrets import TokenStore
from config.settings import Account as AccountSettings
from config.settings import PairSettings, Settings
from connectors.errors import ConnectorError, NotPermitted
from connectors.model import Person
from daemon import mirror
from daemon.core.words import Role
from daemon.house import About, Account, House
from daemon.links import Links
from daemon.render import TemplatePen
from daemon.store import Store
from daemon.tombstones import Tombstones
from daemon.wiring import ports
from daemon.wiring.channels import channels
from daemon.wiring.policies import policy
from daemon.wiring.standing import standing

TRANSLATION = "2"
"""Grows when connectors translate differently, so that the mirror is read anew."""


def house(
    settings: Settings, environ: Mapping[str, str], store: Store, *, asks: bool = True
) -> House:
    """Wire every account; one that cannot be is kept with its trouble, and never stops others.

    `asks` allows one request for the zone of an account that was never looked at; without it, or
    without an answer, `House.placed` asks later.
    """
    secrets = TokenStore(settings.home, environ)
    links = _links(settings, secrets)
    accounts = tuple(
        _placed(
            account,
            _account(settings, account, _owner(group), secrets, environ, links=links),
            store,
            asks=asks,
        )
        for group in settings.people()
        for account in group
    )
    by_name = {account.name: account for account in accounts}
    return House(
        home=settings.home,
        store=store,
        accounts=tuple(by_name[account.name] for account in settings.accounts),
        pen=_pen(settings.source),
        about={pair.address: _about(pair) for pair in settings.pairs},
        channels=dict(channels(settings, environ)),
        links=links,
        tombstones=Tombstones(partial(_tombstone_secret, secrets)),
    )


def alone(settings: Settings, account: AccountSettings, environ: Mapping[str, str]) -> Account:
    """Wire one account by itself, to examine it; what stands in the way is its trouble."""
    group = next(group for group in settings.people() if account in group)
    secrets = TokenStore(settings.home, environ)
    return _account(settings, account, _owner(group), secrets, environ, links=None)


def _links(settings: Settings, secrets: TokenStore) -> Links | None:
    if settings.web.public_url is None:
        return None
    return Links(settings.web.public_url, partial(_own_secret, secrets, "_links"))


def _own_secret(secrets: TokenStore, name: str) -> str:
    """Return a secret of the house, sealed like a token; no account has such a name."""
    if secrets.load(name) is None:
        secrets.save(name, chance.token_urlsafe(32))
    return secrets.load(name) or ""


def _tombstone_secret(secrets: TokenStore) -> str:
    """Return what forgotten addresses are hashed with; `NotPermitted` where it does not open.

    Nobody could be left out then, so nothing may be looked at.
    """
    try:
        return _own_secret(secrets, "_forgotten")
    except SecretError as error:
        raise NotPermitted(error.what, "bring the key back: it tells who was forgotten") from error


def _pen(source: Path | None) -> TemplatePen:
    """Take the owner's templates beside the settings; raises `SettingsError` with all flaws."""
    folder = source.parent / "agendas" if source else None
    if folder is None or not any(folder.glob("*.j2")):
        return TemplatePen()
    from daemon.proofreading import flaws

    if found := flaws(folder):
        raise SettingsError(Problem(f.file, f.line, "", f.what, remedy=f.remedy) for f in found)
    return TemplatePen(folder)


def _owner(group: Sequence[AccountSettings]) -> Person:
    """Return the human behind some accounts: the first address counts, all others are aliases."""
    addresses = [address for one in group for address in (one.email, *one.aliases)]
    return Person(addresses[0], aliases=frozenset(addresses[1:]))


def _about(pair: PairSettings) -> About:
    """Translate a pair table; the policy's zone and country come from the owner's account."""
    return About(
        role=Role(pair.role) if pair.role else None,
        cadence=pair.cadence or "",
        started=pair.started,
        topic=pair.development,
        document=str(pair.document or ""),
        tone=pair.tone,
        ignore=pair.ignore,
        policy=policy(pair, "UTC", None),
        zone=str(pair.timezone or ""),
        country=pair.country,
    )


def _account(
    settings: Settings,
    account: AccountSettings,
    owner: Person,
    secrets: TokenStore,
    environ: Mapping[str, str],
    *,
    links: Links | None,
) -> Account:
    wired = Account(
        name=account.name,
        provider=account.provider,
        address=account.email,
        owner=owner,
        policy=policy(settings.policy, ports.zone(account, ""), account.country),
        identity=_identity(account, owner),
    )
    try:
        found = ports.connect(account, owner, secrets, environ)
    except ConnectorError as trouble:
        return replace(wired, trouble=trouble)
    except SecretError as trouble:
        return replace(wired, trouble=NotPermitted(trouble.what, trouble.remedy))
    texts = ports.texts(settings, account, links)
    return replace(
        wired,
        calendar=found.calendar,
        documents=texts or found.documents,
        texts=texts,
        directory=found.directory,
        tasks=found.tasks,
        push=found.push,
        standing=partial(standing, settings, account, environ),
        close=found.close,
    )


def _placed(settings: AccountSettings, account: Account, store: Store, *, asks: bool) -> Account:
    """Return the account in its zone: of the settings, as the provider told, or the system's."""
    if settings.timezone is not None or account.calendar is None:
        return account
    with store.read() as session:
        known = mirror.feed(session, account.name)
    later = partial(_placed, settings, account, store, asks=True)
    try:
        zone = known.zone if known else account.calendar.zone if asks else ""
    except ConnectorError as trouble:
        return replace(account, trouble=trouble, calendar=None, again=later)
    rules = replace(account.policy, zone=ports.zone(settings, zone))
    return replace(account, policy=rules, again=None if known or asks else later)


def _identity(account: AccountSettings, owner: Person) -> str:
    parts = (
        TRANSLATION,
        account.provider,
        account.calendar,
        str(account.path or account.url or ""),
        str(account.timezone or ""),
        owner.address,
        *sorted(owner.aliases),
    )
    return "\x1f".join(parts)
