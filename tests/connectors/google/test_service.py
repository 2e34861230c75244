"""Requests to Google: addresses, threads, patience, and what each refusal means."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from googleapiclient.errors import HttpError
from httplib2 import Response as Answered

from connectors.errors import (
    ConnectorError,
    CursorExpired,
    NotFound,
    NotPermitted,
    OutcomeUnknown,
    PreconditionFailed,
    SignInRequired,
    Unavailable,
    Withheld,
)
from connectors.google.auth import ready
from connectors.google.failures import translated
from connectors.google.service import Google
from connectors.standins.faults import Answer, Meanwhile, Reset, Slow, Truncated, html
from connectors.standins.google.refusals import refusing
from tests.connectors.google.benches import MAYA, NOON, Company

EVENTS = "/calendar/v3/calendars/primary/events"


def listed(google: Google, **query: object) -> list[str]:
    events = google.resource("calendar", "events")
    told = google.read(events.list(calendarId="primary", **query))
    return [one["summary"] for one in told["items"]]


def insert(google: Google) -> object:
    edge = {"dateTime": NOON.isoformat(), "timeZone": "Europe/Berlin"}
    body = {"summary": "new", "start": edge, "end": edge}
    events = google.resource("calendar", "events")
    return google.write(events.insert(calendarId="primary", body=body))


# --- Addresses ---


def test_every_address_hangs_under_the_endpoint(company: Company) -> None:
    """Facts 12.3: each API has its own idea of where host and path end."""
    google = company.google()
    google.read(google.resource("calendar", "calendars").get(calendarId="primary"))
    google.read(google.resource("drive", "files").list(q="trashed=false"))
    with pytest.raises(NotFound):
        google.read(google.resource("docs", "documents").get(documentId="nothing"))
    google.read(google.resource("admin", "users").get(userKey=MAYA.address))
    people = google.resource("people", "people")
    sources = ["DIRECTORY_SOURCE_TYPE_DOMAIN_PROFILE"]
    google.read(people.listDirectoryPeople(readMask="names", sources=sources))
    assert [request.path for request in company.wire.log] == [
        "/calendar/v3/calendars/primary",
        "/drive/v3/files",
        "/v1/documents/nothing",
        f"/admin/directory/v1/users/{MAYA.address}",
        "/v1/people:listDirectoryPeople",
    ]


@pytest.mark.parametrize(
    ("api", "name", "host"),
    [
        ("calendar", "events", "https://www.googleapis.com/calendar/v3/"),
        ("drive", "files", "https://www.googleapis.com/drive/v3/"),
        ("docs", "documents", "https://docs.googleapis.com/"),
        ("admin", "users", "https://admin.googleapis.com/"),
        ("people", "people", "https://people.googleapis.com/"),
    ],
)
def test_without_an_endpoint_it_is_google(api: str, name: str, host: str) -> None:
    google = Google(ready("x", "X"))
    assert google.resource(api, name)._baseUrl == host
    google.close()


# --- Threads ---


def test_threads_get_their_own_answers(company: Company) -> None:
    """Facts 12.1: one client for several threads hands answers to the wrong caller."""
    for n in range(8):
        company.maya.schedules(f"number {n}", NOON)
    google = company.google()

    def ask(n: int) -> bool:
        return all(listed(google, q=f"number {n}") == [f"number {n}"] for _ in range(6))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(8)))


def test_the_client_keeps_no_manual_of_what_it_can_send(company: Company) -> None:
    documents = company.google().resource("docs", "documents")
    assert len(documents.batchUpdate.__doc__) < 2_000


def test_a_client_is_made_once_a_thread(company: Company) -> None:
    """Facts 12: making it takes milliseconds and half a megabyte."""
    google = company.google()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(google.resource, "calendar", "events").result()
    mine = google.resource("calendar", "events")
    assert mine is google.resource("calendar", "events")
    assert mine is not other


def test_writes_go_one_after_the_other(company: Company) -> None:
    """Facts 11: quick writes to one calendar are throttled below the quota."""
    google, before = company.google(), list[int | None]()
    ready = threading.Barrier(2)

    def write(_: int) -> None:
        google.resource("calendar", "events")  # making a client takes a while
        ready.wait()
        insert(google)

    company.wire.fail(Slow(0.3), at=1)
    company.wire.fail(Meanwhile(lambda: before.append(company.wire.log[0].status)), at=2)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    assert before == [200]


# --- Patience ---


@pytest.mark.parametrize("fault", [Reset(), Truncated(), html(502), html(200), Answer(503)])
def test_a_read_is_asked_again(company: Company, fault: Reset | Truncated | Answer) -> None:
    company.maya.schedules("here", NOON)
    company.wire.fail(fault, times=2)
    assert listed(company.google()) == ["here"]


@pytest.mark.parametrize("fault", [Reset(), Truncated(), html(200), Answer(500)])
def test_a_read_that_never_works_is_unavailable(
    company: Company, fault: Reset | Truncated | Answer
) -> None:
    company.wire.fail(fault, times=9)
    with pytest.raises(Unavailable):
        listed(company.google())
    assert len(company.wire.log) == 3


def test_nobody_waits_for_ever(company: Company) -> None:
    """Facts 12: the client's own patience is a minute a byte."""
    google = company.google(timeout=0.1)
    company.wire.fail(Slow(5), times=9)
    with pytest.raises(Unavailable):
        listed(google)
    with pytest.raises(OutcomeUnknown):
        insert(google)
    company.wire.clear()
    assert listed(google) == []


def test_a_write_goes_out_once_when_the_server_hangs_up() -> None:
    """httplib2 by itself sends it again: it takes the connection for a stale one."""
    with _hanging_up() as (base, seen):
        google = Google(ready("x", "X"), base, timeout=5)
        with pytest.raises(OutcomeUnknown):
            insert(google)
        google.close()
    assert len(seen) == 1


def test_a_write_that_never_left_is_no_riddle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    google = Google(ready("x", "X"), f"http://127.0.0.1:{port}", timeout=5)
    with pytest.raises(Unavailable):
        insert(google)
    google.close()


@contextmanager
def _hanging_up() -> Iterator[tuple[str, list[bytes]]]:
    """Serve by closing each connection after its request, without a word."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    seen.append(connection.recv(65536))

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", seen
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


# --- Refusals ---


def refused(status: int, reason: str, **headers: str) -> HttpError:
    body = {"error": {"code": status, "message": "no", "errors": [{"reason": reason}]}}
    answer = Answered({"status": str(status), **headers})
    return HttpError(answer, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "reason", "reading", "writing"),
    [
        (400, "invalid", NotPermitted, NotPermitted),
        (401, "authError", SignInRequired, SignInRequired),
        (403, "rateLimitExceeded", Unavailable, Unavailable),
        (403, "userRateLimitExceeded", Unavailable, Unavailable),
        (403, "quotaExceeded", Unavailable, Unavailable),
        (403, "sharingRateLimitExceeded", Unavailable, Unavailable),
        (403, "forbiddenForNonOrganizer", NotPermitted, NotPermitted),
        (403, "insufficientPermissions", Withheld, Withheld),
        (403, "accessNotConfigured", Withheld, Withheld),
        (403, "something new", NotPermitted, NotPermitted),
        (404, "notFound", NotFound, NotFound),
        (409, "duplicate", PreconditionFailed, PreconditionFailed),
        (410, "fullSyncRequired", CursorExpired, CursorExpired),
        (410, "deleted", NotFound, NotFound),
        (412, "conditionNotMet", PreconditionFailed, PreconditionFailed),
        (429, "rateLimitExceeded", Unavailable, Unavailable),
        (500, "backendError", Unavailable, OutcomeUnknown),
        (503, "backendError", Unavailable, Unavailable),
        (504, "backendError", Unavailable, OutcomeUnknown),
    ],
)
def test_each_refusal_says_what_comes_next(
    status: int,
    reason: str,
    reading: type[ConnectorError],
    writing: type[ConnectorError],
) -> None:
    """Facts 11."""
    assert type(translated(refused(status, reason), writing=False)) is reading
    assert type(translated(refused(status, reason), writing=True)) is writing


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (429, "rateLimitExceeded"),
        (403, "rateLimitExceeded"),
        (403, "userRateLimitExceeded"),
        (403, "quotaExceeded"),
        (503, "backendError"),
    ],
)
def test_a_server_that_says_when_is_believed(status: int, reason: str) -> None:
    """Facts 11: the client ignores Retry-After even where it is sent."""
    told = translated(refused(status, reason, **{"retry-after": "90"}), writing=False)
    assert isinstance(told, Unavailable)
    assert told.retry_after == timedelta(seconds=90)


def test_limits_against_abuse_are_left_alone_for_hours() -> None:
    """Facts 11: `quotaExceeded` lasts hours to months."""
    told = translated(refused(403, "quotaExceeded"), writing=True)
    assert isinstance(told, Unavailable)
    assert told.retry_after is not None
    assert told.retry_after >= timedelta(hours=1)


@pytest.mark.parametrize(
    ("reason", "tries", "remedy"),
    [
        ("rateLimitExceeded", 3, "tries again by itself"),
        ("userRateLimitExceeded", 3, "tries again by itself"),
        ("quotaExceeded", 1, "tries again in some hours"),
        ("dailyLimitExceeded", 1, "tries again in some hours"),
        ("sharingRateLimitExceeded", 1, "tries again in some hours"),
        ("domainPolicy", 1, "the administrator of your Google Workspace"),
        ("insufficientPermissions", 1, "`visavis login`"),
        ("accessNotConfigured", 1, "enable this API"),
        ("storageQuotaExceeded", 1, "make room in Google Drive"),
        ("forbiddenForNonOrganizer", 1, "only the organizer"),
        ("appNotAuthorizedToFile", 1, "only documents that it made"),
        ("forbidden", 1, "by hand"),
    ],
)
def test_each_403_is_one_line_and_tried_again_only_where_that_helps(
    company: Company, reason: str, tries: int, remedy: str
) -> None:
    """Facts 7.3 and 11."""
    company.wire.fail(refusing(403, reason, domain="usageLimits"), times=9)
    with pytest.raises(ConnectorError) as told:
        listed(company.google())
    assert len(company.wire.log) == tries
    assert remedy in told.value.remedy
    assert "\n" not in f"{told.value.what}{told.value.remedy}"


@pytest.mark.parametrize("reason", ["ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions"])
def test_a_missing_scope_has_a_remedy_in_either_spelling(reason: str) -> None:
    """Facts 12.8: `details` hides `errors` from whoever trusts the client's own parsing."""
    body = {"error": {"code": 403, "details": [{"reason": reason}], "errors": [{"reason": "x"}]}}
    error = HttpError(Answered({"status": "403"}), json.dumps(body).encode())
    assert "visavis login" in translated(error, writing=False).remedy


@pytest.mark.parametrize("content", [b"<html>", b'"text"', b"[]", b"", b'{"error": "text"}'])
def test_a_body_that_says_nothing_still_has_a_status(content: bytes) -> None:
    """Facts 12.8."""
    error = HttpError(Answered({"status": "404"}), content)
    assert isinstance(translated(error, writing=False), NotFound)


# --- Answers of somebody in between ---


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_what_we_send_follows_nobody_to_another_place(company: Company, status: int) -> None:
    google = company.google()
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        there = {"Location": f"http://localhost:{elsewhere.getsockname()[1]}/"}
        company.wire.fail(Answer(status, headers=there), times=20)
        for ask in (listed, insert):
            with pytest.raises(Unavailable):
                ask(google)
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_an_answer_without_bottom_is_no_answer(company: Company) -> None:
    deep = Answer(200, b"[" * 100_000, {"Content-Type": "application/json"})
    company.wire.fail(deep, times=20)
    with pytest.raises(Unavailable):
        listed(company.google())
