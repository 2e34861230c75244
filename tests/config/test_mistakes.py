"""What a wrong settings file is answered with: file, line, key, the nearest right one."""

from collections.abc import Callable

import pytest

from config.settings import Settings

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


UNKNOWN = "unknown key; known are home, database, policy, account, pair, notify, mail, web"


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
        ('xyzzy = "24h"', f"xyzzy: {UNKNOWN}"),
        ("source = 1", f"source: {UNKNOWN}"),
        ('"\\u001B[2J" = 1', f'"\\u001b[2J": {UNKNOWN}'),
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


def test_a_wrong_policy_is_told_once_however_many_pairs_have_it(problems_of: ProblemsOf) -> None:
    assert problems_of(f"{BEN}[policy]\noptions = 0\n") == [
        "visavis.toml:9: policy.options: must be at least 1"
    ]
