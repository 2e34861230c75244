"""Other people's words as a chat shows them: nobody is called, nothing is drawn or disguised.

Apprise escapes plain text for services that it knows to read HTML or Markdown. Left to us are
mentions, and the services that read Markdown whatever they were told.
"""

from __future__ import annotations

import re

MARKDOWN_ANYWAY = frozenset(
    {"Discord", "Fluxer", "Guilded", "Mattermost", "Nextcloud Talk", "Revolt", "Ryver", "Zulip"}
)
"""Services, by Apprise's names, that read every message as Markdown."""

# An @ within a word belongs to an address, unless it calls everybody: Discord looks there too.
_MENTION = re.compile(r"(?<![\w.+-])@|@(?=(?:everyone|here)\b(?!\.\w))")
# A link is left whole: without its brackets it leads where it says.
_MARKDOWN = re.compile(
    r"https?://\S+|[\\`*_\[\]~|]|^[ \t]*(?=[#>+-])|^[ \t]*\d+(?=[.)])", re.MULTILINE
)


def uncalling(text: str) -> str:
    """Return text that mentions nobody: the at sign of a mention becomes its wide twin."""
    return _MENTION.sub("\N{FULLWIDTH COMMERCIAL AT}", text)


def literal(text: str) -> str:
    """Return text that Markdown shows letter by letter, its lines and links as they are."""
    return _MARKDOWN.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    part = found[0]
    if part.startswith("http"):
        return part
    return f"\\{part}" if part in set("\\`*_[]~|") else f"{part}\\"
