"""Rules between keys, checked on the tables as TOML gives them.

They do not wait for each value to be right by itself: the owner hears everything at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from config.fields import is_loopback
from config.problems import Finding, Place, Wrong, dotted
from config.values import DocumentKind, Provider, Tls, token_variable

Row: TypeAlias = tuple[Place, dict[str, Any]]

_NEEDS_ONE_OF: Mapping[str, Sequence[str]] = {
    Provider.GOOGLE: ("client_secrets", "service_account"),
    Provider.OUTLOOK: ("client_id",),
    Provider.CALDAV: ("url",),
    Provider.FILES: ("path",),
}
# Where a ready bearer token does in place of the keys above.
_SIGNS_IN = (Provider.GOOGLE, Provider.OUTLOOK)
# Markdown is at home everywhere.
_HOME_OF: Mapping[str, Provider] = {
    DocumentKind.GOOGLE: Provider.GOOGLE,
    DocumentKind.WORD: Provider.OUTLOOK,
}


def broken_rules(tables: Mapping[str, Any], environ: Mapping[str, str]) -> Iterator[Finding]:
    """Yield what does not fit together, and what is missing because of another key."""
    accounts = _rows(tables, "account")
    for place, account in accounts:
        yield from _missing(place, account, environ)
        yield from _foreign_documents(place, account)
        yield from _nobodys_tasks(place, account)
    yield from _repeated(accounts, ["name"], "the name is taken by")
    calendar = ["email", "provider", "calendar", "url", "path", "endpoint"]
    yield from _repeated(accounts, calendar, "the same calendar as")
    yield from _repeated(_rows(tables, "pair"), ["with"], "the same person as")
    yield from _readable_mail(tables.get("mail"))


def _rows(tables: Mapping[str, Any], name: str) -> list[Row]:
    """Return the tables of one name; what is no table is told of by the schema."""
    found = tables.get(name)
    rows = enumerate(found if isinstance(found, list) else ())
    return [((name, position), row) for position, row in rows if isinstance(row, dict)]


def _missing(
    place: Place, account: Mapping[str, Any], environ: Mapping[str, str]
) -> Iterator[Finding]:
    """Yield the key that the provider cannot do without.

    Keys of other providers are no mistake: they may wait in the file for another day.
    """
    provider = str(account.get("provider"))
    keys = _NEEDS_ONE_OF.get(provider, ())
    if not keys or account.keys() & set(keys):
        return
    variable, remedy = token_variable(str(account.get("name"))), ""
    if provider in _SIGNS_IN:
        # The token of a stand-in may well be in the environment of other commands than this one.
        if environ.get(variable) or "endpoint" in account:
            return
        remedy = f"or set {variable} to a ready token"
    yield (*place, keys[0]), Wrong(f"{provider} needs {' or '.join(keys)}", remedy=remedy)


def _foreign_documents(place: Place, account: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield documents that this account's sign-in cannot reach."""
    documents, provider = str(account.get("documents")), account.get("provider")
    home = _HOME_OF.get(documents, provider)
    if home != provider:
        what = f'"{documents}" documents come with {home} accounts alone'
        yield (*place, "documents"), Wrong(what, nearest=DocumentKind.MARKDOWN)


def _nobodys_tasks(place: Place, account: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a task list where nobody signs in: Microsoft To Do has no application permissions."""
    for_all = {"certificate", "secret_env"} & {key for key, value in account.items() if value}
    if account.get("provider") == Provider.OUTLOOK and account.get("tasks") is True and for_all:
        what = "Microsoft To Do is open to a person who signs in, not to an organisation"
        yield (*place, "tasks"), Wrong(what, remedy="leave it out, or sign in without a secret")


def _repeated(rows: Sequence[Row], keys: Sequence[str], complaint: str) -> Iterator[Finding]:
    """Yield each row that is like an earlier one in all of `keys`; the first must be there."""
    first: dict[tuple[str, ...], Place] = {}
    for place, row in rows:
        if keys[0] in row:
            # Addresses are compared without case, names have only one.
            known = {"calendar": "primary", **row, keys[0]: str(row[keys[0]]).lower()}
            earlier = first.setdefault(tuple(str(known.get(key)) for key in keys), place)
            if earlier != place:
                yield (*place, keys[0]), Wrong(f"{complaint} {dotted(earlier)}")


def _readable_mail(mail: object) -> Iterator[Finding]:
    """Yield the wish for no TLS where others could listen."""
    if not isinstance(mail, dict) or mail.get("tls") != Tls.NONE:
        return
    if not is_loopback(str(mail.get("host", "localhost"))):
        what = "only a server on loopback may be spoken to in clear text"
        yield ("mail", "tls"), Wrong(what, nearest=Tls.STARTTLS)
