"""Settings to a house: the only module that imports providers, each inside its own branch."""

from __future__ import annotations

import secrets as chance
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from config.problems import Problem, SettingsError
from config.sealing import SecretError
from config.secrets import TokenStore, ready_token
from config.settings import Account as AccountSettings
from config.settings import PairSettings, Settings
from config.settings import Policy as PolicySettings
from config.values import Accept, DaySpan, DocumentKind, Provider, Recap
from connectors.errors import ConnectorError, NotPermitted, SignInRequired
from connectors.model import Hours, Person, Weekday
from connectors.protocol import Calendar, Directory, Documents, Messages
from daemon import mirror
from daemon.clock import now
from daemon.core.keys import digest
from daemon.core.policy import Policy
from daemon.core.words import Role
from daemon.house import MAIL, About, Account, House
from daemon.links import Links
from daemon.render import TemplatePen
from daemon.store import Store

if TYPE_CHECKING:
    from connectors.files import MarkdownFolder
    from connectors.google.auth import Access
    from connectors.google.scopes import Scope
    from connectors.outlook.client import Access as GraphAccess
    from connectors.outlook.client import Graph

TRANSLATION = "1"
"""Grows when connectors translate differently, so that the mirror is read anew."""


def house(
    settings: Settings, environ: Mapping[str, str], store: Store, *, asks: bool = True
) -> House:
    """Wire every account; one that cannot be is kept with its trouble, and never stops others.

    `asks` allows one request for the zone of an account that was never looked at.
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
        channels=dict(_channels(settings, environ)),
        links=links,
    )


def _links(settings: Settings, secrets: TokenStore) -> Links | None:
    if settings.web.public_url is None:
        return None
    return Links(settings.web.public_url, partial(_signing_secret, secrets))


def _signing_secret(secrets: TokenStore) -> str:
    """Return what links are signed with, sealed like a token; no account is called like that."""
    if secrets.load("_links") is None:
        secrets.save("_links", chance.token_urlsafe(32))
    return secrets.load("_links") or ""


def _pen(source: Path | None) -> TemplatePen:
    """Take the owner's templates beside the settings; raises `SettingsError` with all flaws."""
    folder = source.parent / "agendas" if source else None
    if folder is None or not any(folder.glob("*.j2")):
        return TemplatePen()
    from daemon.proofreading import flaws

    if found := flaws(folder):
        raise SettingsError(Problem(f.file, f.line, "", f.what, remedy=f.remedy) for f in found)
    return TemplatePen(folder)


def sign_in(
    settings: Settings,
    account: AccountSettings,
    environ: Mapping[str, str],
    *,
    device: bool,
    show: Callable[[str], object],
) -> tuple[str, ...]:
    """Let the owner sign in, and keep what comes of it; returns what they should know.

    `show` tells where to enter which code, while the sign-in waits for it.
    """
    secrets = TokenStore(settings.home, environ)
    match account.provider:
        case Provider.GOOGLE if account.client_secrets:
            from connectors.google.consent import sign_in

            return sign_in(
                account.name,
                Person(account.email, aliases=frozenset(account.aliases)),
                account.client_secrets,
                google_scopes(account),
                secrets,
                endpoint=account.endpoint,
            )
        case Provider.OUTLOOK if account.client_id:
            from connectors.outlook import auth

            client = auth.Client(account.client_id, account.tenant, account.endpoint)
            wanted = _outlook_scopes(account)
            if device:
                auth.sign_in_by_device(account.name, client, wanted, secrets, show)
            else:
                auth.sign_in(account.name, client, wanted, secrets, account.email)
            return secrets.notes()
        case Provider.CALDAV:
            secrets.keep_password(account, getpass(f"password of {account.username}: "))
            return secrets.notes()
        case _:
            how = "by a code" if device else "in a browser"
            raise NotPermitted(f"account {account.name} has nothing to sign in to {how}")


def sign_out(settings: Settings, account: AccountSettings, environ: Mapping[str, str]) -> None:
    """Forget the sign-in of an account here."""
    TokenStore(settings.home, environ).forget_password(account)


def policy(table: PolicySettings, zone: str, country: str | None) -> Policy:
    """Translate a policy table, with the zone and country of the account it is for."""
    return Policy(
        zone=zone,
        country=country,
        look_every=table.look_every,
        prepare=table.prepare,
        look_back=table.look_back,
        look_ahead=table.look_ahead,
        working_days=frozenset(Weekday[day.name] for day in table.working_days),
        working_hours=_hours(table.working_hours),
        lunch=_hours(table.lunch) if table.lunch else None,
        week_starts=Weekday[table.week_starts.name],
        warn_after=table.warn_after,
        alert_after=table.alert_after,
        options=table.options,
        notice=table.notice,
        auto=table.accept is Accept.AUTO,
        freeze=table.freeze,
        recap_to_both=table.recap is Recap.BOTH,
        quiet=_hours(table.quiet) if table.quiet else None,
        mail_budget=table.mail_budget,
        write=table.write,
    )


def _hours(span: DaySpan) -> Hours:
    return Hours(span.start, span.end)


def _owner(group: Sequence[AccountSettings]) -> Person:
    """Return the human behind some accounts: the first address counts, all others are aliases."""
    addresses = [address for one in group for address in (one.email, *one.aliases)]
    return Person(addresses[0], aliases=frozenset(addresses[1:]))


def _about(pair: PairSettings) -> About:
    """Translate a pair table; zone and country come from the account the pair is listed under."""
    return About(
        role=Role(pair.role) if pair.role else None,
        cadence=pair.cadence or "",
        started=pair.started,
        topic=pair.development,
        document=str(pair.document or ""),
        tone=pair.tone,
        ignore=pair.ignore,
        policy=policy(pair, "UTC", None),
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
        policy=policy(settings.policy, _zone(account, ""), account.country),
        identity=_identity(account, owner),
    )
    try:
        ports = _connect(account, owner, secrets, environ)
    except ConnectorError as trouble:
        return replace(wired, trouble=trouble)
    except SecretError as trouble:
        return replace(wired, trouble=NotPermitted(trouble.what, trouble.remedy))
    texts = _texts(settings, account, links)
    return replace(
        wired,
        calendar=ports.calendar,
        documents=texts or ports.documents,
        texts=texts,
        directory=ports.directory,
        close=ports.close,
    )


def _placed(settings: AccountSettings, account: Account, store: Store, *, asks: bool) -> Account:
    """Return the account in its zone: of the settings, as the provider told, or the system's."""
    if settings.timezone is not None or account.calendar is None:
        return account
    with store.read() as session:
        known = mirror.feed(session, account.name)
    try:
        zone = known.zone if known else account.calendar.zone if asks else ""
    except ConnectorError as trouble:
        return replace(account, trouble=trouble, calendar=None)
    return replace(account, policy=replace(account.policy, zone=_zone(settings, zone)))


class _Ports(NamedTuple):
    """What one account talks through; `documents` of the provider's own kind, if it has one."""

    calendar: Calendar
    documents: Documents | None = None
    directory: Directory | None = None
    close: Callable[[], None] = lambda: None


def _connect(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> _Ports:
    match account.provider:
        case Provider.FILES:
            from connectors.files import FilesCalendar

            return _Ports(FilesCalendar(account.path or Path(), owner, _zone(account, "")))
        case Provider.GOOGLE:
            return _google(account, owner, secrets, environ)
        case Provider.OUTLOOK:
            return _outlook(account, owner, secrets, environ)
        case Provider.CALDAV:
            raise NotPermitted(f"{account.provider} is not wired")


def _google(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> _Ports:
    from connectors.google.calendar import GoogleCalendar
    from connectors.google.directory import GoogleDirectory
    from connectors.google.docs import GoogleDocs
    from connectors.google.service import Google

    google = Google(_google_access(account, secrets, environ), account.endpoint)
    calendar = GoogleCalendar(google, owner, account.email, account.calendar)
    directory = GoogleDirectory(google) if account.directory else None
    return _Ports(calendar, GoogleDocs(google), directory, google.close)


def _google_access(
    account: AccountSettings, secrets: TokenStore, environ: Mapping[str, str]
) -> Access:
    """Sign in with what there is: a ready token, delegation, or an earlier consent."""
    from connectors.google import auth

    name, endpoint = account.name, account.endpoint
    if token := ready_token(account, environ):
        return auth.ready(token, account.token_variable)
    if account.service_account:
        scopes = google_scopes(account)
        return auth.delegated(account.service_account, account.email, scopes, endpoint)
    if account.client_secrets:
        return auth.installed(name, account.client_secrets, secrets, endpoint)
    raise SignInRequired(
        f"{name} has no way to sign in",
        "set client_secrets, or service_account, in the settings of the account",
    )


def google_scopes(account: AccountSettings) -> tuple[Scope, ...]:
    """Return what `login` asks an account's owner for: the smallest set for its features."""
    from connectors.google.scopes import wanted

    documents = account.documents is DocumentKind.GOOGLE
    return wanted(documents=documents, directory=account.directory)


def _outlook(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> _Ports:
    from connectors.outlook.calendar import OutlookCalendar
    from connectors.outlook.client import Graph
    from connectors.outlook.directory import OutlookDirectory

    access = _outlook_access(account, secrets, environ)
    for_all = account.certificate or account.secret_env
    graph = Graph(access, account.endpoint, mailbox=account.email if for_all else "")
    directory = OutlookDirectory(graph) if account.directory else None
    calendar = OutlookCalendar(graph, owner, now, calendar=account.calendar, book=directory)
    return _Ports(calendar, _word(graph), directory, graph.close)


def _outlook_access(
    account: AccountSettings, secrets: TokenStore, environ: Mapping[str, str]
) -> GraphAccess:
    """Sign in with what there is: a ready token, application permissions, or a person's consent."""
    from connectors.outlook import auth

    name = account.name
    if token := ready_token(account, environ):
        return auth.Ready(token, account.token_variable)
    if not account.client_id:
        raise SignInRequired(f"{name} has no way to sign in", "set client_id in its settings")
    client = auth.Client(account.client_id, account.tenant, account.endpoint)
    if account.certificate or account.secret_env:
        secret = environ.get(account.secret_env, "")
        return auth.Organisation(name, client, secret=secret, certificate=account.certificate)
    return auth.Person(name, client, _outlook_scopes(account), secrets)


def _outlook_scopes(account: AccountSettings) -> list[str]:
    from connectors.outlook import auth

    documents = account.documents is DocumentKind.WORD
    return auth.scopes(documents=documents, directory=account.directory)


def _word(graph: Graph) -> Documents:
    try:
        from connectors.outlook.word import WordDocuments
    except ModuleNotFoundError as error:
        raise NotPermitted("Word documents need python-docx", "install visavis[word]") from error
    return WordDocuments(graph)


def _texts(
    settings: Settings, account: AccountSettings, links: Links | None
) -> MarkdownFolder | None:
    """Return the folder of an account's Markdown documents, which the page serves to others."""
    from connectors.files import MarkdownFolder

    if account.provider is Provider.FILES:
        folder = (account.path or Path()) / "agendas"
    elif account.documents is DocumentKind.MARKDOWN:
        folder = settings.home / "agendas"
    else:
        return None
    address = (lambda path: links.agenda(account.name, path.name)) if links else None
    return MarkdownFolder(folder, address)


def _zone(account: AccountSettings, provider: str) -> str:
    """Return the account's zone: the settings', the provider's, or the system's."""
    if account.timezone is not None:
        return str(account.timezone)
    if provider:
        return provider
    from tzlocal import get_localzone_name

    return get_localzone_name() or "UTC"


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


def _channels(settings: Settings, environ: Mapping[str, str]) -> Sequence[tuple[str, Messages]]:
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
