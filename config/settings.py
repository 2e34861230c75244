"""The settings of one owner as frozen values, from one TOML file.

A field that is missing in the file has the default written here. `load` reports everything wrong
at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from operator import attrgetter
from pathlib import Path

from platformdirs import user_config_path, user_data_path
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from config import fields, toml
from config.findings import findings
from config.problems import SettingsError
from config.rules import broken_rules
from config.values import (
    Accept,
    Cadence,
    DaySpan,
    DocumentKind,
    Listen,
    Provider,
    Recap,
    Role,
    Tls,
    Tone,
    Weekday,
    token_variable,
)

_OWN_DOCUMENTS = {
    Provider.GOOGLE: DocumentKind.GOOGLE,
    Provider.OUTLOOK: DocumentKind.WORD,
    Provider.CALDAV: DocumentKind.MARKDOWN,
    Provider.FILES: DocumentKind.MARKDOWN,
}
_MAIL_PORTS = {Tls.NONE: 25, Tls.STARTTLS: 587, Tls.TLS: 465}


class Table(BaseModel):
    """A table of the file: frozen, and strict, so that `"3"` is no number and no key is ignored."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


class Policy(Table):
    """How visavis behaves towards everybody, or towards one pair."""

    look_every: fields.SomeTime = timedelta(minutes=5)
    prepare: fields.Duration = timedelta(hours=24)
    """Agenda and link are made this long before the meeting."""
    look_back: fields.Duration = timedelta(weeks=8)
    """History read on the first run."""
    look_ahead: fields.SomeTime = timedelta(weeks=3)
    working_days: fields.AtLeastOne[Weekday] = (
        Weekday.MON,
        Weekday.TUE,
        Weekday.WED,
        Weekday.THU,
        Weekday.FRI,
    )
    working_hours: fields.WithinDay = DaySpan(time(9), time(17, 30))
    """Used where the provider does not tell; in the account's zone, like `lunch`."""
    lunch: fields.WithinDayOrNone = DaySpan(time(12), time(13))
    week_starts: Weekday = Weekday.MON
    warn_after: int = Field(default=2, ge=1)
    """Misses in a row before a quiet note."""
    alert_after: int = Field(default=3, ge=1)
    """Misses in a row before an alert; below `warn_after` there are no notes."""
    options: int = Field(default=3, ge=1)
    """How many times a proposal offers."""
    notice: fields.Duration = timedelta(hours=2)
    """A time sooner than this is never proposed."""
    accept: Accept = Accept.ASK
    freeze: fields.Duration = timedelta(hours=24)
    """`Accept.AUTO` never books a time that starts sooner than this."""
    recap: Recap = Recap.ME
    quiet: fields.DaySpanOrNone = None
    """No mail or chat in these hours of the reader's zone; may pass midnight."""
    mail_budget: int = Field(default=4, ge=0)
    """Most mails a week another person may get because of visavis."""
    write: bool = True
    """False: look and show, change nothing, tell nobody."""


class PairSettings(Policy):
    """The policy towards one person, and what visavis cannot know of the two by itself.

    A policy key that the `[[pair]]` table leaves out has the value of `[policy]`.
    """

    address: fields.Address = Field(alias="with")
    role: Role | None = None
    """What the owner is to the other; None asks the directory."""
    cadence: Cadence | None = None
    started: date | None = None
    """The first day in this role."""
    development: str = ""
    """The growth topic both know of."""
    timezone: fields.Zone | None = None
    """Where the other works; None believes their calendar, the directory, or their invitations."""
    country: fields.Country | None = None
    """Whose public holidays the other has (ISO 3166)."""
    document: fields.Document | None = None
    """A running document that exists: a web address, or the path of a Markdown file."""
    tone: Tone = Tone.AUTO
    ignore: bool = False

    @property
    def file(self) -> Path | None:
        """Where the running document lies, if it is a file."""
        on_disk = self.document and "://" not in self.document
        return Path(self.document) if self.document and on_disk else None


class Account(Table):
    """One calendar of one address. Keys that its provider has no use for are let be."""

    name: fields.Name
    provider: Provider
    email: fields.Address
    aliases: fields.Many[fields.Address] = ()
    person: fields.Words | None = None
    """Accounts with the same word belong to one human; see `Settings.people`."""
    timezone: fields.Zone | None = None
    """None asks the provider, then the system."""
    country: fields.Country | None = None
    """Whose public holidays count (ISO 3166)."""
    calendar: fields.Words = "primary"
    documents: DocumentKind = Field(
        default_factory=lambda earlier: _OWN_DOCUMENTS[earlier["provider"]]
    )
    directory: bool = False
    """Whether to ask the company directory for manager, reports, start date."""
    tasks: bool = False
    """Whether the owner's own action items go to the provider's task list."""

    # Google: the installed app, or delegation.
    client_secrets: fields.FilePath | None = None
    service_account: fields.FilePath | None = None

    # Outlook; a certificate or a secret stands for application permissions.
    client_id: str = ""
    tenant: fields.Words = "common"
    certificate: fields.FilePath | None = None
    secret_env: fields.Variable = ""

    endpoint: fields.Endpoint | None = None
    """The root of a stand-in, without a trailing slash."""

    # CalDAV.
    url: fields.PrivateUrl | None = None
    username: str = ""
    password_env: fields.Variable = ""
    folder: fields.PrivateUrl | None = None
    """A WebDAV folder for the agendas, opened with the same password; None keeps them at home."""

    # Files.
    path: fields.FilePath | None = None

    @property
    def token_variable(self) -> str:
        """The environment variable that may hold a ready bearer token for this account."""
        return token_variable(self.name)


class Notify(Table):
    """Where chat messages go; Apprise addresses hold tokens, so they stay out of `repr`."""

    to: fields.Many[fields.Target] = Field(default=(), repr=False)


class Mail(Table):
    """The mail server; port and privacy follow from the host where the file does not tell."""

    host: fields.Words
    sender: fields.Address
    tls: Tls = Field(default_factory=lambda earlier: _usual_tls(earlier["host"]))
    """Plain on loopback, else STARTTLS."""
    port: int = Field(default_factory=lambda earlier: _MAIL_PORTS[earlier["tls"]], ge=1, le=65535)
    username: str = ""
    password_env: fields.Variable = ""


class Web(Table):
    """The web page; without `public_url` there are no links in mail and no push."""

    listen: fields.ListenAddress = Listen("127.0.0.1", 8765)
    public_url: fields.PageUrl | None = None


class Settings(Table):
    """Everything the owner decided."""

    home: fields.FilePath = Field(
        default_factory=lambda: user_data_path("visavis", appauthor=False)
    )
    database: fields.Database = Field(default="sqlite", repr=False)
    """A SQLAlchemy URL, which may hold a password; "sqlite" is a file in `home`."""
    policy: Policy = Policy()
    accounts: fields.AtLeastOne[Account] = Field(alias="account")
    pairs: fields.Many[PairSettings] = Field(default=(), alias="pair")
    notify: Notify = Notify()
    mail: Mail | None = None
    web: Web = Web()
    _source: Path | None = PrivateAttr(default=None)

    def model_post_init(self, context: Path | None, /) -> None:
        """Keep the file that validation was given as its context."""
        self._source = context

    @field_validator("pairs")
    @classmethod
    def _inherit(
        cls, pairs: tuple[PairSettings, ...], earlier: ValidationInfo
    ) -> tuple[PairSettings, ...]:
        # Where the policy itself is wrong its mistakes are told; no pair adds to them.
        policy = earlier.data.get("policy", Policy())
        return tuple(_with_policy(pair, policy) for pair in pairs)

    @property
    def source(self) -> Path | None:
        """The file these settings were read from."""
        return self._source

    def account(self, name: str) -> Account:
        """Return the account of this name; raises `KeyError` where there is none."""
        for account in self.accounts:
            if account.name == name:
                return account
        raise KeyError(name)

    def people(self) -> tuple[tuple[Account, ...], ...]:
        """Return the accounts by the human they belong to, in the order of the file."""
        groups: dict[tuple[str, str], tuple[Account, ...]] = {}
        for account in self.accounts:
            human = ("person", account.person) if account.person else ("account", account.name)
            groups[human] = (*groups.get(human, ()), account)
        return tuple(groups.values())

    def pair_for(self, address: str) -> PairSettings | None:
        """Return what the file says about the person with this address; case does not count."""
        return next((pair for pair in self.pairs if pair.address == address.lower()), None)

    def policy_for(self, address: str) -> Policy:
        """Return the policy towards the person with this address."""
        return self.pair_for(address) or self.policy


_TABLES: dict[str, type[Table]] = {
    "": Settings,
    "policy": Policy,
    "account": Account,
    "pair": PairSettings,
    "notify": Notify,
    "mail": Mail,
    "web": Web,
}
# What an owner may write where; the keys outside of tables under "".
_KEYS = {
    table: [field.alias or name for name, field in model.model_fields.items()]
    for table, model in _TABLES.items()
}


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the settings; raises `SettingsError` with everything that is wrong.

    `path` is what the owner asked for with `--config`; see `settings_file`.
    """
    source = toml.read(settings_file(path, environ))
    wrong = [*broken_rules(source.tables, environ)]
    try:
        settings = Settings.model_validate(source.tables, context=source.file)
    except ValidationError as error:
        wrong += findings(error, _KEYS)
    if wrong:
        raise SettingsError(sorted(map(source.problem, wrong), key=attrgetter("line")))
    return settings


def settings_file(path: Path | None, environ: Mapping[str, str]) -> Path:
    """Return where to read: the path given, `$VISAVIS_CONFIG`, or the platform's own place."""
    if path is None and (named := environ.get("VISAVIS_CONFIG")):
        path = Path(named)
    usual = user_config_path("visavis", appauthor=False) / "visavis.toml"
    return (path or usual).expanduser()


def _usual_tls(host: str) -> Tls:
    return Tls.NONE if fields.is_loopback(host) else Tls.STARTTLS


def _with_policy(pair: PairSettings, policy: Policy) -> PairSettings:
    # Only what the table itself says counts as set, also where it repeats a default.
    inherited = Policy.model_fields.keys() - pair.model_fields_set
    return pair.model_copy(update={key: getattr(policy, key) for key in inherited})
