"""Traps at Graph that no other claim steps over (each named by its fact)."""

from __future__ import annotations

import json
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.errors import Locked, NotFound, NotPermitted, PreconditionFailed
from connectors.model import Key, Span
from connectors.outlook.booking import KEY, transaction
from connectors.outlook.failures import Refusal, refused
from connectors.outlook.push import OutlookPush
from connectors.outlook.word import WordDocuments
from connectors.standins.faults import Answer, Meanwhile
from connectors.standins.graph import Kind
from tests.connectors.outlook.bench import BEN, MAYA, Company, Library
from tests.contract.documents import FIRST as MARK
from tests.contract.documents import WEEK_1
from tests.contract.stage import FIRST, TUESDAY, WEEKLY, WINDOW, cancelled, read

ROOM = "room@acme.example"


# --- Looking --------------------------------------------------------------------------------------


def test_the_edges_of_a_window_are_moments_not_wall_clocks(bench: Company) -> None:
    """Facts 1: without an offset Graph reads them in UTC, whatever zone was meant."""
    event = bench.meet(FIRST)
    edge = FIRST.end.astimezone(UTC)
    far = ZoneInfo("Pacific/Auckland")
    for start, end in ((edge - timedelta(minutes=5), edge), (edge, edge + timedelta(hours=1))):
        window = Span(start.astimezone(far), end.astimezone(far))
        shown = [one.handle for one in bench.calendar.baseline(window).series]
        assert shown == ([event] if start < edge else [])


def test_an_empty_page_in_a_later_round_is_not_the_end(bench: Company) -> None:
    """Facts 1: only a deltaLink is."""
    cursor = bench.calendar.baseline(WINDOW).cursor
    event = bench.meet(FIRST, WEEKLY)
    onward = cursor.partition('"link": "')[2].partition('"')[0]
    empty = f'{{"value": [], "@odata.nextLink": "{onward}"}}'
    bench.wire.fail(Answer(200, empty, {"content-type": "application/json"}), path="*/delta")
    assert bench.calendar.changes(cursor).handles == (event,)


def test_times_are_asked_for_in_utc(bench: Company) -> None:
    """Facts 2: without the wish a mailbox may answer in another zone."""
    bench.meet(FIRST, WEEKLY)
    bench.calendar.baseline(WINDOW)
    assert all('outlook.timezone="UTC"' in each.headers["prefer"] for each in bench.asked())


def test_what_was_cancelled_for_good_cannot_be_written_to(bench: Company) -> None:
    """Facts 2: a guest's copy stays, and is no meeting any more."""
    event = bench.meet(FIRST, WEEKLY, invited=True)
    bench.by_hand(lambda: bench.ben.cancels(bench.uid(event)))
    with pytest.raises(NotFound):
        bench.calendar.guard(event)


def test_personal_is_a_word_and_not_a_secret(bench: Company) -> None:
    """Facts 2 and DOMAIN 4: private and confidential hide words, personal does not."""
    event = bench.meet(FIRST, WEEKLY)
    bench.maya.changes(bench.uid(event), sensitivity="personal")
    assert (read(bench, event).private, read(bench, event).title) == (False, "One-on-one")


# --- Writing --------------------------------------------------------------------------------------


def test_a_room_reads_no_mail(bench: Company) -> None:
    """Facts 3: it is invited, and nobody."""
    bench.world.person(ROOM, kind=Kind.ROOM)
    room = {"emailAddress": {"address": ROOM}, "type": "resource"}
    ben = {"emailAddress": {"address": BEN.address}, "type": "required"}
    event = bench.meet(FIRST, WEEKLY)
    bench.by_hand(lambda: bench.maya.changes(bench.uid(event), attendees=[ben, room]))
    assert bench.calendar.mails(read(bench, event)) == (BEN.address,)


@pytest.mark.parametrize("answer", ["conflict", "refused"])
def test_a_taken_transaction_is_looked_up_where_exchange_refuses_it(
    bench: Company, answer: str
) -> None:
    """Facts 2: what a second POST answers is unconfirmed; 409 or 400: somebody was faster."""
    bench.behaves(duplicate_transaction=answer)
    series, lost = cancelled(bench, bench.meet(FIRST, WEEKLY))
    key = Key("book:1")
    name = transaction(key)
    ours: dict[str, Any] = {
        "transactionId": name,
        "singleValueExtendedProperties": [{"id": KEY, "value": name}],
    }

    def other() -> None:
        bench.maya.schedules("Us", TUESDAY.start, guests=[BEN.address], **ours)

    bench.wire.fail(Meanwhile(other), method="POST", path="*/events")
    receipt = bench.calendar.book(series, lost, TUESDAY, key)
    assert bench.maya.copy(bench.uid(receipt.handle)).fields["subject"] == "Us"
    assert list(bench.mailed()) == [BEN.address]


@pytest.mark.parametrize(
    ("refusal", "meant"),
    [
        (Refusal(400, "ErrorIrresolvableConflict"), PreconditionFailed),
        (Refusal(412, "ErrorIrresolvableConflict"), PreconditionFailed),
        (Refusal(423, "notAllowed"), Locked),
        (Refusal(403, "notAllowed", "resourceLocked"), Locked),
        (Refusal(403, "notAllowed", "accessDenied"), NotPermitted),
        (Refusal(404, "MailboxNotEnabledForRESTAPI"), NotPermitted),
        (Refusal(404, "ErrorItemNotFound"), NotFound),
    ],
)
def test_a_code_says_more_than_its_status(refusal: Refusal, meant: type[Exception]) -> None:
    """Facts 2, 6a and 9."""
    assert type(refused(refusal, writing=True)) is meant


# --- Files ----------------------------------------------------------------------------------------


def test_a_document_is_never_made_over_another(bench: Company) -> None:
    """Facts 6a: a PUT replaces unless it is told to fail."""
    library = Library(bench)
    made = library.documents.create(Key("d"), "Maya and Ben")
    library.note(made, "by hand")
    again = WordDocuments(bench.graph(bench.owner)).create(Key("d"), "Maya and Ben")
    assert again.handle == made.handle
    assert "by hand" in library.text(made)


def test_a_document_that_only_got_another_name_is_written_all_the_same(bench: Company) -> None:
    """Facts 6a: the eTag changes with names and shares, the cTag with the content alone."""
    library = Library(bench)
    bench.behaves(file_if_match=False)
    made = library.documents.create(Key("d"), "Maya and Ben")
    drive = bench.world.drives[bench.owner.address]
    renamed = Meanwhile(lambda: drive.change(library.file(made), path="visavis/Us.docx"))
    bench.wire.fail(renamed, path="*/versions")
    assert library.documents.write_section(made, WEEK_1, MARK).wrote


@pytest.mark.parametrize(
    "item", [{}, {"clientState": None}, {"clientState": 1}, {"clientState": ["a secret"]}, "text"]
)
def test_what_was_posted_without_our_word_is_no_notice(bench: Company, item: object) -> None:
    """Facts 8: the secret is in each item, and one of several may lack it."""
    push = OutlookPush(bench.graph(MAYA), bench.calendar, bench.clock)
    ours = {"clientState": "a secret", "changeType": "updated"}
    heard = push.heard({}, {}, json.dumps({"value": [item, ours]}).encode())
    assert [notice.secret for notice in heard.notices] == ["a secret"]
