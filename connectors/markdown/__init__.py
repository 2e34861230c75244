"""Running documents as Markdown: sections read from text, and put into it byte for byte.

Pure. A section of ours carries its mark as an invisible comment in its heading line:

    # Maya and Ben

    ## Monday, 2 March 2026 <!-- visavis:MARK -->

    ### Decisions

    - a plain line
    - [ ] [Ben] send the draft by 2026-03-06 (since 2026-02-16, 2 weeks)

Headings of the first two levels open a section, deeper ones a block. Nothing an operation does
not name changes: line endings, a byte order mark and trailing spaces stay as people left them.
"""

from __future__ import annotations

from connectors.markdown.reading import section, sections, title, unmarked
from connectors.markdown.writing import document, insert, remove, render, source

__all__ = [
    "document",
    "insert",
    "remove",
    "render",
    "section",
    "sections",
    "source",
    "title",
    "unmarked",
]
