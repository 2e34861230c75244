"""Files in OneDrive; "facts" is the section of the Graph fact sheet."""

from typing import Any

import httpx2
import pytest

from connectors.standins.graph import Kind, Person
from tests.connectors.standins.graph.conftest import Company

PATH = "/me/drive/root:/1-1/Maya & Ben.docx:"


def put(graph: httpx2.Client, content: bytes = b"one", behaviour: str = "fail") -> httpx2.Response:
    options = {"@microsoft.graph.conflictBehavior": behaviour}
    return graph.put(f"{PATH}/content", content=content, params=options)


@pytest.fixture
def made(graph: httpx2.Client) -> dict[str, Any]:
    item: dict[str, Any] = put(graph).json()
    return item


def item(made: dict[str, Any], rest: str = "") -> str:
    return f"/me/drive/items/{made['id']}{rest}"


def content(graph: httpx2.Client, made: dict[str, Any], rest: str = "/content") -> bytes:
    """Follow the redirect without the token, as a browser would."""
    answer = graph.get(item(made, rest))
    assert answer.status_code == 302
    return httpx2.get(answer.headers["Location"]).content


def test_a_new_file_is_201_a_replaced_one_200(graph: httpx2.Client) -> None:
    """Facts 6a."""
    assert [put(graph).status_code, put(graph, b"two", "replace").status_code] == [201, 200]


def test_a_name_conflict_fails_replaces_or_renames(
    graph: httpx2.Client, made: dict[str, Any]
) -> None:
    """Facts 6a."""
    refused = put(graph)
    other = put(graph, b"two", "rename").json()

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "nameAlreadyExists")
    assert other["name"] == "Maya & Ben 1.docx"
    assert content(graph, made) == b"one"
    assert put(graph, behaviour="overwrite").status_code == 400


def test_without_a_word_a_put_replaces(graph: httpx2.Client, made: dict[str, Any]) -> None:
    """Facts 6a."""
    graph.put(f"{PATH}/content", content=b"two")

    assert content(graph, made) == b"two"


def test_a_file_is_found_by_path_and_by_id(graph: httpx2.Client, made: dict[str, Any]) -> None:
    assert graph.get(PATH).json()["id"] == made["id"]
    assert graph.get(PATH.rstrip(":")).json()["id"] == made["id"]
    assert graph.get(item(made)).json()["webUrl"] == made["webUrl"]
    assert graph.get("/me/drive/root:/else.docx:").status_code == 404


def test_the_ctag_changes_with_the_content_alone(
    graph: httpx2.Client, made: dict[str, Any]
) -> None:
    """Facts 6a: the eTag changes on metadata too."""
    graph.post(item(made, "/createLink"), json={"type": "edit", "scope": "organization"})
    shared = graph.get(item(made)).json()
    graph.put(item(made, "/content"), content=b"two")
    written = graph.get(item(made)).json()

    assert (shared["cTag"] == made["cTag"], shared["eTag"] == made["eTag"]) == (True, False)
    assert (written["cTag"] == made["cTag"], written["eTag"] == shared["eTag"]) == (False, False)


def test_a_stale_tag_may_be_refused_or_overlooked(
    company: Company, graph: httpx2.Client, made: dict[str, Any]
) -> None:
    """Facts 6a: unconfirmed for PUT content."""
    graph.put(item(made, "/content"), content=b"two")
    stale = {"If-Match": made["cTag"]}

    refused = graph.put(item(made, "/content"), content=b"three", headers=stale)
    company.behaves(file_if_match=False)
    overlooked = graph.put(item(made, "/content"), content=b"three", headers=stale)

    assert [refused.status_code, overlooked.status_code] == [412, 200]


@pytest.mark.parametrize("code", ["resourceLocked", "notAllowed"])
def test_a_file_open_in_word_is_locked_and_readable(
    company: Company, graph: httpx2.Client, made: dict[str, Any], maya: Person, code: str
) -> None:
    """Facts 6a: 423 for PUT and rename, GET still works."""
    company.behaves(lock_code=code)
    document = maya.document("1-1/Maya & Ben.docx")
    maya.opens(document)

    refused = graph.put(item(made, "/content"), content=b"two")

    assert refused.status_code == 423
    assert refused.json()["error"]["code"] == code
    assert refused.json()["error"]["innerError"]["code"] == "resourceLocked"
    assert graph.patch(item(made), json={"name": "x.docx"}).status_code == 423
    assert content(graph, made) == b"one"
    maya.closes(document)
    assert graph.put(item(made, "/content"), content=b"two").status_code == 200


def test_a_rename_moves_the_path(graph: httpx2.Client, made: dict[str, Any]) -> None:
    graph.patch(item(made), json={"name": "x.docx"})

    assert graph.get("/me/drive/root:/1-1/x.docx:").json()["id"] == made["id"]
    assert graph.get(PATH).status_code == 404


def test_people_edit_what_the_program_wrote(
    graph: httpx2.Client, made: dict[str, Any], maya: Person
) -> None:
    maya.writes(maya.document("1-1/Maya & Ben.docx"), lambda before: before + b", two")

    assert content(graph, made) == b"one, two"
    assert graph.get(item(made)).json()["cTag"] != made["cTag"]


def test_old_contents_stay_and_can_be_restored(graph: httpx2.Client, made: dict[str, Any]) -> None:
    """Facts 6a: an undo for bad writes."""
    graph.put(item(made, "/content"), content=b"two")

    names = [each["id"] for each in graph.get(item(made, "/versions")).json()["value"]]
    answer = graph.post(item(made, f"/versions/{names[-1]}/restoreVersion"))

    assert names == ["2.0", "1.0"]
    assert content(graph, made, "/versions/2.0/content") == b"two"
    assert (answer.status_code, content(graph, made)) == (204, b"one")
    assert len(graph.get(item(made, "/versions")).json()["value"]) == 3


def test_a_link_is_made_once(graph: httpx2.Client, made: dict[str, Any]) -> None:
    """Facts 6a: 201 new, 200 existing."""
    wanted = {"type": "edit", "scope": "organization"}

    first = graph.post(item(made, "/createLink"), json=wanted)
    again = graph.post(item(made, "/createLink"), json=wanted)

    assert [first.status_code, again.status_code] == [201, 200]
    assert first.json()["link"] == again.json()["link"]


def test_organization_links_need_a_work_account(company: Company) -> None:
    """Facts 6a, 10."""
    kim = company.as_person(company.world.person("kim@outlook.example", kind=Kind.PERSONAL))
    made = put(kim).json()

    answer = kim.post(item(made, "/createLink"), json={"type": "edit", "scope": "organization"})

    assert answer.status_code == 400


@pytest.mark.parametrize("mailed", [False, True])
def test_an_invited_person_gets_in_with_or_without_a_mail(
    company: Company, graph: httpx2.Client, made: dict[str, Any], ben: Person, *, mailed: bool
) -> None:
    """Facts 6a: sendInvitation false grants silently."""
    his = company.as_person(ben)
    address = f"/drives/{made['parentReference']['driveId']}/items/{made['id']}"
    before = his.get(address).status_code

    graph.post(
        item(made, "/invite"),
        json={
            "recipients": [{"email": ben.email}],
            "roles": ["write"],
            "requireSignIn": True,
            "sendInvitation": mailed,
        },
    ).raise_for_status()

    assert (before, his.get(address).status_code) == (403, 200)
    assert [mail.kind for mail in company.world.mails] == ["sharing"] * mailed


def test_a_grant_can_be_taken_back(graph: httpx2.Client, made: dict[str, Any], ben: Person) -> None:
    recipients = {"recipients": [{"email": ben.email}], "roles": ["write"], "requireSignIn": True}
    (grant,) = graph.post(item(made, "/invite"), json=recipients).json()["value"]

    graph.delete(item(made, f"/permissions/{grant['id']}")).raise_for_status()

    roles = [each["roles"] for each in graph.get(item(made, "/permissions")).json()["value"]]
    assert roles == [["owner"]]
    assert graph.delete(item(made, f"/permissions/{grant['id']}")).status_code == 404


def test_a_deleted_file_is_gone(graph: httpx2.Client, made: dict[str, Any], maya: Person) -> None:
    other = put(graph, behaviour="rename").json()
    maya.trashes(maya.document("1-1/Maya & Ben 1.docx"))

    assert graph.delete(item(made)).status_code == 204
    assert [graph.get(item(each)).status_code for each in (made, other)] == [404, 404]


def test_an_app_has_a_folder_of_its_own(graph: httpx2.Client) -> None:
    """Facts 6a: approot."""
    graph.put("/me/drive/special/approot:/a.docx:/content", content=b"x").raise_for_status()

    listed = graph.get("/me/drive/special/approot/children").json()["value"]

    assert [each["name"] for each in listed] == ["a.docx"]
    assert graph.get("/me/drive/root/children").json()["value"] == []


def test_an_application_reaches_every_drive(company: Company, maya: Person) -> None:
    """Facts 6a: Files.ReadWrite.All."""
    app = company.client(company.world.app_token())

    answer = app.put(f"/users/{maya.email}/drive/root:/a.docx:/content", content=b"x")

    assert answer.status_code == 201
    assert maya.document("a.docx").newest.content == b"x"
