"""What a right settings file says, sentence by sentence of CONTRACT 2."""

from collections.abc import Callable
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from config.settings import Policy, Settings
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
)

SettingsOf = Callable[..., Settings]

ACCOUNT = """
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "calendars"
"""


def test_one_account_is_all_a_file_needs(settings_of: SettingsOf, tmp_path: Path) -> None:
    settings = settings_of(ACCOUNT)

    account = settings.account("paper")
    assert account.provider is Provider.FILES
    assert account.email == "maya@acme.example"
    assert account.path == tmp_path / "calendars"
    assert settings.database == "sqlite"
    assert settings.policy == Policy()
    assert settings.pairs == ()
    assert settings.notify.to == ()
    assert settings.mail is None
    assert settings.web.listen == Listen("127.0.0.1", 8765)
    assert settings.web.public_url is None
    assert settings.source == tmp_path / "visavis.toml"


def test_the_policy_has_the_defaults_that_are_promised(settings_of: SettingsOf) -> None:
    policy = settings_of(ACCOUNT).policy

    assert dict(policy) == {
        "look_every": timedelta(minutes=5),
        "prepare": timedelta(hours=24),
        "look_back": timedelta(weeks=8),
        "look_ahead": timedelta(weeks=3),
        "working_days": (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI),
        "working_hours": DaySpan(time(9), time(17, 30)),
        "lunch": DaySpan(time(12), time(13)),
        "week_starts": Weekday.MON,
        "warn_after": 2,
        "alert_after": 3,
        "options": 3,
        "notice": timedelta(hours=2),
        "accept": Accept.ASK,
        "freeze": timedelta(hours=24),
        "recap": Recap.ME,
        "quiet": None,
        "mail_budget": 4,
        "write": True,
    }


def test_an_account_is_read_whole(settings_of: SettingsOf, tmp_path: Path) -> None:
    account = settings_of("""
        [[account]]
        name = "work-2"
        provider = "outlook"
        email = "Maya@Acme.example"
        aliases = ["Maya.K@acme.example"]
        person = "maya"
        timezone = "Europe/Berlin"
        country = "DE"
        calendar = "One-on-ones"
        documents = "markdown"
        directory = true
        client_id = "app"
        tenant = "acme.example"
        certificate = "secrets/app.pem"
        secret_env = "APP_SECRET"
        endpoint = "http://127.0.0.1:8085/"
    """).account("work-2")

    assert account.provider is Provider.OUTLOOK
    assert account.email == "maya@acme.example"
    assert account.aliases == ("maya.k@acme.example",)
    assert account.person == "maya"
    assert account.timezone == ZoneInfo("Europe/Berlin")
    assert account.country == "DE"
    assert account.calendar == "One-on-ones"
    assert account.documents is DocumentKind.MARKDOWN
    assert account.directory
    assert account.client_id == "app"
    assert account.tenant == "acme.example"
    assert account.certificate == tmp_path / "secrets/app.pem"
    assert account.secret_env == "APP_SECRET"
    assert account.endpoint == "http://127.0.0.1:8085"
    assert account.token_variable == "VISAVIS_ACCESS_TOKEN_WORK_2"


def test_what_an_account_leaves_out_is_the_providers_to_say(settings_of: SettingsOf) -> None:
    account = settings_of(ACCOUNT).account("paper")

    assert account.aliases == ()
    assert account.person is None
    assert account.timezone is None
    assert account.country is None
    assert account.calendar == "primary"
    assert account.tenant == "common"
    assert not account.directory


@pytest.mark.parametrize(
    ("account", "documents"),
    [
        ('provider = "google"\nclient_secrets = "client.json"', DocumentKind.GOOGLE),
        ('provider = "outlook"\nclient_id = "app"', DocumentKind.WORD),
        ('provider = "caldav"\nurl = "https://dav.acme.example/"', DocumentKind.MARKDOWN),
        ('provider = "files"\npath = "calendars"', DocumentKind.MARKDOWN),
    ],
)
def test_documents_live_where_the_provider_has_them(
    settings_of: SettingsOf, account: str, documents: DocumentKind
) -> None:
    settings = settings_of(f'[[account]]\nname = "a"\nemail = "maya@acme.example"\n{account}')

    assert settings.account("a").documents is documents


@pytest.mark.parametrize(
    "account",
    [
        'provider = "google"\nclient_secrets = "client.json"',
        'provider = "google"\nservice_account = "key.json"',
        'provider = "google"\nendpoint = "http://127.0.0.1:8085"',
        'provider = "outlook"\nendpoint = "http://localhost:8085"',
        'provider = "outlook"\nclient_id = "app"\nendpoint = "https://graph.acme.example"',
        'provider = "caldav"\nurl = "http://[::1]:5232/maya/"',
    ],
)
def test_an_account_that_can_sign_in_loads(settings_of: SettingsOf, account: str) -> None:
    settings = settings_of(f'[[account]]\nname = "a"\nemail = "maya@acme.example"\n{account}')

    assert settings.account("a").email == "maya@acme.example"


def test_a_mail_address_stands_for_the_server_of_its_host(settings_of: SettingsOf) -> None:
    row = '[[account]]\nname = "a"\nprovider = "caldav"\nemail = "maya@acme.example"\n'

    settings = settings_of(f'{row}url = "maya@acme.example"')

    assert settings.account("a").url == "https://acme.example/"


@pytest.mark.parametrize("provider", ["google", "outlook"])
def test_a_ready_token_needs_no_other_sign_in(settings_of: SettingsOf, provider: str) -> None:
    text = f'[[account]]\nname = "my-work"\nemail = "maya@acme.example"\nprovider = "{provider}"'

    settings = settings_of(text, VISAVIS_ACCESS_TOKEN_MY_WORK="token")

    assert settings.account("my-work").provider == provider


def test_accounts_of_one_person_belong_together(settings_of: SettingsOf) -> None:
    row = '[[account]]\nname = "{}"\nprovider = "files"\nemail = "maya@acme.example"\npath = "{}"\n'
    names = ["work", "own", "home", "maya"]
    rows = [row.format(name, name) for name in names]
    rows[0] += 'person = "maya"\n'
    rows[2] += 'person = "maya"\n'

    people = settings_of("".join(rows)).people()

    # The account that happens to be called maya is nobody's by name alone.
    assert [[account.name for account in human] for human in people] == [
        ["work", "home"],
        ["own"],
        ["maya"],
    ]


def test_a_pair_is_read_whole(settings_of: SettingsOf) -> None:
    (pair,) = settings_of(f"""{ACCOUNT}
        [[pair]]
        with = "Ben@Acme.example"
        role = "manager"
        cadence = "weekly"
        started = 2026-02-01
        development = "public speaking"
        document = "https://docs.acme.example/1"
        tone = "gentle"
        ignore = true
    """).pairs

    assert pair.address == "ben@acme.example"
    assert pair.role is Role.MANAGER
    assert pair.cadence is Cadence.WEEKLY
    assert pair.started == date(2026, 2, 1)
    assert pair.development == "public speaking"
    assert pair.document == "https://docs.acme.example/1"
    assert pair.tone is Tone.GENTLE
    assert pair.ignore


def test_a_pair_is_known_by_its_address_alone(settings_of: SettingsOf) -> None:
    settings = settings_of(f'{ACCOUNT}[[pair]]\nwith = "ben@acme.example"')

    pair = settings.pair_for("Ben@Acme.example")

    assert pair is not None
    assert pair.role is None
    assert pair.cadence is None
    assert pair.started is None
    assert pair.development == ""
    assert pair.document is None
    assert pair.tone is Tone.AUTO
    assert not pair.ignore
    assert settings.pair_for("cho@acme.example") is None


def test_a_document_without_an_address_is_a_file_beside_the_settings(
    settings_of: SettingsOf, tmp_path: Path
) -> None:
    settings = settings_of(f'{ACCOUNT}[[pair]]\nwith = "ben@acme.example"\ndocument = "ben.md"')

    assert settings.pairs[0].document == str(tmp_path / "ben.md")


OTHER_POLICY = {
    "look_every": '"1m"',
    "prepare": '"48h"',
    "look_back": '"4w"',
    "look_ahead": '"2w"',
    "working_days": '["sun", "mon"]',
    "working_hours": '"08:00-16:00"',
    "lunch": '""',
    "week_starts": '"sun"',
    "warn_after": "1",
    "alert_after": "2",
    "options": "5",
    "notice": '"30m"',
    "accept": '"auto"',
    "freeze": '"2h"',
    "recap": '"both"',
    "quiet": '"19:00-08:00"',
    "mail_budget": "0",
    "write": "false",
}


def test_every_policy_key_has_another_value_in_these_tests() -> None:
    assert OTHER_POLICY.keys() == Policy.model_fields.keys()


@pytest.mark.parametrize("key", OTHER_POLICY)
def test_each_policy_key_may_stand_in_a_pair_table_too(settings_of: SettingsOf, key: str) -> None:
    line = f"{key} = {OTHER_POLICY[key]}"
    for_all = settings_of(f"[policy]\n{line}\n{ACCOUNT}").policy
    settings = settings_of(f'{ACCOUNT}[[pair]]\nwith = "ben@acme.example"\n{line}')

    for_ben = settings.policy_for("ben@acme.example")

    assert getattr(for_ben, key) == getattr(for_all, key) != getattr(Policy(), key)
    assert settings.policy_for("cho@acme.example") == Policy()


def test_a_pair_has_the_policy_of_everybody_where_it_says_nothing(settings_of: SettingsOf) -> None:
    settings = settings_of(f"""{ACCOUNT}
        [[pair]]
        with = "ben@acme.example"
        prepare = "48h"
        [policy]
        prepare = "12h"
        options = 5
    """)

    for_ben = settings.policy_for("ben@acme.example")

    assert (for_ben.prepare, for_ben.options) == (timedelta(hours=48), 5)
    assert for_ben.alert_after == 3


def test_a_pair_may_return_to_the_default(settings_of: SettingsOf) -> None:
    settings = settings_of(f"""{ACCOUNT}
        [[pair]]
        with = "ben@acme.example"
        write = true
        [policy]
        write = false
    """)

    assert not settings.policy.write
    assert settings.policy_for("ben@acme.example").write


def test_an_alert_may_come_before_any_note(settings_of: SettingsOf) -> None:
    assert settings_of(f"[policy]\nalert_after = 1\n{ACCOUNT}").policy.alert_after == 1


def test_mail_notices_and_page_are_read_whole(settings_of: SettingsOf) -> None:
    settings = settings_of(f"""{ACCOUNT}
        [notify]
        to = ["json://127.0.0.1:9000/hook", "slack://TokenA/TokenB/TokenC"]
        [mail]
        host = "127.0.0.1"
        port = 1025
        sender = "visavis@acme.example"
        username = ""
        password_env = "SMTP_PASSWORD"
        tls = "none"
        [web]
        listen = "[::1]:0"
        public_url = "https://visavis.acme.example/"
    """)

    assert settings.notify.to == ("json://127.0.0.1:9000/hook", "slack://TokenA/TokenB/TokenC")
    assert settings.mail is not None
    assert settings.mail.host == "127.0.0.1"
    assert settings.mail.port == 1025
    assert settings.mail.sender == "visavis@acme.example"
    assert settings.mail.username == ""
    assert settings.mail.password_env == "SMTP_PASSWORD"
    assert settings.mail.tls is Tls.NONE
    assert settings.web.listen == Listen("::1", 0)
    assert settings.web.public_url == "https://visavis.acme.example"


@pytest.mark.parametrize(
    ("lines", "tls", "port"),
    [
        ('host = "localhost"', Tls.NONE, 25),
        ('host = "smtp.acme.example"', Tls.STARTTLS, 587),
        ('host = "smtp.acme.example"\ntls = "tls"', Tls.TLS, 465),
        ('host = "smtp.acme.example"\nport = 25', Tls.STARTTLS, 25),
    ],
)
def test_a_mail_server_is_spoken_to_as_is_usual(
    settings_of: SettingsOf, lines: str, tls: Tls, port: int
) -> None:
    mail = settings_of(f'{ACCOUNT}[mail]\nsender = "visavis@acme.example"\n{lines}').mail

    assert mail is not None
    assert (mail.tls, mail.port) == (tls, port)


@pytest.mark.parametrize(
    "database",
    ["sqlite", "sqlite:////srv/visavis.db", "postgresql+psycopg://maya:secret@127.0.0.1/visavis"],
)
def test_sqlite_and_postgresql_are_databases(settings_of: SettingsOf, database: str) -> None:
    assert settings_of(f'database = "{database}"\n{ACCOUNT}').database == database


def test_paths_start_at_home_or_beside_the_file(settings_of: SettingsOf, tmp_path: Path) -> None:
    assert settings_of(f'home = "state"\n{ACCOUNT}').home == tmp_path / "state"
    assert settings_of(f'home = "~/state"\n{ACCOUNT}').home == Path.home() / "state"
    assert settings_of(f'home = "/srv/visavis"\n{ACCOUNT}').home == Path("/srv/visavis")


def test_secrets_stay_out_of_what_is_shown(settings_of: SettingsOf) -> None:
    settings = settings_of(f"""
        database = "postgresql+psycopg://maya:canary@127.0.0.1/visavis"
        {ACCOUNT}
        [notify]
        to = ["slack://canary/canary/canary"]
    """)

    assert "canary" not in f"{settings!r} {settings}"


def test_a_refused_secret_stays_out_of_the_refusal() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"account": [], "notify": {"to": ["canary"]}})

    assert "canary" not in str(caught.value)


def test_settings_are_frozen(settings_of: SettingsOf) -> None:
    settings = settings_of(ACCOUNT)

    with pytest.raises(ValidationError, match="frozen"):
        settings.policy.write = False


def test_an_account_nobody_has_is_a_key_error(settings_of: SettingsOf) -> None:
    with pytest.raises(KeyError, match="work"):
        settings_of(ACCOUNT).account("work")
