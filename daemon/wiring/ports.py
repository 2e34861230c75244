"""What an account talks through: its provider's calendar, documents and directory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from config.secrets import TokenStore, ready_token
from config.settings import Account as AccountSettings
from config.settings import Settings
from config.values import DocumentKind, Provider
from connectors.errors import NotPermitted, SignInRequired
from connectors.model import Person
from connectors.protocol import Calendar, Directory, Documents, Push, Tasks
from daemon.clock import now
from daemon.links import Links

if TYPE_CHECKING:
    from connectors.caldav import Dav
    from connectors.files import MarkdownFolder
    from connectors.google.auth import Access
    from connectors.google.scopes import Scope
    from connectors.outlook.client import Access as GraphAccess
    from connectors.outlook.client import Graph


class Ports(NamedTuple):
    """What one account talks through; `documents` of the provider's own kind, if it has one.

    `tasks` only where the owner wants them.
    """

    calendar: Calendar
    documents: Documents | None = None
    directory: Directory | None = None
    tasks: Tasks | None = None
    push: Push | None = None
    close: Callable[[], None] = lambda: None


def connect(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> Ports:
    """Connect an account to its provider; raises the errors of connectors."""
    match account.provider:
        case Provider.FILES:
            return _files(account, owner)
        case Provider.GOOGLE:
            return _google(account, owner, secrets, environ)
        case Provider.OUTLOOK:
            return _outlook(account, owner, secrets, environ)
        case Provider.CALDAV:
            return _caldav(account, owner, secrets, environ)


def _files(account: AccountSettings, owner: Person) -> Ports:
    from connectors.files import FilesCalendar, TaskFolder

    folder = account.path or Path()
    tasks = TaskFolder(folder) if account.tasks else None
    return Ports(FilesCalendar(folder, owner, zone(account, "")), tasks=tasks)


def _google(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> Ports:
    from connectors.google.calendar import GoogleCalendar
    from connectors.google.directory import GoogleDirectory
    from connectors.google.docs import GoogleDocs
    from connectors.google.push import GooglePush
    from connectors.google.service import Google
    from connectors.google.tasks import GoogleTasks

    google = Google(google_access(account, secrets, environ), account.endpoint)
    calendar = GoogleCalendar(google, owner, account.email, account.calendar)
    directory = GoogleDirectory(google) if account.directory else None
    tasks = GoogleTasks(google) if account.tasks else None
    push = GooglePush(google, calendar)
    return Ports(calendar, GoogleDocs(google), directory, tasks, push, google.close)


def google_access(
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
    return wanted(documents=documents, directory=account.directory, tasks=account.tasks)


def _outlook(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> Ports:
    from connectors.outlook.calendar import OutlookCalendar
    from connectors.outlook.client import Graph
    from connectors.outlook.directory import OutlookDirectory
    from connectors.outlook.push import OutlookPush
    from connectors.outlook.tasks import OutlookTasks

    access = _outlook_access(account, secrets, environ)
    for_all = account.certificate or account.secret_env
    graph = Graph(access, account.endpoint, mailbox=account.email if for_all else "")
    directory = OutlookDirectory(graph) if account.directory else None
    calendar = OutlookCalendar(graph, owner, now, calendar=account.calendar, book=directory)
    tasks = OutlookTasks(graph) if account.tasks else None
    push = OutlookPush(graph, calendar, now)
    return Ports(calendar, _word(graph), directory, tasks, push, graph.close)


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
        if not (secret or account.certificate):
            what = f"the environment has no {account.secret_env}, which {name} signs in with"
            raise SignInRequired(what, "put the client secret into it")
        return auth.Organisation(name, client, secret=secret, certificate=account.certificate)
    return auth.Person(name, client, outlook_scopes(account), secrets)


def outlook_scopes(account: AccountSettings) -> list[str]:
    """Return what `login` asks an account's owner for at Microsoft."""
    from connectors.outlook import auth

    documents = account.documents is DocumentKind.WORD
    return auth.scopes(documents=documents, directory=account.directory, tasks=account.tasks)


def _word(graph: Graph) -> Documents:
    try:
        from connectors.outlook.word import WordDocuments
    except ModuleNotFoundError as error:
        raise NotPermitted("Word documents need python-docx", "install visavis[word]") from error
    return WordDocuments(graph)


def _caldav(
    account: AccountSettings, owner: Person, secrets: TokenStore, environ: Mapping[str, str]
) -> Ports:
    from connectors.caldav import CalDavCalendar, CalDavTasks, WebDavFolder

    secret = secrets.password(account) or "", ready_token(account, environ) or ""
    dav = caldav(account, *secret)
    calendar = CalDavCalendar(dav, owner, zone(account, ""), now, name=account.calendar)
    shelf = caldav(account, *secret, url=account.folder) if account.folder else None
    return Ports(
        calendar,
        WebDavFolder(shelf) if shelf else None,
        tasks=CalDavTasks(dav) if account.tasks else None,
        close=partial(_close, [dav, *([shelf] if shelf else [])]),
    )


def _close(clients: Sequence[Dav]) -> None:
    for client in clients:
        client.close()


def caldav(
    account: AccountSettings, password: str, token: str = "", *, url: str | None = None
) -> Dav:
    """Return the server of an account, or another place there; many know people by address."""
    from connectors.caldav import Dav

    username = account.username or account.email
    return Dav(
        url or account.url or "",
        username=username,
        password=password,
        token=token,
        name=account.name,
    )


def texts(
    settings: Settings, account: AccountSettings, links: Links | None
) -> MarkdownFolder | None:
    """Return the folder of an account's Markdown documents, which the page serves to others."""
    from connectors.files import MarkdownFolder

    if account.provider is Provider.FILES:
        folder = (account.path or Path()) / "agendas"
    elif account.documents is DocumentKind.MARKDOWN and not account.folder:
        folder = settings.home / "agendas"
    else:
        return None
    address = (lambda path: links.agenda(account.name, path.name)) if links else None
    named = [pair.file for pair in settings.pairs if pair.file]
    return MarkdownFolder(folder, address, named)


def zone(account: AccountSettings, provider: str) -> str:
    """Return the account's zone: the settings', the provider's, or the system's."""
    if account.timezone is not None:
        return str(account.timezone)
    if provider:
        return provider
    from tzlocal import get_localzone_name

    return get_localzone_name() or "UTC"
