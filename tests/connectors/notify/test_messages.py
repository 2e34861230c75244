"""Chat keeps the contract of messages through Apprise, and says no more than it knows."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.errors import NotPermitted, OutcomeUnknown, Unavailable
from connectors.model import Key, Letter
from connectors.notify import ChatMessages
from connectors.notify.evidence import listening
from connectors.protocol import Messages
from connectors.standins.faults import Answer, LostAnswer, Slow, Wire
from connectors.standins.server import serve
from tests.connectors.smtp.servers import Certificate, Script, serving
from tests.contract.messages import MessagesContract

AT = "\N{FULLWIDTH COMMERCIAL AT}"
LETTER = Letter(Key("alert:1"), "", "Missed twice", "Maya and Ben have not met.")


class Hook:
    """A chat with a webhook, which takes whatever comes and keeps what it took."""

    target = ""

    def __init__(self) -> None:
        self.took: list[dict[str, Any]] = []
        self.wire = Wire(Starlette(routes=[Route("/{rest:path}", self._take, methods=["POST"])]))

    async def _take(self, request: Request) -> Response:
        self.took.append(await request.json())
        return JSONResponse({})


class Bench(Hook):
    """A hook with a channel to it."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: Messages

    def delivered(self) -> Sequence[str]:
        return [f"{one['title']}\n{one['message']}" for one in self.took]

    def refuse(self) -> None:
        self.wire.fail(Answer(503), at=len(self.wire.log) + 1)

    def lose(self) -> None:
        self.wire.fail(LostAnswer(), at=len(self.wire.log) + 1)


class TestChatThroughApprise(MessagesContract):
    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        bench = Bench()
        with serve(bench.wire) as address:
            bench.messages = ChatMessages(target(address))
            yield bench


@pytest.fixture
def hook() -> Hook:
    return Hook()


@pytest.fixture
def at(hook: Hook) -> Iterator[str]:
    """Where the hook listens, as `host:port`."""
    with serve(hook.wire) as address:
        yield address.removeprefix("http://")


# --- What is known of a message that was not sent -------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 503])
def test_an_answer_that_refuses_means_surely_not_sent(hook: Hook, at: str, status: int) -> None:
    hook.wire.fail(Answer(status))
    with pytest.raises(Unavailable, match=f"JSON.*{status}") as caught:
        ChatMessages(target(at)).send(LETTER)
    assert "`to` under [notify]" in caught.value.remedy
    assert "\n" not in caught.value.what


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_that_failed_may_have_passed_it_on(hook: Hook, at: str, status: int) -> None:
    hook.wire.fail(Answer(status))
    with pytest.raises(OutcomeUnknown, match=str(status)):
        ChatMessages(target(at)).send(LETTER)
    assert len(hook.wire.log) == 1


def test_a_server_that_does_not_answer_in_time_may_have_passed_it_on(hook: Hook, at: str) -> None:
    hook.wire.fail(Slow(60))
    with pytest.raises(OutcomeUnknown):
        ChatMessages(f"{target(at)}?rto=0.3").send(LETTER)


def test_nobody_at_the_address_means_surely_not_sent() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="sending JSON"):
            ChatMessages(target(f"127.0.0.1:{nobody.getsockname()[1]}")).send(LETTER)


def test_a_stranger_with_a_certificate_of_their_own_gets_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with (
        serving(lambda: Script(heard, {}), Certificate(tmp_path).server) as port,
        pytest.raises(Unavailable, match="sending JSON"),
    ):
        ChatMessages(f"jsons://127.0.0.1:{port}/hook").send(LETTER)
    assert heard == []


def test_a_long_letter_of_which_one_part_arrived_is_not_sent_again(hook: Hook, at: str) -> None:
    hook.wire.fail(Answer(503), at=2)
    with pytest.raises(OutcomeUnknown):
        ChatMessages(target(at)).send(Letter(Key("k"), "", "Long", "word " * 8000))
    assert len(hook.took) == 1


def test_the_retry_of_an_address_never_makes_two_of_one(hook: Hook, at: str) -> None:
    hook.wire.fail(LostAnswer())
    with pytest.raises(OutcomeUnknown):
        ChatMessages(f"{target(at)}?retry=3").send(LETTER)
    assert len(hook.took) == 1


def test_a_service_without_http_leaves_no_evidence() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with pytest.raises(OutcomeUnknown):
            ChatMessages(f"mailto://127.0.0.1:{port}/?from=a@acme.example&to=b@acme.example").send(
                LETTER
            )


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("unknown", ["nope://secret-token/x", "slack://…", "json://"])
def test_an_address_apprise_does_not_know_is_the_owners_to_correct(unknown: str) -> None:
    with pytest.raises(NotPermitted, match="Apprise") as caught:
        ChatMessages(unknown)
    assert "`to` under [notify]" in caught.value.remedy
    assert "secret-token" not in caught.value.what


def test_apprise_is_loaded_only_where_there_is_a_target() -> None:
    code = "import connectors.notify, sys; sys.exit('apprise' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


# --- Words ----------------------------------------------------------------------------------------


def test_words_arrive_as_plain_text_that_nobody_obeys(hook: Hook, at: str) -> None:
    text = "<b>@everyone</b> \x1b[31m\u202eben@acme.example *x*\nat 10:30:45"
    ChatMessages(target(at)).send(Letter(Key("k"), "", "Hi\n@here", text))
    (took,) = hook.took
    assert took["title"] == f"Hi {AT}here"
    assert took["message"] == f"<b>{AT}everyone</b> [31mben@acme.example *x*\nat 10:30:45"


@pytest.mark.parametrize(
    ("form", "shown"), [("html", "&lt;b&gt;"), ("markdown", r"\[x\]"), ("text", "<b> [x](y)")]
)
def test_words_are_escaped_for_the_form_the_address_asks_for(
    hook: Hook, at: str, form: str, shown: str
) -> None:
    ChatMessages(f"{target(at)}?format={form}").send(Letter(Key("k"), "", "s", "<b> [x](y)"))
    assert shown in hook.took[0]["message"]


def test_a_service_that_reads_markdown_anyway_gets_it_escaped(hook: Hook, at: str) -> None:
    mattermost = ChatMessages(f"mmost://{at}/{'k' * 26}")
    mattermost.send(Letter(Key("k"), "", "*Hi*", "[free](https://evil.example) @channel"))
    (took,) = hook.took
    assert r"\*Hi\*" in took["text"]
    assert rf"\[free\](https://evil.example) {AT}channel" in took["text"]


def test_a_long_letter_comes_as_several_messages(hook: Hook, at: str) -> None:
    ChatMessages(target(at)).send(Letter(Key("k"), "", "Long", "word " * 8000))
    assert len(hook.took) == 2
    assert "".join(one["message"] for one in hook.took).count("word") == 8000


# --- Logs -----------------------------------------------------------------------------------------


def test_nothing_of_a_letter_or_its_target_reaches_a_log(
    hook: Hook, at: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        ChatMessages(f"json://maya:token@{at}/canary").send(LETTER)
        hook.wire.fail(Answer(500))
        with pytest.raises(OutcomeUnknown):
            ChatMessages(f"json://maya:token@{at}/canary").send(LETTER)
    told = {record.name for record in caplog.records}
    assert not {name for name in told if name.startswith(("apprise", "urllib3"))}


def test_other_threads_log_as_ever_meanwhile(caplog: pytest.LogCaptureFixture) -> None:
    def other() -> None:
        logging.getLogger("urllib3.connectionpool").debug("whispered")
        logging.getLogger("urllib3.connectionpool").warning("heard")

    with caplog.at_level(logging.WARNING), listening():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert [record.message for record in caplog.records] == ["heard"]


def target(address: str) -> str:
    return f"json://{address.removeprefix('http://')}/hook"
