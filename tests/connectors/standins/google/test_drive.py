"""Drive: app properties, sharing, listing, what an app may see (facts 7 and 13.8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from googleapiclient.discovery import Resource
from googleapiclient.errors import HttpError
from googleapiclient.http import MediaInMemoryUpload

from connectors.standins.google import Person, World
from tests.connectors.standins.google.company import Clock, Google

DOCUMENT = "application/vnd.google-apps.document"


def files(google: Google, who: Person) -> Resource:
    return google.service("drive", who).files()


def create(google: Google, who: Person, **body: object) -> str:
    body = {"name": "Notes", "mimeType": DOCUMENT} | body
    return str(files(google, who).create(body=body).execute()["id"])


def found(google: Google, who: Person, q: str | None = None) -> list[str]:
    listed = files(google, who).list(q=q, fields="files(id)").execute()["files"]
    return [each["id"] for each in listed]


def share(google: Google, who: Person, file: str, **parameters: object) -> dict[str, Any]:
    email = parameters.pop("email", "ben@acme.example")
    body = {"type": "user", "role": "writer", "emailAddress": email}
    permissions = google.service("drive", who).permissions()
    return dict(permissions.create(fileId=file, body=body, **parameters).execute())


def reason(error: pytest.ExceptionInfo[HttpError]) -> tuple[int, str]:
    return error.value.status_code, error.value.error_details[0]["reason"]


def test_only_four_fields_come_unasked(google: Google, maya: Person) -> None:
    """Facts 7.8."""
    file = create(google, maya)
    brief = files(google, maya).get(fileId=file).execute()
    assert brief.keys() == {"kind", "id", "name", "mimeType"}
    more = files(google, maya).get(fileId=file, fields="id,webViewLink,trashed").execute()
    assert more == {
        "id": file,
        "webViewLink": f"https://docs.google.com/document/d/{file}/edit?usp=drivesdk",
        "trashed": False,
    }


def test_a_file_is_found_by_its_app_property(google: Google, maya: Person) -> None:
    """Facts 7.4."""
    create(google, maya)
    tagged = create(google, maya, appProperties={"visavis": "it's mine"})
    query = "appProperties has { key='visavis' and value='it\\'s mine' } and trashed = false"
    assert found(google, maya, query) == [tagged]


def test_trashed_files_are_listed_too(google: Google, maya: Person) -> None:
    """Facts 7.4."""
    file = create(google, maya)
    maya.trashes(file)
    assert found(google, maya) == [file]
    assert found(google, maya, "trashed=false") == []
    restored = files(google, maya).update(fileId=file, body={"trashed": False}, fields="trashed")
    assert restored.execute() == {"trashed": False}


def test_a_list_may_lag_behind_a_creation(
    google: Google, world: World, clock: Clock, maya: Person
) -> None:
    """Facts 7.5: get by id is up to date."""
    world.list_lag = timedelta(seconds=30)
    file = create(google, maya)
    assert found(google, maya) == []
    assert files(google, maya).get(fileId=file).execute()["id"] == file
    clock.passes(seconds=30)
    assert found(google, maya) == [file]


def test_two_hits_can_be_told_by_age(google: Google, clock: Clock, maya: Person) -> None:
    """Facts 7.5: keep the oldest."""
    first = create(google, maya)
    clock.passes(minutes=1)
    second = create(google, maya)
    listed = files(google, maya).list(orderBy="createdTime desc").execute()["files"]
    assert [each["id"] for each in listed] == [second, first]


def test_app_properties_are_small_and_few(google: Google, maya: Person) -> None:
    """Facts 7.4: 124 bytes of UTF-8, 30 of them."""
    create(google, maya, appProperties={"k": "ü" * 61})
    for properties in ({"k": "ü" * 62}, {f"k{n}": "v" for n in range(31)}):
        with pytest.raises(HttpError) as error:
            create(google, maya, appProperties=properties)
        assert error.value.status_code == 403


def test_app_properties_are_private_to_the_app(google: Google, world: World, maya: Person) -> None:
    """Facts 7.4."""
    file = create(google, maya, appProperties={"k": "v"})
    shown = {"fields": "id,appProperties"}
    assert files(google, maya).get(fileId=file, **shown).execute()["appProperties"] == {"k": "v"}
    world.sign_in.client = "other.apps.example"
    maya.opens_with_app(file)
    answer = google.raw(maya, "GET", f"/drive/v3/files/{file}", **shown)
    assert answer.json() == {"id": file}


def test_a_doc_takes_no_given_id(google: Google, maya: Person) -> None:
    """Facts 7.6."""
    with pytest.raises(HttpError) as error:
        create(google, maya, id="mine")
    assert error.value.reason == "Generated IDs are not supported for Docs Editors formats."


@pytest.mark.parametrize(("parameters", "mails"), [({}, 1), ({"sendNotificationEmail": False}, 0)])
def test_sharing_mails_unless_switched_off(
    google: Google, world: World, maya: Person, ben: Person, parameters: dict[str, Any], mails: int
) -> None:
    """Facts 7.2: one mail for each permissions.create."""
    file = create(google, maya)
    permission = share(google, maya, file, **parameters)
    assert permission.keys() == {"kind", "id", "type", "role"}
    assert [(mail.to, mail.kind) for mail in world.mails] == [(ben.email, "share")] * mails
    assert google.service("docs", ben).documents().get(documentId=file).execute()


def test_an_address_without_account_is_shared_with_by_mail_only(
    google: Google, world: World, maya: Person
) -> None:
    """Facts 7.2, and no mail leaves with the refusal."""
    file = create(google, maya)
    with pytest.raises(HttpError) as error:
        share(google, maya, file, email="ann@outside.example", sendNotificationEmail=False)
    assert reason(error) == (400, "invalidSharingRequest")
    assert world.mails == []
    share(google, maya, file, email="ann@outside.example")
    assert [mail.to for mail in world.mails] == ["ann@outside.example"]


def test_a_permission_is_listed_changed_and_taken_back(
    google: Google, maya: Person, ben: Person
) -> None:
    """Facts 7.2: sharing twice is one permission."""
    file = create(google, maya)
    ids = {share(google, maya, file)["id"] for _ in range(2)}
    permissions = google.service("drive", maya).permissions()
    fields = "permissions(emailAddress,role)"
    listed = permissions.list(fileId=file, fields=fields).execute()["permissions"]
    assert listed == [
        {"emailAddress": maya.email, "role": "owner"},
        {"emailAddress": ben.email, "role": "writer"},
    ]
    permissions.delete(fileId=file, permissionId=ids.pop()).execute()
    with pytest.raises(HttpError) as error:
        google.service("docs", ben).documents().get(documentId=file).execute()
    assert error.value.status_code == 403


def test_drive_file_does_not_cover_a_document_made_elsewhere(google: Google, maya: Person) -> None:
    """Facts 7.1 and 7.3, until the person picks it for the app."""
    file = maya.starts_document("Our notes since 2024")
    documents = google.service("docs", maya).documents()
    for request in (files(google, maya).get(fileId=file), documents.get(documentId=file)):
        with pytest.raises(HttpError) as error:
            request.execute()
        assert error.value.status_code == 404
    with pytest.raises(HttpError) as error:
        files(google, maya).update(fileId=file, body={"name": "Mine"}).execute()
    assert reason(error) == (403, "appNotAuthorizedToFile")
    assert found(google, maya) == []
    maya.opens_with_app(file)
    assert documents.get(documentId=file).execute()["title"] == "Our notes since 2024"


def test_a_reader_cannot_write(google: Google, maya: Person, ben: Person) -> None:
    """Facts 6.13 and 7.3."""
    file = create(google, maya)
    body = {"type": "domain", "role": "reader", "domain": "acme.example"}
    google.service("drive", maya).permissions().create(fileId=file, body=body).execute()
    with pytest.raises(HttpError) as error:
        files(google, ben).update(fileId=file, body={"name": "Mine"}).execute()
    assert reason(error) == (403, "insufficientFilePermissions")
    with pytest.raises(HttpError) as error:
        google.service("docs", ben).documents().batchUpdate(documentId=file, body={}).execute()
    assert error.value.status_code == 403


def test_somebodys_edit_shows_in_version_and_time(
    google: Google, clock: Clock, maya: Person
) -> None:
    """Facts 7.9."""
    file = create(google, maya)
    fields = {"fileId": file, "fields": "version,modifiedTime"}
    before = files(google, maya).get(**fields).execute()
    clock.passes(minutes=5)
    maya.opens(file).writes_on_top("Hello")
    after = files(google, maya).get(**fields).execute()
    assert before["version"] != after["version"]
    assert before["modifiedTime"] < after["modifiedTime"]


def test_an_upload_replaces_everything(google: Google, maya: Person) -> None:
    """Facts 6.15 and 12.4: the client keeps https for uploads; the text is the new document."""
    file = create(google, maya)
    maya.opens(file).writes_on_top("By hand")
    media = MediaInMemoryUpload(b"# Title\nText\n", mimetype="text/markdown")
    request = files(google, maya).update(fileId=file, body={"name": "New"}, media_body=media)
    request.uri = request.uri.replace("https://", "http://", 1)
    assert request.execute()["name"] == "New"
    exported = files(google, maya).export(fileId=file, mimeType="text/markdown").execute()
    assert exported.decode() == "# Title\nText\n"


@pytest.mark.parametrize("query", ["color = 'red'", "trashed=maybe", "name = unquoted"])
def test_an_unknown_search_is_refused(google: Google, maya: Person, query: str) -> None:
    with pytest.raises(HttpError) as error:
        found(google, maya, query)
    assert reason(error) == (400, "invalid")


def test_files_are_found_by_name_kind_and_folder(google: Google, maya: Person) -> None:
    file = create(google, maya, name="Maya / Ben", parents=["folder1"])
    create(google, maya)
    query = f"name contains 'ben' and mimeType = '{DOCUMENT}' and 'folder1' in parents"
    assert found(google, maya, query) == [file]
    assert found(google, maya, "name = 'Maya / Ben'") == [file]


def test_a_deleted_file_is_gone(google: Google, maya: Person) -> None:
    file = create(google, maya)
    files(google, maya).delete(fileId=file).execute()
    with pytest.raises(HttpError) as error:
        files(google, maya).get(fileId=file).execute()
    assert reason(error) == (404, "notFound")


def test_only_text_can_be_exported(google: Google, maya: Person) -> None:
    """Facts 6.15."""
    file = create(google, maya)
    maya.opens(file).writes_on_top("Hello")
    export = files(google, maya).export
    assert export(fileId=file, mimeType="text/plain").execute().decode() == "Hello\r\n"
    with pytest.raises(HttpError) as error:
        export(fileId=file, mimeType="image/png").execute()
    assert error.value.status_code == 400
