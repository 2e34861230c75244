"""Answers as servers write them: what is read, what is refused, how things are named."""

from __future__ import annotations

import pytest

from connectors.caldav.xml import C, D, Malformed, canonical, multiget, multistatus, parse

EVENT = """<?xml version="1.0" encoding="utf-8"?><multistatus xmlns="DAV:"
xmlns:C="urn:ietf:params:xml:ns:caldav"><response><href>https://dav.example:443/maya/one.ics</href>
<propstat><prop><getetag>"1"</getetag><C:calendar-data>{}</C:calendar-data></prop>
<status>HTTP/1.1 200 OK</status></propstat><propstat><prop><displayname/></prop>
<status>HTTP/1.1 404 Not Found</status></propstat></response></multistatus>"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("/maya/a%40b.ics", "/maya/a@b.ics"),
        ("/maya/a b.ics", "/maya/a%20b.ics"),
        ("/maya/100%25.ics", "/maya/100%25.ics"),
        ("/maya/a%2fb.ics", "/maya/a%2Fb.ics"),
        ("/maya/sch%F6n.ics", "/maya/sch%F6n.ics"),
        ("/maya/schön.ics", "/maya/sch%C3%B6n.ics"),
        ("https://dav.example:443/maya/", "/maya/"),
    ],
)
def test_a_path_has_one_spelling_and_stays_itself(written: str, meant: str) -> None:
    assert canonical(written) == canonical(meant) == meant


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("one\x0btwo", "onetwo"),
        ("one&#11;two&#x1F;&#xFFFE;&#65535;", "onetwo"),
        ("one&#13;\ntwo", "one\r\ntwo"),
        ("&lt;<![CDATA[one & two]]>", "<one & two"),
        ("\udce9t\udce9".encode("utf-8", "surrogateescape"), "\ufffdt\ufffd"),
    ],
)
def test_a_text_is_read_as_far_as_it_can_be(data: str | bytes, words: str) -> None:
    whole = data if isinstance(data, bytes) else data.encode()
    (found,) = multistatus(EVENT.encode().replace(b"{}", whole)).found
    assert found.text(f"{C}calendar-data") == words
    assert (found.path, found.text(f"{D}getetag")) == ("/maya/one.ics", '"1"')
    assert f"{D}displayname" not in found.props


@pytest.mark.parametrize("content", [b"", b"<html><br></html>", EVENT.encode()[:-9], b"\xff\xfe"])
def test_what_is_no_document_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed):
        parse(content)


def test_what_another_server_of_the_provider_tells_of_is_asked_for_there() -> None:
    (found,) = multistatus(EVENT.encode()).at("https://p12.dav.example:443/maya/").found
    assert found.path == "https://p12.dav.example:443/maya/one.ics"
    assert b"<d:href>/maya/one.ics</d:href>" in multiget([found.path])
