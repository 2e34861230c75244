"""The example that a newcomer copies."""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import config
from config.settings import Account, Mail, Notify, PairSettings, Policy, Settings, Table, Web, load

EXAMPLE = Path(config.__file__).with_name("visavis.example.toml")
SettingsOf = Callable[..., Settings]

# As CONTRACT 2 prints it: keys of several providers in one table, and places held by an ellipsis.
PROMISED = """
home = "~/.local/share/visavis"
database = "sqlite"

[policy]
look_every = "5m"
prepare = "24h"
look_back = "8w"
look_ahead = "3w"
working_days = ["mon", "tue", "wed", "thu", "fri"]
working_hours = "09:00-17:30"
lunch = "12:00-13:00"
week_starts = "mon"
warn_after = 2
alert_after = 3
options = 3
notice = "2h"
accept = "ask"
freeze = "24h"
recap = "me"
quiet = ""
mail_budget = 4
write = true

[[account]]
name = "work"
provider = "google"
email = "maya@acme.example"
aliases = ["maya.k@acme.example"]
person = "maya"
timezone = "Europe/Berlin"
country = "DE"
calendar = "primary"
documents = "google"
directory = false
client_secrets = "client.json"
service_account = "key.json"
client_id = "…"
tenant = "common"
endpoint = "http://127.0.0.1:8085"

[[account]]
name = "home"
provider = "caldav"
email = "maya@home.example"
url = "http://127.0.0.1:5232/maya/"
username = "maya"
password_env = "CALDAV_PASSWORD"

[[account]]
name = "paper"
provider = "files"
email = "maya@acme.example"
path = "~/calendars/work"

[[pair]]
with = "ben@acme.example"
role = "manager"
cadence = "weekly"
started = 2026-02-01
development = "public speaking"
document = "https://docs.google.com/…"
tone = "auto"
ignore = false

[notify]
to = ["json://127.0.0.1:9000/hook", "slack://…"]
[mail]
host = "127.0.0.1"
port = 1025
sender = "visavis@acme.example"
username = ""
password_env = "SMTP_PASSWORD"
tls = "none"
[web]
listen = "127.0.0.1:8765"
public_url = "https://visavis.acme.example"
"""


def test_what_is_promised_loads(settings_of: SettingsOf) -> None:
    settings = settings_of(PROMISED)

    assert [account.name for account in settings.accounts] == ["work", "home", "paper"]
    assert settings.policy == Policy()
    assert settings.home == Path.home() / ".local/share/visavis"


def test_the_example_loads_and_shows_the_defaults() -> None:
    settings = load(EXAMPLE, {})

    assert settings.policy == Policy()
    assert settings.database == "sqlite"


def test_the_example_shows_every_key() -> None:
    tables = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))

    assert _keys(Settings) == tables.keys()
    assert _keys(Policy) == tables["policy"].keys()
    assert _keys(Account) == _shown(tables["account"])
    assert _keys(PairSettings) == _shown(tables["pair"]) | _keys(Policy)
    assert _keys(Notify) == tables["notify"].keys()
    assert _keys(Mail) == tables["mail"].keys()
    assert _keys(Web) == tables["web"].keys()


def test_people_in_the_example_live_at_example() -> None:
    domains = re.findall(r"@([\w.]+)", EXAMPLE.read_text(encoding="utf-8"))

    assert all(domain.endswith(".example") or domain == "127.0.0.1" for domain in domains)


def _keys(model: type[Table]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _shown(rows: list[Mapping[str, Any]]) -> set[str]:
    return {key for row in rows for key in row}
