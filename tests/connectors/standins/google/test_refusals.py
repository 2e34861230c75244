"""Refusals planned on the wire read like Google's own (facts 11 and 12.8)."""

from __future__ import annotations

import pytest
from googleapiclient.errors import HttpError

from connectors.standins.google import Person
from connectors.standins.google.refusals import refusing, refusing_plainly
from tests.connectors.standins.google.company import Google


def test_a_planned_refusal_has_reason_and_headers(google: Google, maya: Person) -> None:
    refusal = refusing(403, "rateLimitExceeded", domain="usageLimits", retry_after="7")
    google.wire.fail(refusal, path="/calendar/*")
    with pytest.raises(HttpError) as error:
        google.events(maya).list(calendarId="primary").execute()
    assert error.value.error_details[0]["reason"] == "rateLimitExceeded"
    assert error.value.resp["retry-after"] == "7"


def test_a_planned_refusal_of_docs_is_only_words(google: Google, maya: Person) -> None:
    google.wire.fail(refusing_plainly(429, "Quota exceeded"), path="/v1/documents/*")
    with pytest.raises(HttpError) as error:
        google.service("docs", maya).documents().get(documentId="x").execute()
    assert (error.value.status_code, error.value.error_details) == (429, "Quota exceeded")
