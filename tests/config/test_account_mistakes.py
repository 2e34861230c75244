"""What a wrong account is answered with."""

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


def test_a_table_alone_is_no_list_of_accounts(problems_of: ProblemsOf) -> None:
    assert problems_of(ACCOUNT.replace("[[account]]", "[account]")) == [
        'visavis.toml:1: account: needs double brackets; did you mean "[[account]]"?'
    ]


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


def test_an_organisation_has_no_task_list_at_microsoft(
    problems_of: ProblemsOf, settings_of: SettingsOf
) -> None:
    office = '[[account]]\nname = "office"\nprovider = "outlook"\nemail = "maya@acme.example"\n'
    office += 'client_id = "1"\ntasks = true\n'

    assert problems_of(f'{office}secret_env = "SECRET"\n') == [
        (
            "visavis.toml:6: account[1].tasks: Microsoft To Do is open to a person who signs in, "
            "not to an organisation; leave it out, or sign in without a secret"
        )
    ]
    assert settings_of(office).accounts[0].tasks
