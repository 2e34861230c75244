"""How a letter looks where mail is shown in colour: made from its plain words, light and dark.

The words stay the letter; this only dresses them. Every word is escaped, nothing is fetched from
anywhere, and it reads as well in programs that drop the style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby
from typing import NamedTuple

_COMMAND = re.compile(r"^(.*?)(visavis (?:[a-z]+)(?: .*)?)$")
_ANSWER = re.compile(r"visavis (accept|decline) (r-\w+)")
_URL = re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)]")
_ITEM = re.compile(r"(?:-|(\d+)\.) (.*)")
_LONG = 60
_SENTENCE = (".", ",", ":", ";", "?", "!")
_LABELS = {
    "decline": "None of these",
    "--counter": "Ask for this time",
    "--fallback": "Do that instead",
    "accept": "Take this time",
}
"""What a button says, by the first of these words that its command has."""

# Colours of the page, so that both look like one house.
_STYLE = """
:root{color-scheme:light dark}
body{margin:0;padding:0;background:#f6f2ea;color:#23282b;
font:16px/1.55 "Segoe UI",system-ui,-apple-system,Helvetica,Arial,sans-serif}
.sheet{max-width:600px;margin:0 auto;padding:32px 16px 40px}
.card{background:#fffdf9;border:1px solid #dcd5c7;border-top:3px solid #11605a;
border-radius:4px;padding:28px 28px 20px}
h1,h2{font-family:"Iowan Old Style","Palatino Linotype",Georgia,serif;font-weight:500;
letter-spacing:-.01em;margin:0 0 16px}
h1{font-size:25px;line-height:1.25}
h2{font-size:18px;line-height:1.35;margin:26px 0 8px;padding-top:18px;border-top:1px solid #dcd5c7}
h1+h2{margin-top:0;padding-top:0;border:0}
p,ul,ol{margin:0 0 16px}ul,ol{padding-left:22px}li{margin:0 0 14px}
.sub{color:#5f6059}
a{color:#11605a;overflow-wrap:anywhere}
code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:#ece5d8;
border-radius:3px;padding:2px 6px;word-break:break-word}
.act{display:block;margin:6px 0 2px}
.button{display:inline-block;background:#11605a;color:#fffdf9;text-decoration:none;
font-weight:600;font-size:14px;border-radius:4px;padding:7px 14px;margin:2px 8px 4px 0}
.quiet{background:transparent;color:#11605a;border:1px solid #11605a;padding:6px 13px}
.foot{color:#5f6059;font-size:13px;margin:18px 28px 0}
.mark{font:500 17px/1 "Iowan Old Style","Palatino Linotype",Georgia,serif;margin:0 28px 14px}
.mark i{color:#ad3f19;font-weight:400}
@media (prefers-color-scheme:dark){
body{background:#14181a;color:#ebe6dc}
.card{background:#1b2022;border-color:#343b3d;border-top-color:#74c9bd}
h2{border-color:#343b3d}a{color:#74c9bd}.sub,.foot{color:#a9a79e}
code{background:#22282a}
.button{background:#74c9bd;color:#10211f}
.quiet{background:transparent;color:#74c9bd;border-color:#74c9bd}.mark i{color:#f39068}}
@media (max-width:480px){.card{padding:22px 18px 14px}
.foot,.mark{margin-left:18px;margin-right:18px}}
""".replace("\n", "")
_PAGE = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark">'
    '<meta name="supported-color-schemes" content="light dark">'
    "<title>{title}</title><style>{style}</style></head><body>"
    '<div class="sheet"><p class="mark">vis<i>à</i>vis</p><div class="card"><h1>{title}</h1>\n'
    '{body}</div><p class="foot">{foot}</p></div></body></html>\n'
)


class _Entry(NamedTuple):
    """A paragraph (`p`) or an item of a list (`ul`, `ol`), with the lines that belong to it."""

    kind: str
    lines: list[str]
    number: str = ""


def dressed(subject: str, text: str, pages: Mapping[str, str], foot: str) -> str:
    """Return a letter as HTML; `pages` are where a proposal is answered, by its id."""
    chunks = [chunk.splitlines() for chunk in re.split(r"\n{2,}", text.strip("\n"))]
    last = len(chunks) - 1
    body = "\n".join(_chunk(c, pages, headed=n < last) for n, c in enumerate(chunks) if c)
    return _PAGE.format(style=_STYLE, title=escape(subject), body=body, foot=_linked(foot))


def answered(text: str) -> tuple[str, ...]:
    """Return the ids of the proposals that a letter has commands for, each once."""
    return tuple(dict.fromkeys(found[2] for found in _ANSWER.finditer(text)))


def postscript(pages: Mapping[str, str]) -> str:
    """Return what a letter says of the pages on which its proposals can be answered."""
    if not pages:
        return ""
    what = "The same on a page, which shows first and acts on a button:"
    named = len(pages) > 1
    lines = (f"   {f'{name}: ' if named else ''}{url}" for name, url in pages.items())
    return "\n".join(("", what, *lines, ""))


def _chunk(lines: Sequence[str], pages: Mapping[str, str], *, headed: bool) -> str:
    """Return one part between two blank lines: a heading, words, lists, what belongs to them."""
    first, *rest = lines
    plain = not _ITEM.match(first) and not first.startswith(" ") and not _URL.search(first)
    # A single word is a signature, also in the midst of a digest.
    if headed and plain and " " in first and not first.endswith(_SENTENCE):
        return f"<h2>{_linked(first)}</h2>\n{''.join(_parts(rest, pages))}"
    return "".join(_parts(lines, pages))


def _parts(lines: Iterable[str], pages: Mapping[str, str]) -> Iterator[str]:
    """Yield paragraphs and lists; an indented line belongs to what stands before it."""
    for kind, entries in groupby(_entries(lines), key=lambda entry: entry.kind):
        shown = [("".join(_line(one, pages) for one in e.lines), e.number) for e in entries]
        shown = [(words.removeprefix("<br>"), number) for words, number in shown]
        if kind == "p":
            yield "".join(f"<p>{words}</p>\n" for words, _ in shown)
        else:
            items = "".join(f"<li>{words}</li>\n" for words, _ in shown)
            start = f' start="{shown[0][1]}"' if kind == "ol" else ""
            yield f"<{kind}{start}>{items}</{kind}>\n"


def _entries(lines: Iterable[str]) -> list[_Entry]:
    """Return each line that begins something, with the indented lines that belong to it."""
    found: list[_Entry] = []
    for line in lines:
        item = _ITEM.match(line)
        if item:
            found.append(_Entry("ol" if item[1] else "ul", [item[2]], item[1] or ""))
        elif found and (line.startswith(" ") or found[-1].kind == "p"):
            found[-1].lines.append(line if line.startswith(" ") else f"\n{line}")
        else:
            found.append(_Entry("p", [line]))
    return found


def _line(line: str, pages: Mapping[str, str]) -> str:
    command = _COMMAND.match(line)
    if command is None:
        words = _linked(line.strip())
        if line.startswith(" "):
            return f'<br><span class="sub">{words}</span>'
        return f"<br>{words}" if line.startswith("\n") else words
    before = command[1].strip()
    act = f'<span class="act">{_button(command[2], pages)}<code>{escape(command[2])}</code></span>'
    return f"<br>{escape(before)}{act}" if before else act


def _button(command: str, pages: Mapping[str, str]) -> str:
    """Return the button that leads to where the same is done; nothing where there is no page."""
    answer = _ANSWER.match(command)
    if answer is None or answer[2] not in pages:
        return ""
    label = next(label for word, label in _LABELS.items() if word in command)
    quiet = " quiet" if label == _LABELS["decline"] else ""
    return f'<a class="button{quiet}" href="{escape(pages[answer[2]])}">{label}</a>'


def _linked(words: str) -> str:
    """Return words with their web addresses as links."""
    found, at = [], 0
    for url in _URL.finditer(words):
        found.append(escape(words[at : url.start()]))
        shown = _shown(url[0])
        found.append(f'<a href="{escape(url[0])}">{escape(shown)}</a>')
        at = url.end()
    return "".join((*found, escape(words[at:])))


def _shown(url: str) -> str:
    """Return an address as it is shown: of a long one, such as a signed one, its beginning."""
    return url if len(url) <= _LONG else f"{url[:_LONG]}…"
