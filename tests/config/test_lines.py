"""Where a key stands, however the file is written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.problems import Place
from config.toml import TomlFile, read

FILE = '''\
# A comment = with an equals sign
home = "x"   # [not a table]
text = """
[policy]
prepare = "not a key"
"""
policy.quiet = "" # dotted
list = [
  "a", # ]
  "b",
]

[[account]]
name = 'one'
"quoted key" = 1
inline = { deep = { er = 1 } }

  [account.sub]
  key = 1

[web]
listen = "x"

[[ account ]]
name = "two"
[account.sub]
key = 2
[[account.row]]
cell = 1
[[account.row]]
cell = 2
'''


@pytest.fixture
def source(tmp_path: Path) -> TomlFile:
    file = tmp_path / "visavis.toml"
    file.write_text(FILE)
    return read(file)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("home",), 2),
        (("text",), 3),
        (("policy", "quiet"), 7),
        (("list",), 8),
        (("list", 1), 8),
        (("account",), 13),
        (("account", 0), 13),
        (("account", 0, "name"), 14),
        (("account", 0, "quoted key"), 15),
        (("account", 0, "inline", "deep", "er"), 16),
        (("account", 0, "sub"), 18),
        (("account", 0, "sub", "key"), 19),
        (("web", "listen"), 22),
        (("account", 1), 24),
        (("account", 1, "name"), 25),
        (("account", 1, "sub", "key"), 27),
        (("account", 1, "row"), 28),
        (("account", 1, "row", 1, "cell"), 31),
    ],
)
def test_every_key_is_found_on_its_line(source: TomlFile, place: Place, line: int) -> None:
    assert source.line_of(place) == line


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("account", 1, "email"), 24),
        (("account", 0, "inline", "other"), 16),
        (("web", "public_url"), 21),
        (("mail", "host"), 1),
    ],
)
def test_a_missing_key_is_missed_where_its_table_begins(
    source: TomlFile, place: Place, line: int
) -> None:
    assert source.line_of(place) == line


@given(st.lists(st.sampled_from(["", "# note", 'k{} = """\n\n"""', "k{} = [\n1,\n]", "k{} = 1"])))
def test_a_key_is_found_whatever_stands_above(
    tmp_path_factory: pytest.TempPathFactory, above: list[str]
) -> None:
    file = tmp_path_factory.mktemp("lines") / "visavis.toml"
    text = "".join(f"{statement.format(number)}\n" for number, statement in enumerate(above))
    file.write_text(f"{text}wanted = 1\n")

    assert read(file).line_of(("wanted",)) == text.count("\n") + 1
