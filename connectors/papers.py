"""Running documents that are Markdown files, wherever those lie: their names, writes as texts.

Pure. People edit them with whatever they like, so a write goes into the text as it was just read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple, cast
from urllib.parse import quote

from connectors import markdown
from connectors.errors import PreconditionFailed
from connectors.model import Facts, Key, Link, Mark, Receipt, Section, Url, Version


class Written(NamedTuple):
    """A text with a section in it, and what a receipt says of that."""

    text: str
    before: Facts
    after: Facts


def file_name(title: str, key: Key) -> str:
    """Return the name of a new document: words that every system takes, and its ending."""
    words = re.findall(r"[^\W_]+", title.lower())
    return f"{'-'.join(words)[:60] or 'one-on-one'}{ending(key)}"


def ending(key: Key) -> str:
    """Return the part of a name by which a document is found, whatever its title."""
    return f"-{blake2b(key.encode(), digest_size=5).hexdigest()}.md"


def sections(document: Link, text: str) -> Sequence[Section]:
    """Read the sections as people left them, ours with their deep links."""
    return tuple(
        replace(one, link=_deep(document, one.mark)) if one.mark else one
        for one in markdown.sections(text)
    )


def with_section(document: Link, text: str, section: Section, mark: Mark) -> Written:
    """Put the section under the title, or set the date line of the one with this mark."""
    written = markdown.insert(text, section, mark)
    after: Facts = {
        "mark": mark,
        "link": _deep(document, mark),
        "source": markdown.source(written, mark),
    }
    return Written(written, {"source": markdown.source(text, mark)}, after)


def without_section(text: str, receipt: Receipt) -> str:
    """Remove a section, or set its date line back; what people wrote in it stays.

    Raises `PreconditionFailed` where it is not as it was written.
    """
    mark, was = Mark(str(receipt.after["mark"])), receipt.before["source"]
    source = markdown.source(text, mark)
    if source == was:
        return text
    if source is None or source != receipt.after["source"]:
        raise PreconditionFailed("somebody changed the section since")
    return markdown.remove(text, mark) if was is None else text.replace(source, str(was), 1)


def untouched(text: str) -> None:
    """Raise `PreconditionFailed` unless a document holds nothing but its title."""
    if text != markdown.document(markdown.title(text)):
        raise PreconditionFailed("somebody wrote in the document since")


def people(facts: Facts) -> frozenset[str]:
    """Return the addresses that a receipt of a share names."""
    return frozenset(cast("Sequence[str]", facts["people"]))


def version(data: bytes) -> Version:
    """Return what changes with every byte."""
    return Version(blake2b(data, digest_size=8).hexdigest())


def decoded(data: bytes) -> str:
    """Read a text; bytes of another encoding survive as surrogates, and go back as they were."""
    return data.decode("utf-8", "surrogateescape")


def encoded(text: str) -> bytes:
    """Write a text as it was read."""
    return text.encode("utf-8", "surrogateescape")


def _deep(document: Link, mark: Mark) -> Url:
    return Url(f"{document.url}#{quote(mark, safe='')}")
