"""Other people's words call nobody and draw nothing in a chat."""

from __future__ import annotations

import pytest

from connectors.notify.words import literal, uncalling

AT = "\N{FULLWIDTH COMMERCIAL AT}"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("@everyone come", f"{AT}everyone come"),
        ("all (@here) <@123> <@&4>", f"all ({AT}here) <{AT}123> <{AT}&4>"),
        ("hi@everyone", f"hi{AT}everyone"),
        ("@**Maya**", f"{AT}**Maya**"),
        ("`visavis excuse ben@acme.example`", "`visavis excuse ben@acme.example`"),
        ("maya.k+x@here.example", "maya.k+x@here.example"),
    ],
)
def test_nobody_is_called_and_an_address_stays_an_address(written: str, shown: str) -> None:
    assert uncalling(written) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[free](https://evil.example)", r"\[free\](https://evil.example)"),
        ("**bold** _it_ `x` ~no~ ||hid||", r"\*\*bold\*\* \_it\_ \`x\` \~no\~ \|\|hid\|\|"),
        ("# big\n> said\n- one\n  + two", "\\# big\n\\> said\n\\- one\n  \\+ two"),
        ("1. first, 2. second", "1\\. first, 2. second"),
        ("see https://acme.example/a_b_c*d now", "see https://acme.example/a_b_c*d now"),
        ("visavis accept p-1 --option 2", "visavis accept p-1 --option 2"),
        ("\\", "\\\\"),
    ],
)
def test_markdown_shows_what_was_written(written: str, shown: str) -> None:
    assert literal(written) == shown
