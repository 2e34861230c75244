"""What a wrong settings file is answered with: file, line, key, the nearest right one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config.problems import SettingsError
from config.settings import Settings, load

SettingsOf = Callable[..., Settings]
ProblemsOf = Callable[..., list[str]]

ACCOUNT = """\
[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "calendars"
"""
BEN = f'{ACCOUNT}[[pair]]\nwith = "ben@acme.example"\n'


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(problems_of: ProblemsOf) -> None:
    assert problems_of("""\
policies = 1
[policy]
prepar = "24h"
look_every = "5 minutes"

# An account of a provider that nobody knows.
[[account]]
name = "work"
provider = "gogle"
timezone = "Europe/Berln"

[[account]]
name = "work"
provider = "caldav"
email = "maya@acme.example"

[[pair]]
with = "ben@acme.example"
options = 0
tone = "blunt"

[web]
port = 8765
""") == [
        'visavis.toml:1: policies: unknown key; did you mean "policy"?',
        'visavis.toml:3: policy.prepar: unknown key; did you mean "prepare"?',
        (
            'visavis.toml:4: policy.look_every: "5 minutes" is no duration such as "30s", "5m", '
            '"24h" or "8w"; did you mean "5m"?'
        ),
        "visavis.toml:7: account[1].email: missing",
        (
            'visavis.toml:9: account[1].provider: "gogle" is none of "google", "outlook", '
            '"caldav", "files"; did you mean "google"?'
        ),
        (
            'visavis.toml:10: account[1].timezone: "Europe/Berln" is no IANA zone such as '
            '"Europe/Berlin"; did you mean "Europe/Berlin"?'
        ),
        "visavis.toml:12: account[2].url: caldav needs url",
        "visavis.toml:13: account[2].name: the name is taken by account[1]",
        "visavis.toml:19: pair[1].options: must be at least 1",
        'visavis.toml:20: pair[1].tone: "blunt" is none of "plain", "gentle", "direct", "auto"',
        'visavis.toml:23: web.port: unknown key; did you mean "mail.port"?',
    ]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('home = ""', "home: may not be empty"),
        ("home = 3", "home: needs text in quotes"),
        ('home = "~nobody-here/x"', 'home: "~nobody-here/x": Could not determine home directory.'),
        (
            'database = "postgresql://maya:canary@db/visavis"',
            (
                'database: needs "sqlite" or a URL such as postgresql+psycopg://…; '
                'did you mean "postgresql+psycopg"?'
            ),
        ),
        (
            'database = "sqlit"',
            (
                'database: needs "sqlite" or a URL such as postgresql+psycopg://…; '
                'did you mean "sqlite"?'
            ),
        ),
        ('policy = "strict"', 'policy: needs a table of its own; did you mean "[policy]"?'),
        ('prepare = "24h"', 'prepare: unknown key; did you mean "policy.prepare"?'),
        (
            'xyzzy = "24h"',
            (
                "xyzzy: unknown key; known are home, database, policy, account, pair, notify, "
                "mail, web"
            ),
        ),
        (
            "source = 1",
            (
                "source: unknown key; known are home, database, policy, account, pair, "
                "notify, mail, web"
            ),
        ),
        ("[accounts]\nname = 1", 'accounts: unknown table; did you mean "account"?'),
        ("[pair]", 'pair: needs double brackets; did you mean "[[pair]]"?'),
        ("[[policy]]", 'policy: needs a table of its own; did you mean "[policy]"?'),
    ],
)
def test_a_mistake_outside_of_tables(problems_of: ProblemsOf, line: str, answer: str) -> None:
    assert problems_of(f"{line}\n{ACCOUNT}") == [f"visavis.toml:1: {answer}"]


NO_DURATION = 'is no duration such as "30s", "5m", "24h" or "8w"'
NO_SPAN = 'is no span of the day such as "09:00-17:30"'


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('look_every = "0s"', "look_every: must be longer than nothing"),
        ('look_ahead = "0w"', "look_ahead: must be longer than nothing"),
        ('look_back = "-8w"', f'look_back: "-8w" {NO_DURATION}'),
        ('look_back = "8W"', f'look_back: "8W" {NO_DURATION}; did you mean "8w"?'),
        ('look_back = "8"', f'look_back: "8" {NO_DURATION}'),
        ('look_back = "1234567w"', f'look_back: "1234567w" {NO_DURATION}'),
        ('look_back = "8y"', f'look_back: "8y" {NO_DURATION}'),
        ("notice = 2", "notice: needs text in quotes"),
        ("working_days = []", "working_days: may not be empty"),
        ('working_days = "mon"', "working_days: needs a list in brackets"),
        (
            'working_days = ["mon", "Tues"]',
            (
                'working_days[2]: "Tues" is none of "mon", "tue", "wed", "thu", "fri", "sat", '
                '"sun"; did you mean "tue"?'
            ),
        ),
        ('working_hours = ""', f'working_hours: "" {NO_SPAN}'),
        ('working_hours = "9-17"', f'working_hours: "9-17" {NO_SPAN}'),
        ('working_hours = "09:00-25:00"', f'working_hours: "09:00-25:00" {NO_SPAN}'),
        ('working_hours = "09:00-17:60"', f'working_hours: "09:00-17:60" {NO_SPAN}'),
        ('working_hours = "17:30-09:00"', 'working_hours: "17:30-09:00" ends before it starts'),
        ('lunch = "13:00-12:00"', 'lunch: "13:00-12:00" ends before it starts'),
        ('quiet = "19:00-19:00"', 'quiet: "19:00-19:00" ends when it starts'),
        ("quiet = false", "quiet: needs text in quotes"),
        (
            'week_starts = "monday"',
            (
                'week_starts: "monday" is none of "mon", "tue", "wed", "thu", "fri", "sat", "sun"; '
                'did you mean "mon"?'
            ),
        ),
        ("warn_after = 0", "warn_after: must be at least 1"),
        ("alert_after = 0", "alert_after: must be at least 1"),
        ('alert_after = "3"', "alert_after: needs a whole number"),
        ("options = 2.5", "options: needs a whole number"),
        ("options = true", "options: needs a whole number"),
        ("mail_budget = -1", "mail_budget: must be at least 0"),
        ('accept = "Auto"', 'accept: "Auto" is none of "ask", "auto"; did you mean "auto"?'),
        ('recap = "bot"', 'recap: "bot" is none of "me", "both"; did you mean "both"?'),
        ('write = "false"', "write: needs true or false, without quotes"),
        ("write = 0", "write: needs true or false, without quotes"),
        (
            'home = "~/state"',
            'home: unknown key; what belongs to no table comes first; did you mean "home"?',
        ),
        ("[policy.write]", "write: needs true or false, without quotes"),
    ],
)
def test_a_mistake_in_the_policy_or_in_that_of_a_pair(
    problems_of: ProblemsOf, line: str, answer: str
) -> None:
    in_pair = line.replace("[policy.", "[pair.")
    # A table within the policy has its own line.
    assert problems_of(f"{ACCOUNT}[policy]\n{line}\n") == [f"visavis.toml:7: policy.{answer}"]
    assert problems_of(f"{BEN}{in_pair}\n") == [f"visavis.toml:8: pair[1].{answer}"]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('name = "Work"', "name: needs lower-case letters, digits and hyphens"),
        ('name = "my_work"', "name: needs lower-case letters, digits and hyphens"),
        ('name = ""', "name: needs lower-case letters, digits and hyphens"),
        ('email = "maya"', "email: needs an address such as maya@acme.example"),
        ('path = ""', "path: may not be empty"),
        ('aliases = "m@acme.example"', "aliases: needs a list in brackets"),
        ('aliases = ["maya"]', "aliases[1]: needs an address such as maya@acme.example"),
        ('person = ""', "person: may not be empty"),
        (
            'timezone = "Berlin"',
            (
                'timezone: "Berlin" is no IANA zone such as "Europe/Berlin"; '
                'did you mean "Europe/Berlin"?'
            ),
        ),
        ('timezone = "../x"', 'timezone: "../x" is no IANA zone such as "Europe/Berlin"'),
        ('timezone = ""', 'timezone: "" is no IANA zone such as "Europe/Berlin"'),
        ('country = "de"', 'country: needs an ISO 3166 code in capitals such as "DE"'),
        ('calendar = ""', "calendar: may not be empty"),
        (
            'documents = "wird"',
            'documents: "wird" is none of "google", "word", "markdown"; did you mean "word"?',
        ),
        (
            'documents = "google"',
            (
                'documents: "google" documents come with google accounts alone; '
                'did you mean "markdown"?'
            ),
        ),
        (
            'documents = "word"',
            (
                'documents: "word" documents come with outlook accounts alone; '
                'did you mean "markdown"?'
            ),
        ),
        ("directory = 1", "directory: needs true or false, without quotes"),
        ("client_id = 1", "client_id: needs text in quotes"),
        ('tenant = ""', "tenant: may not be empty"),
        ('secret_env = "it is canary!"', "secret_env: needs the name of an environment variable"),
        ('password_env = "p4ss-canary"', "password_env: needs the name of an environment variable"),
        ('password = "canary"', 'password: unknown key; did you mean "password_env"?'),
        (
            'endpoint = "http://calendar.example"',
            'endpoint: only loopback may be plain http; did you mean "https://calendar.example"?',
        ),
        (
            'endpoint = "127.0.0.1:8085"',
            "endpoint: needs an address such as https://dav.acme.example/",
        ),
        (
            'endpoint = "ftp://127.0.0.1"',
            "endpoint: needs an address such as https://dav.acme.example/",
        ),
        (
            'url = "http://192.168.1.7:5232/"',
            'url: only loopback may be plain http; did you mean "https://192.168.1.7:5232/"?',
        ),
        ('url = "https://dav:99999/"', "url: is no address: Port out of range 0-65535"),
        (
            'url = "https://maya:canary@dav.acme.example/"',
            "url: a user name in an address ends up in logs; it has a key of its own",
        ),
        ('mail = "x"', 'mail: unknown key; did you mean "email"?'),
    ],
)
def test_a_mistake_in_an_account(problems_of: ProblemsOf, line: str, answer: str) -> None:
    rows = {row.partition(" ")[0]: row for row in ACCOUNT.splitlines()}
    rows[line.partition(" ")[0]] = line
    number = list(rows.values()).index(line) + 1

    assert problems_of("\n".join(rows.values())) == [f"visavis.toml:{number}: account[1].{answer}"]


@pytest.mark.parametrize(
    ("provider", "answer"),
    [
        (
            "google",
            (
                "client_secrets: google needs client_secrets or service_account; "
                "or set VISAVIS_ACCESS_TOKEN_MY_WORK to a ready token"
            ),
        ),
        (
            "outlook",
            (
                "client_id: outlook needs client_id; "
                "or set VISAVIS_ACCESS_TOKEN_MY_WORK to a ready token"
            ),
        ),
        ("caldav", "url: caldav needs url"),
        ("files", "path: files needs path"),
    ],
)
def test_each_provider_has_keys_it_needs(
    problems_of: ProblemsOf, provider: str, answer: str
) -> None:
    text = f'[[account]]\nname = "my-work"\nemail = "maya@acme.example"\nprovider = "{provider}"'

    # The token of another account is of no use.
    assert problems_of(text, VISAVIS_ACCESS_TOKEN_WORK="token") == [
        f"visavis.toml:1: account[1].{answer}"
    ]


@pytest.mark.parametrize("provider", ["caldav", "files"])
def test_a_token_does_not_say_where_a_calendar_is(problems_of: ProblemsOf, provider: str) -> None:
    text = f'[[account]]\nname = "work"\nemail = "maya@acme.example"\nprovider = "{provider}"'

    assert len(problems_of(text, VISAVIS_ACCESS_TOKEN_WORK="token")) == 1


@pytest.mark.parametrize("key", ["name", "provider", "email"])
def test_an_account_has_a_name_a_provider_and_an_address(problems_of: ProblemsOf, key: str) -> None:
    rows = [row for row in ACCOUNT.splitlines() if not row.startswith(key)]

    assert problems_of("\n".join(rows)) == [f"visavis.toml:1: account[1].{key}: missing"]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[policy]\n"])
def test_a_file_without_an_account_is_of_no_use(problems_of: ProblemsOf, text: str) -> None:
    assert problems_of(text) == ["visavis.toml:1: account: missing; add a table [[account]]"]


def test_a_list_of_no_accounts_is_none_either(problems_of: ProblemsOf) -> None:
    assert problems_of("\naccount = []") == ["visavis.toml:2: account: may not be empty"]


def test_one_calendar_has_one_account(problems_of: ProblemsOf) -> None:
    again = ACCOUNT.replace("paper", "again").replace("maya@", "Maya@")

    assert problems_of(f"{ACCOUNT}{again}") == [
        "visavis.toml:9: account[2].email: the same calendar as account[1]"
    ]


def test_the_usual_calendar_by_name_is_the_usual_calendar(problems_of: ProblemsOf) -> None:
    again = ACCOUNT.replace("paper", "again") + 'calendar = "primary"\n'

    assert problems_of(f"{ACCOUNT}{again}") == [
        "visavis.toml:9: account[2].email: the same calendar as account[1]"
    ]


def test_one_address_may_have_several_calendars(settings_of: SettingsOf) -> None:
    folder = ACCOUNT.replace("paper", "folder").replace("calendars", "other")
    calendar = ACCOUNT.replace("paper", "calendar") + 'calendar = "other"\n'
    person = ACCOUNT.replace("paper", "ben").replace("maya@", "ben@")
    dav = '[[account]]\nname = "dav"\nprovider = "caldav"\nemail = "maya@acme.example"\n'
    dav += 'url = "https://dav.acme.example/"\n'

    assert len(settings_of(f"{ACCOUNT}{folder}{calendar}{person}{dav}").accounts) == 5


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ('role = "boss"', 'role: "boss" is none of "manager", "report", "peer"'),
        (
            'cadence = "week"',
            'cadence: "week" is none of "weekly", "biweekly", "monthly"; did you mean "weekly"?',
        ),
        ('started = "2026-02-01"', "started: needs a date such as 2026-02-01, without quotes"),
        (
            "started = 2026-02-01T00:00:00Z",
            "started: needs a date such as 2026-02-01, without quotes",
        ),
        ("development = []", "development: needs text in quotes"),
        ('document = ""', "document: may not be empty"),
        (
            'document = "ftp://acme.example/1"',
            "document: needs an address such as https://dav.acme.example/",
        ),
        ('ignore = "yes"', "ignore: needs true or false, without quotes"),
        ('prepar = "1h"', 'prepar: unknown key; did you mean "prepare"?'),
        ('email = "ben@acme.example"', 'email: unknown key; did you mean "account.email"?'),
        (
            '[[pair]]\nwith = "Ben@acme.example"',
            "with: the same person as pair[1]",
        ),
    ],
)
def test_a_mistake_about_a_pair(problems_of: ProblemsOf, line: str, answer: str) -> None:
    spot = "visavis.toml:9: pair[2]" if "\n" in line else "visavis.toml:8: pair[1]"

    assert problems_of(f"{BEN}{line}") == [f"{spot}.{answer}"]


def test_a_pair_is_with_somebody(problems_of: ProblemsOf) -> None:
    assert problems_of(f'{ACCOUNT}[[pair]]\nrole = "peer"') == [
        "visavis.toml:6: pair[1].with: missing"
    ]


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (
            '[notify]\nto = ["json://127.0.0.1", "canary"]',
            "7: notify.to[2]: needs an Apprise address such as slack://…",
        ),
        ('[notify]\nto = "json://127.0.0.1"', "7: notify.to: needs a list in brackets"),
        ('[mail]\nsender = "visavis@acme.example"', "6: mail.host: missing"),
        ('[mail]\nhost = "127.0.0.1"', "6: mail.sender: missing"),
        (
            '[mail]\nhost = "smtp.acme.example"\nsender = "v@acme.example"\ntls = "none"',
            (
                "9: mail.tls: only a server on loopback may be spoken to in clear text; "
                'did you mean "starttls"?'
            ),
        ),
        (
            '[mail]\nhost = "127.0.0.1"\nsender = "v@acme.example"\ntls = "no"',
            '9: mail.tls: "no" is none of "none", "starttls", "tls"; did you mean "none"?',
        ),
        (
            '[mail]\nhost = "127.0.0.1"\nsender = "v@acme.example"\nport = 0',
            "9: mail.port: must be at least 1",
        ),
        (
            '[mail]\nhost = "127.0.0.1"\nsender = "v@acme.example"\nport = 65536',
            "9: mail.port: must be at most 65535",
        ),
        (
            '[web]\nlisten = "127.0.0.1"',
            '7: web.listen: needs a host and a port such as "127.0.0.1:8765"',
        ),
        (
            '[web]\nlisten = ":8765"',
            '7: web.listen: needs a host and a port such as "127.0.0.1:8765"',
        ),
        (
            '[web]\nlisten = "http://127.0.0.1:8765"',
            '7: web.listen: needs a host and a port such as "127.0.0.1:8765"',
        ),
        (
            '[web]\npublic_url = "visavis.acme.example"',
            "7: web.public_url: needs an address such as https://dav.acme.example/",
        ),
    ],
)
def test_a_mistake_about_messages_and_the_page(
    problems_of: ProblemsOf, lines: str, answer: str
) -> None:
    assert problems_of(f"{ACCOUNT}{lines}") == [f"visavis.toml:{answer}"]


def test_a_secret_in_the_wrong_place_is_not_shown(problems_of: ProblemsOf) -> None:
    answers = problems_of(f"""{ACCOUNT}password = "canary"
        secret_env = "it is canary!"
        url = "https://maya:canary@dav.acme.example/"
        [notify]
        to = ["canary"]
    """)

    assert len(answers) == 4
    assert not any("canary" in answer for answer in answers)


# --- The file itself ---


def test_a_missing_file_is_written_by_init(tmp_path: Path) -> None:
    assert _answer(tmp_path / "visavis.toml") == "no such file; `visavis init` writes one"


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    assert _answer(tmp_path) == "cannot be read: Is a directory"


@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (
            b"[policy]\nprepare 24h\n",
            "2: not valid TOML: expected '=' after a key in a key/value pair",
        ),
        (b"[policy]\nto = [\n\n", "2: not valid TOML: invalid value"),
        (b"write = true\nwrite = false\n", "2: not valid TOML: cannot overwrite a value"),
        (b"# \xe9\n", "1: not UTF-8; save the file as UTF-8"),
        (b"\n\n# \xe9\n", "3: not UTF-8; save the file as UTF-8"),
        ("[policy]\n".encode("utf-16"), "1: not UTF-8; save the file as UTF-8"),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, content: bytes, answer: str) -> None:
    file = tmp_path / "visavis.toml"
    file.write_bytes(content)

    with pytest.raises(SettingsError) as caught:
        load(file, {})

    assert str(caught.value) == f"{file}:{answer}"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_editor_will_do(tmp_path: Path, encoding: str, newline: str) -> None:
    file = tmp_path / "visavis.toml"
    file.write_bytes(ACCOUNT.replace("\n", newline).encode(encoding))

    assert load(file, {}).account("paper").email == "maya@acme.example"


def _answer(file: Path) -> str:
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    return str(caught.value).removeprefix(f"{file}: ")
