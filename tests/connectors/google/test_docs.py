"""Running documents at Google: each claim names the trap it steps over (by its fact)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from connectors.errors import (
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
)
from connectors.google.docs import GoogleDocs
from connectors.model import Block, Item, Key, Link, Mark, Person, Section, Url
from connectors.protocol import created
from connectors.standins.faults import Altered, LostAnswer, Meanwhile
from connectors.standins.google.docs.page import Page
from connectors.standins.google.sign_in import DEFAULT_SCOPES
from tests.connectors.google.benches import BEN, MAYA, NOON, Company

KEY = Key("document:maya-ben")
DRIVE = "https://www.googleapis.com/auth/drive"
WEEK_1 = Section(
    "Tuesday, 3 March 2026",
    date(2026, 3, 3),
    (
        Block("Decisions", ("Berlin it is", "Zürich 👋 is not")),
        Block("Action items", items=(Item("send the budget", owner="Ben"), Item("call"))),
        Block("Notes"),
    ),
)
WEEK_2 = replace(WEEK_1, heading="Tuesday, 10 March 2026", day=date(2026, 3, 10))
FIRST, SECOND = Mark("maya-ben-1"), Mark("maya-ben-2")


@pytest.fixture
def docs(company: Company) -> GoogleDocs:
    return GoogleDocs(company.google())


@pytest.fixture
def made(docs: GoogleDocs) -> Link:
    return docs.create(KEY, "Maya and Ben")


def page(company: Company, document: Link) -> Page:
    assert document.handle is not None
    return company.maya.opens(document.handle)


def styles(company: Company, document: Link) -> dict[str, str]:
    """Return each line with its named style and a star for a bullet."""
    assert document.handle is not None
    tab = company.world.drive.files[document.handle].document.first
    return {p.text: p.style + ("*" if p.ending.bullet else "") for p in tab.paragraphs() if p.text}


# --- Found and shared ---


def test_the_key_is_a_property_that_fits(company: Company, docs: GoogleDocs) -> None:
    """Facts 7.4 and 7.6: 124 bytes for name and value; ids cannot be chosen."""
    long = Key("document:" + "ü" * 500)
    made = docs.create(long, "Long")
    assert docs.find(long) == made
    assert made.handle is not None
    (properties,) = company.world.drive.files[made.handle].properties.values()
    assert all(len((k + v).encode()) <= 124 for k, v in properties.items())


def test_of_two_documents_the_oldest_counts(company: Company) -> None:
    """Facts 7.5: a list lags behind, so a crash can make two."""
    clock = [NOON]
    company.world.now = lambda: clock[0]
    company.world.list_lag = timedelta(minutes=1)
    docs = GoogleDocs(company.google())
    first = docs.create(KEY, "Maya and Ben")
    clock[0] += timedelta(seconds=30)
    second = docs.create(KEY, "Maya and Ben")
    assert second != first
    assert first.handle is not None
    files = company.world.drive.files
    files[first.handle] = files.pop(first.handle)
    clock[0] += timedelta(hours=1)
    assert docs.find(KEY) == first
    assert docs.create(KEY, "Maya and Ben") == first


def test_a_document_whose_answer_is_lost_is_found(company: Company, docs: GoogleDocs) -> None:
    company.wire.fail(LostAnswer(), method="POST")
    with pytest.raises(OutcomeUnknown):
        docs.create(KEY, "Maya and Ben")
    docs.create(KEY, "Maya and Ben")
    assert len(company.world.drive.files) == 1


def test_sharing_asks_for_silence_each_time(company: Company, docs: GoogleDocs, made: Link) -> None:
    """Facts 7.2: the default mails."""
    docs.share(made, [BEN])
    sent = [dict(r.query) for r in company.wire.log if r.path.endswith("/permissions")]
    assert sent[-1]["sendNotificationEmail"] == "false"
    assert company.world.mails == []


def test_a_person_without_a_google_account_is_left_to_the_owner(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 7.2: Google would only invite them by a mail of its own."""
    with pytest.raises(NotPermitted) as told:
        docs.share(made, [Person("zoe@elsewhere.example")])
    assert "zoe@elsewhere.example" in told.value.remedy
    assert company.world.mails == []


def test_somebody_who_may_write_under_another_address_is_not_shared_with_again(
    docs: GoogleDocs, made: Link
) -> None:
    docs.share(made, [BEN])
    alias = Person("b@acme.example", aliases=frozenset({BEN.address}))
    assert not docs.share(made, [alias, MAYA]).wrote


def test_a_reader_becomes_a_writer(company: Company, docs: GoogleDocs, made: Link) -> None:
    assert made.handle is not None
    file = company.world.drive.files[made.handle]
    docs.share(made, [BEN])
    (permission,) = (p for p in file.permissions.values() if p["role"] == "writer")
    permission["role"] = "reader"
    assert docs.share(made, [BEN]).wrote
    assert file.role(BEN.address) == "writer"


# --- Adopted ---


def test_a_document_of_people_is_closed_to_us(company: Company, docs: GoogleDocs) -> None:
    """Facts 7.1: `drive.file` covers what visavis made, or was shown by its owner."""
    theirs = company.maya.starts_document("1:1 notes")
    url = Url(f"https://docs.google.com/document/d/{theirs}/edit?tab=t.0#heading=h.1")
    assert docs.open(url) is None
    with pytest.raises(NotFound):
        docs.sections(Link(url))
    company.maya.opens_with_app(theirs)
    opened = docs.open(url)
    assert opened is not None
    assert (opened.handle, opened.title) == (theirs, "1:1 notes")


def test_a_file_that_is_no_document_is_not_opened(company: Company) -> None:
    google = company.google(scopes=[*DEFAULT_SCOPES, DRIVE])
    sheet = company.world.drive.add(
        MAYA.address, "Sheet", "application/vnd.google-apps.spreadsheet"
    )
    url = Url(f"https://docs.google.com/document/d/{sheet.id}/edit")
    assert GoogleDocs(google).open(url) is None


def test_whoever_may_only_read_writes_nothing(company: Company, made: Link) -> None:
    """Facts 6.13: a revision is told to editors alone."""
    assert made.handle is not None
    permission = {"id": "ben", "type": "user", "role": "reader", "emailAddress": BEN.address}
    company.world.drive.files[made.handle].permissions["ben"] = permission
    his = GoogleDocs(company.google(company.ben))
    assert his.sections(made) == ()
    with pytest.raises(NotPermitted):
        his.write_section(made, WEEK_1, FIRST)


def test_notes_that_people_had_stay_what_they_were(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Text without a heading below a section of ours is not taken for a part of it."""
    page(company, made).writes_on_top("ask about Berlin\n[ ] book a room")
    before = docs.sections(made)
    receipt = docs.write_section(made, WEEK_1, FIRST)
    ours, theirs = docs.sections(made)
    assert (theirs,) == before
    assert [block.heading for block in ours.blocks] == ["Decisions", "Action items", "Notes"]
    docs.undo(receipt)
    assert docs.sections(made) == before


def test_a_section_stands_below_the_title(company: Company, docs: GoogleDocs, made: Link) -> None:
    _titled(company, made, "Maya and Ben\nwhat we keep in mind\n")
    docs.write_section(made, WEEK_1, FIRST)
    assert page(company, made).text.splitlines()[:2] == ["Maya and Ben", WEEK_1.heading]
    assert styles(company, made)["Maya and Ben"] == "TITLE"
    assert [section.heading for section in docs.sections(made)] == [WEEK_1.heading, ""]


def test_a_title_alone_gets_its_first_section(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.3: nothing goes behind the last newline."""
    _titled(company, made, "Maya and Ben")
    receipt = docs.write_section(made, WEEK_1, FIRST)
    assert styles(company, made)[WEEK_1.heading] == "HEADING_2"
    assert [section.mark for section in docs.sections(made)] == [FIRST]
    docs.undo(receipt)
    assert page(company, made).text.strip() == "Maya and Ben"


def _titled(company: Company, document: Link, text: str) -> None:
    """Let a person write a text whose first line is the title."""
    assert document.handle is not None
    shown = company.world.drive.files[document.handle].document
    shown.first.insert(1, text)
    first = next(shown.first.paragraphs())
    shown.first.restyle(first, {"namedStyleType": "TITLE"}, None)
    shown.revise()


# --- Written ---


def test_new_text_takes_nothing_over_from_what_stood_there(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.6: heading, bullets and strike would spread to everything put on top."""
    people = page(company, made)
    people.writes_on_top("buy milk")
    people.makes_checklist("buy milk")
    people.strikes("buy milk")
    docs.write_section(made, WEEK_1, FIRST)
    found = styles(company, made)
    assert found[WEEK_1.heading] == "HEADING_2"
    assert found["Decisions"] == "HEADING_3"
    assert found["Berlin it is"] == "NORMAL_TEXT*"
    assert found["[ ] call"] == "NORMAL_TEXT"
    assert found["buy milk"] == "NORMAL_TEXT*"
    (ours, theirs) = docs.sections(made)
    assert not any(item.done for block in ours.blocks for item in block.items)
    assert [(item.text, item.done) for item in theirs.blocks[0].items] == [("buy milk", True)]


def test_positions_count_utf_16(company: Company, docs: GoogleDocs, made: Link) -> None:
    """Facts 6.3: an emoji is two."""
    odd = replace(WEEK_1, heading="👋 Tuesday, 3 March 2026 👨‍👩‍👧", blocks=WEEK_1.blocks * 2)
    docs.write_section(made, odd, FIRST)
    (section,) = docs.sections(made)
    assert section.heading == odd.heading
    assert len(section.blocks) == 6
    assert styles(company, made)["Zürich 👋 is not"] == "NORMAL_TEXT*"
    docs.write_section(made, replace(odd, heading="Wednesday, 4 March 2026"), FIRST)
    assert docs.sections(made)[0].heading == "👋 Wednesday, 4 March 2026 👨‍👩‍👧"
    assert docs.sections(made)[0].mark == FIRST


def test_words_with_tabs_and_newlines_stay_one_line(docs: GoogleDocs, made: Link) -> None:
    """Facts 6.7: a leading tab would become a level, and shift every position behind it."""
    odd = replace(WEEK_1, blocks=(Block("De\ncisions", ("\t\tone\n\ntwo", "three")),))
    docs.write_section(made, odd, FIRST)
    (section,) = docs.sections(made)
    assert section.blocks == (Block("De cisions", ("one two", "three")),)


def test_a_person_who_writes_meanwhile_is_not_overrun(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.13: Docs answers 400 to a revision that passed."""
    people = page(company, made)
    meanwhile = Meanwhile(lambda: people.writes_on_top("Wait!"))
    company.wire.fail(meanwhile, path="*:batchUpdate")
    with pytest.raises(PreconditionFailed):
        docs.write_section(made, WEEK_1, FIRST)
    assert people.text.strip() == "Wait!"
    assert docs.write_section(made, WEEK_1, FIRST).wrote


def test_a_section_whose_answer_is_lost_is_found(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    company.wire.fail(LostAnswer(), path="*:batchUpdate")
    with pytest.raises(OutcomeUnknown):
        docs.write_section(made, WEEK_1, FIRST)
    receipt = docs.write_section(made, WEEK_1, FIRST)
    assert not receipt.wrote
    assert receipt.after["link"]
    assert len(docs.sections(made)) == 1


def test_the_deep_link_leads_to_a_heading(docs: GoogleDocs, made: Link) -> None:
    """Facts 6.9: the id of a heading is read after the write, and stays when others come above."""
    first = docs.write_section(made, WEEK_1, FIRST).after["link"]
    second = docs.write_section(made, WEEK_2, SECOND).after["link"]
    base = f"https://docs.google.com/document/d/{made.handle}/edit?tab=t.0#heading=h."
    assert str(first).startswith(base)
    assert [section.link for section in docs.sections(made)] == [second, first]
    assert first != second


def test_comments_of_people_stay(company: Company, docs: GoogleDocs, made: Link) -> None:
    """Facts 6.14."""
    docs.write_section(made, WEEK_1, FIRST)
    people = page(company, made)
    people.comments_on("Berlin it is", "Really?")
    docs.write_section(made, WEEK_2, SECOND)
    docs.write_section(made, replace(WEEK_1, heading="Wednesday, 4 March 2026"), FIRST)
    assert people.comments == ["Really?"]


def test_only_the_first_tab_is_ours(company: Company, docs: GoogleDocs, made: Link) -> None:
    """Facts 6.2 and 6.10: requests about named ranges mean all tabs unless one is named."""
    page(company, made).adds_tab("Archive")
    docs.undo(docs.write_section(made, WEEK_1, FIRST))
    docs.write_section(made, WEEK_2, SECOND)
    assert [section.mark for section in docs.sections(made)] == [SECOND]
    bodies = [r.json for r in company.wire.log if r.path.endswith(":batchUpdate")]
    ranges = [
        request["createNamedRange"]["range"]["tabId"]
        for body in bodies
        for request in body["requests"]
        if "createNamedRange" in request
    ]
    assert set(ranges) == {"t.0"}


# --- Read back ---


def test_ticks_of_a_native_checklist_are_read(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Facts 6.8: the API cannot see them; the Markdown export can."""
    docs.write_section(made, WEEK_1, FIRST)
    people = page(company, made)
    people.writes_below("Notes", "[Ben] one\n[Maya] two by 2026-03-09\none")
    for line in ("[Ben] one", "[Maya] two", "one"):
        people.makes_checklist(line)
    people.ticks("[Maya] two")
    notes = [item for block in docs.sections(made)[0].blocks[2:] for item in block.items]
    assert [(item.owner, item.text, item.done) for item in notes if item.owner] == [
        ("Ben", "one", False),
        ("Maya", "two", True),
    ]


@pytest.mark.parametrize(
    ("shown", "done"),
    [
        (lambda text: text, [False, True, True]),
        (lambda text: text + b"\n# Another tab\n- [x] one\n- [ ] two\n", [False, True, True]),
        (lambda text: text.replace(b"[ ] one", b"[ ] one (15 March)"), [False, True, True]),
        (lambda text: text.replace(b"[x]", b"").replace(b"[ ]", b""), [False, False, False]),
        (lambda _: b"", [False, False, False]),
    ],
    ids=["as seen", "other tabs too", "a chip worded otherwise", "no boxes", "nothing"],
)
def test_whatever_the_export_shows_no_tick_is_invented(
    company: Company,
    docs: GoogleDocs,
    made: Link,
    shown: Callable[[bytes], bytes],
    done: list[bool],
) -> None:
    """Facts 6.8 and 6.16, unconfirmed: whether boxes are exported, and of which tabs."""
    docs.write_section(made, WEEK_1, FIRST)
    people = page(company, made)
    people.writes_below("Notes", "one\ntwo\nthree")
    for line in ("one", "two", "three"):
        people.makes_checklist(line)
    for line in ("two", "three"):
        people.ticks(line)
    company.wire.fail(Altered(shown), path="*/export")
    notes = [item for block in docs.sections(made)[0].blocks[2:] for item in block.items]
    assert [item.done for item in notes] == done


def test_without_a_checklist_nothing_is_exported(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    docs.write_section(made, WEEK_1, FIRST)
    company.wire.clear()
    docs.sections(made)
    assert [request.path.partition("/v")[0] for request in company.wire.log] == ["/drive", ""]


def test_what_is_struck_through_is_done(company: Company, docs: GoogleDocs, made: Link) -> None:
    """Facts 6.8: half of people tick that way."""
    docs.write_section(made, WEEK_1, FIRST)
    page(company, made).strikes("[ ] call")
    items = docs.sections(made)[0].blocks[1].items
    assert [(item.text, item.done) for item in items] == [
        ("send the budget", False),
        ("call", True),
    ]


def test_a_dated_heading_within_a_section_of_ours_is_a_block(docs: GoogleDocs, made: Link) -> None:
    dated = replace(WEEK_1, blocks=(Block("Open since 24 February 2026", ("Berlin",)),))
    docs.write_section(made, dated, FIRST)
    (section,) = docs.sections(made)
    assert section.blocks == dated.blocks


def test_a_box_to_tick_is_an_item_even_as_a_heading(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    people = page(company, made)
    people.writes_on_top("[x] call")
    shown = people.file.document
    shown.first.restyle(next(shown.first.paragraphs()), {"namedStyleType": "HEADING_2"}, None)
    (section,) = docs.sections(made)
    assert [(item.text, item.done) for item in section.blocks[0].items] == [("call", True)]


def test_dated_headings_of_people_are_sections_at_any_level(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    docs.write_section(made, WEEK_1, FIRST)
    shown = page(company, made).file.document
    shown.first.insert(1, "24 February 2026\nwe talked\n17 February 2026\nso did we\n")
    levels = ("HEADING_3", "NORMAL_TEXT", "HEADING_3", "NORMAL_TEXT")
    for paragraph, style in zip(list(shown.first.paragraphs()), levels, strict=False):
        shown.first.restyle(paragraph, {"namedStyleType": style}, None)
    shown.revise()
    found = [(one.day, one.mark) for one in docs.sections(made)]
    assert found == [(date(2026, 2, 24), None), (date(2026, 2, 17), None), (WEEK_1.day, FIRST)]
    assert docs.sections(made)[0].blocks == (Block("", ("we talked",)),)


def test_reading_writes_nothing(company: Company, docs: GoogleDocs, made: Link) -> None:
    docs.write_section(made, WEEK_1, FIRST)
    company.wire.clear()
    docs.sections(made)
    docs.find(KEY)
    docs.open(made.url)
    docs.write_section(made, WEEK_1, FIRST)
    docs.share(made, [MAYA])
    assert not any(request.writes for request in company.wire.log)


# --- Taken back ---


def test_notes_typed_below_a_section_of_ours_keep_it(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    """Text behind a named range is not in it, and still it belongs to the section."""
    receipt = docs.write_section(made, WEEK_1, FIRST)
    assert made.handle is not None
    shown = company.world.drive.files[made.handle].document
    shown.first.insert(list(shown.first.paragraphs())[-1].end - 1, "typed at the very end")
    shown.revise()
    with pytest.raises(PreconditionFailed):
        docs.undo(receipt)


def test_a_date_line_that_people_changed_stays(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    docs.write_section(made, WEEK_1, FIRST)
    receipt = docs.write_section(made, replace(WEEK_1, heading="Thursday, 5 March 2026"), FIRST)
    page(company, made).replaces("Thursday", "Friday")
    with pytest.raises(PreconditionFailed):
        docs.undo(receipt)


def test_a_document_goes_to_the_bin_never_for_good(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    docs.undo(created(made))
    assert made.handle is not None
    assert company.world.drive.files[made.handle].trashed


def test_a_share_taken_back_leaves_the_other_people(
    company: Company, docs: GoogleDocs, made: Link
) -> None:
    cem = Person(company.world.person("cem@acme.example").email)
    docs.share(made, [cem])
    docs.undo(docs.share(made, [cem, BEN]))
    assert made.handle is not None
    file = company.world.drive.files[made.handle]
    assert (file.role(cem.address), file.role(BEN.address)) == ("writer", None)
