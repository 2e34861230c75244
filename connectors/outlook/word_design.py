"""How a new running document looks, and how any is opened and saved. Pure."""

from __future__ import annotations

import re
from io import BytesIO
from typing import cast
from zipfile import ZipFile

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.oxml import serialize_part_xml
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle

from connectors.outlook import word_marks

INTRO = "Newest meeting on top. Tick what is done; what stays open comes along to the next one."
INK, ACCENT, GREY, HAIRLINE = "1F2933", "0F5C6E", "6B7785", "D9DEE4"
LATE = "A4442A"
_TEXT, _HEADINGS = "Calibri", "Georgia"
# On every Windows and Mac; elsewhere one of the same widths, or at least of the same kind.
_INSTEAD = {
    _TEXT: ("Carlito", "Liberation Sans", "Arial"),
    _HEADINGS: ("Gelasio", "Liberation Serif", "Times New Roman"),
}
# What XML cannot hold, and lone halves of letters.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_PROPERTY = 255
_LARGEST = 100_000_000


def new_document(title: str) -> bytes:
    """Return the file of an empty document: its title, and one line on how to use it."""
    document = docx.Document()
    _page(document)
    _styles(document)
    _fonts(document)
    _footer(document, clean(title))
    document.core_properties.title = clean(title)[:_LONGEST_PROPERTY]
    document.core_properties.author = "visavis"
    document.core_properties.comments = ""
    document.add_paragraph(clean(title), style="Title")
    intro = document.add_paragraph(INTRO, style="Subtitle")
    word_marks.put(intro._p, word_marks.NEWEST, document.element.body)  # noqa: SLF001
    return saved(document)


def clean(words: str) -> str:
    """Leave out what no XML file may hold."""
    return _FORBIDDEN.sub("", words)


def opened(content: bytes) -> Document:
    """Open a file; ValueError where it is no Word document, or unpacks to far more than one."""
    try:
        _refuse_bombs(content)
        document = docx.Document(BytesIO(content))
        _look_at_all(document)
    except Exception as error:  # broken, encrypted, cut: each library has its own words for it
        raise ValueError("this is no Word document") from error
    return document


def _refuse_bombs(content: bytes) -> None:
    with ZipFile(BytesIO(content)) as parts:
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > _LARGEST:
        raise ValueError(f"it unpacks to {unpacked} bytes")


def _look_at_all(document: Document) -> None:
    """Touch what reading and writing rely on: python-docx opens it at the first use."""
    _ = document.element.body, "Title" in document.styles
    if document.sections:
        text_width(document)


def saved(document: Document) -> bytes:
    """Return a document as the bytes of its file."""
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def style_id(document: Document, name: str) -> str:
    """Return the id of a built-in paragraph style; one that the document lacks is added."""
    if name not in document.styles:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    return str(document.styles[name].style_id)


def text_width(document: Document) -> int:
    """Return how wide the text of the first page is, in twentieths of a point."""
    page = document.sections[0]
    edges = (page.page_width, page.left_margin, page.right_margin)
    width, left, right = (edge.twips if edge is not None else 0 for edge in edges)
    return width - left - right


def _page(document: Document) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    page.top_margin = page.bottom_margin = Cm(2.2)


def _styles(document: Document) -> None:
    """Set the type: serifs for what is read from afar, air above what begins something."""
    _set(document, "Normal", 10.5, INK, after=4)
    _set(document, "Title", 26, ACCENT, font=_HEADINGS, after=2)
    _set(document, "Subtitle", 9.5, GREY, after=8)
    _set(document, "Heading 1", 16, ACCENT, font=_HEADINGS, before=24, after=4)
    _set(document, "Heading 2", 11, INK, bold=True, before=12, after=3)
    _set(document, "List Bullet", 10.5, INK, after=2)
    _set(document, "Footer", 8.5, GREY)
    _ruled(document, "Heading 1")
    for name in ("Title", "Subtitle"):
        _plain(document, name)


def _fonts(document: Document) -> None:
    """Name what stands in for our fonts where they are missing."""
    part = document.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table = parse_xml(part.blob)
    for name, others in _INSTEAD.items():
        for known in [one for one in table if one.get(qn("w:name")) == name]:
            table.remove(known)
        instead = f'<w:altName w:val="{",".join(others)}"/>'
        table.append(parse_xml(f'<w:font {nsdecls("w")} w:name="{name}">{instead}</w:font>'))
    part._blob = serialize_part_xml(table)  # noqa: SLF001 - python-docx has no door to this part


def _footer(document: Document, title: str) -> None:
    """Say on each page whose document it is, and which page."""
    line = document.sections[0].footer.paragraphs[0]
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line.add_run(f"{title}  ·  ")
    line._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"/>'))  # noqa: SLF001


def _set(
    document: Document,
    name: str,
    size: float,
    colour: str,
    *,
    font: str = _TEXT,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
) -> None:
    """Set size (points), colour and air of one built-in style."""
    style = cast("ParagraphStyle", document.styles[name])
    letters, shape = style.font, style.paragraph_format
    letters.name, letters.size, letters.bold, letters.italic = font, Pt(size), bold, False
    letters.color.rgb = RGBColor.from_string(colour)
    shape.space_before, shape.space_after, shape.line_spacing = Pt(before), Pt(after), 1.1
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    # The template's theme would win over a name.
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:cs"), font)


def _ruled(document: Document, name: str) -> None:
    """Draw a hairline above each section, so that weeks are told apart at a glance."""
    properties = document.styles[name].element.get_or_add_pPr()
    line = f'<w:top w:val="single" w:sz="6" w:space="8" w:color="{HAIRLINE}"/>'
    borders = parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>")
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:outlineLvl"
    )


def _plain(document: Document, name: str) -> None:
    """Take away the border and the letter spacing that the template gives a title."""
    element = document.styles[name].element
    for tag in ("w:pBdr", "w:spacing"):
        for found in list(element.iter(qn(tag))):
            if tag == "w:pBdr" or found.getparent().tag == qn("w:rPr"):
                found.getparent().remove(found)
