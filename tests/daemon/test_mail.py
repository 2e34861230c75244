"""The mails of a house as they arrive: over SMTP, at a server that keeps what it gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

from connectors.memory import MemoryMessages
from connectors.model import Hours
from connectors.smtp import MailMessages
from daemon import queries, steering
from daemon.house import MAIL, About, House
from daemon.ledger import EVERYBODY
from daemon.links import Links
from daemon.stationery import dressed
from daemon.web.app import application
from daemon.web.site import Site
from tests.connectors.smtp.servers import Sink, serving
from tests.stage import BEN, FIRST, MAYA, Stage, hours, week

DAY = timedelta(days=1)
SUNDAY = week(1) - hours(20)
PUBLIC = "https://visavis.acme.example"
CHAT = "chat-1"


class Post:
    """Maya's house with a real mail server behind it."""

    def __init__(self, home: Path, port: int, sink: Sink) -> None:
        self.sink = sink
        self.stage = Stage(home)
        self.mail = MailMessages("127.0.0.1", port, sender="visavis@acme.example", tls="none")
        self.wire(links=True)

    def wire(self, *, links: bool) -> None:
        signing = Links(PUBLIC, lambda: "a secret of this test") if links else None
        wired = self.stage.wired()
        self.stage.house = replace(wired, channels={MAIL: self.mail}, links=signing)

    def lose(self, number: int = 1) -> EmailMessage:
        """Cancel the meeting of a week; return the proposal as it arrived."""
        if not self.stage.world.events:
            self.stage.weekly()
            self.stage.tick(week(0) + DAY)
        self.stage.cancel("event-1", week(number))
        self.stage.tick(week(number) - hours(20))
        return self.to(MAYA)[-1]

    def recap(self, number: int = 0) -> None:
        """Let a meeting end with a decision in the notes, and its recap be due."""
        if not self.stage.world.events:
            self.stage.weekly()
        self.stage.tick(week(number) - hours(20))
        line = "### Decisions\n\n- we take the second vendor\n"
        self.stage.world.edit(self.stage.url, lambda t: t.replace("### Decisions\n", line, 1))
        self.stage.tick(week(number) + hours(2.5))

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.sink.mails if mail["To"] == address]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    sink = Sink()
    with serving(sink.protocol()) as port:
        post = Post(tmp_path, port, sink)
        yield post
        post.stage.store.close()


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body(preferencelist=(kind,))
    assert body is not None
    return str(body.get_content())


def held(house: House, now: datetime) -> list[tuple[str, object, str, object]]:
    """Return what `status` says of what waits."""
    shapes = queries.status(house, now)["held_back"]
    return [(one["kind"], one["to"], one["why"], one["goes"]) for one in shapes]


def test_a_proposal_is_one_mail_in_plain_words_and_in_html(post: Post) -> None:
    mail = post.lose()
    assert mail.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in mail.iter_parts()] == ["text/plain", "text/html"]
    for command in ("visavis accept r-", "visavis decline r-"):
        assert command in part(mail, "plain")
        assert command in part(mail, "html")
    assert mail["Message-ID"]
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_link_to_the_page_stands_beside_each_command(post: Post) -> None:
    mail = post.lose()
    (proposal,) = post.stage.dossier(SUNDAY).proposals
    assert post.stage.house.links is not None
    link = post.stage.house.links.answer(proposal)
    assert part(mail, "plain").count(link) == 1
    assert part(mail, "html").count(f'href="{link}"') == len(proposal.options) + 1


def test_without_a_public_address_there_is_no_link_and_no_button(post: Post) -> None:
    post.wire(links=False)
    mail = post.lose()
    assert "https://" not in part(mail, "plain")
    assert "href" not in part(mail, "html")


def test_mails_of_a_kind_about_a_pair_are_one_thread(post: Post) -> None:
    one, two = post.lose(1), post.lose(2)
    assert one["References"] == two["References"] == one["In-Reply-To"]
    assert one["Message-ID"] != two["Message-ID"]


def test_other_peoples_words_stay_words_in_html(post: Post) -> None:
    post.stage.about[BEN] = About(topic="<img src=x onerror=alert(1)>")
    post.wire(links=True)
    post.recap()
    post.stage.tick(datetime(2026, 3, 6, 17, 30, tzinfo=FIRST.tzinfo))
    digest = post.to(MAYA)[-1]
    assert "<img" in part(digest, "plain")
    assert "<img" not in part(digest, "html")
    assert "&lt;img" in part(digest, "html")


def test_a_signature_in_a_digest_is_no_heading() -> None:
    html = dressed("Notes", "Hello Ben,\n\nso it is.\n\nMaya\n\nCy Ng: no notes\n\nwrite.", {}, "")
    assert "<p>Maya</p>" in html
    assert "<h2>Cy Ng: no notes</h2>" in html


def test_an_answer_to_the_recap_reaches_a_human(post: Post) -> None:
    post.stage.settle(recap_to_both=True)
    post.wire(links=False)
    post.recap()
    (mail,) = post.to(BEN)
    assert mail["Reply-To"] == MAYA
    assert mail["List-Unsubscribe"] == f"<mailto:{MAYA}?subject=unsubscribe>"
    assert "we take the second vendor" in part(mail, "html")
    assert f"Sent by visavis for {MAYA}" in part(mail, "plain")


def test_unsubscribe_shows_first_acts_on_a_post_alone_and_ends_the_recaps(post: Post) -> None:
    post.stage.settle(recap_to_both=True)
    post.wire(links=True)
    post.recap()
    (mail,) = post.to(BEN)
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(mail["List-Unsubscribe"].partition(">")[0][1:]).path
    site = Site(lambda: post.stage.house, lambda: week(1), "127.0.0.1", 8765)
    client = TestClient(application(site), base_url=PUBLIC)
    assert BEN in client.get(path).text
    post.recap(1)
    assert len(post.to(BEN)) == 2
    # As a mail program does it: no browser, no cookie, no origin.
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    post.recap(2)
    assert len(post.to(BEN)) == 2
    assert any("we take" in part(mail, "plain") for mail in post.to(MAYA))
    steering.resume(post.stage.house, post.stage.dossier(week(2)).pair.id)
    post.recap(3)
    assert len(post.to(BEN)) == 3


def test_a_forged_way_out_ends_nothing(post: Post) -> None:
    site = Site(lambda: post.stage.house, lambda: week(1), "127.0.0.1", 8765)
    client = TestClient(application(site), base_url=PUBLIC)
    assert client.post("/s/leave/anything").status_code == 404


def test_the_owner_may_end_the_mails_too_and_the_chat_goes_on(post: Post) -> None:
    chat = MemoryMessages(post.stage.world)
    post.stage.house = replace(post.stage.house, channels={MAIL: post.mail, CHAT: chat})
    steering.leave(post.stage.house, MAYA)
    post.stage.weekly()
    post.stage.tick(week(0) + DAY)
    post.stage.cancel("event-1", week(1))
    post.stage.tick(SUNDAY)
    assert post.to(MAYA) == []
    assert len([one for one in post.stage.world.letters if "visavis accept" in one.text]) == 1
    (undelivered, *_) = queries.status(post.stage.house, SUNDAY)["undelivered"]
    assert "no more mail" in undelivered["because"]
    steering.resume(post.stage.house, EVERYBODY)
    assert post.lose(2)["To"] == MAYA


@pytest.mark.parametrize(("zone", "waits"), [("Asia/Tokyo", True), ("", False)])
def test_quiet_hours_are_those_of_the_reader(post: Post, zone: str, *, waits: bool) -> None:
    post.stage.about[BEN] = About(zone=zone)
    post.stage.settle(recap_to_both=True, quiet=Hours(time(19), time(8)))
    post.wire(links=True)
    post.recap()  # Half past twelve in Berlin is half past eight in the evening in Tokyo.
    assert bool(post.to(BEN)) is not waits
    now = week(0) + hours(2.5)
    quiet = [one for one in held(post.stage.house, now) if one[2] == "quiet"]
    until = datetime(2026, 3, 3, 8, tzinfo=FIRST.tzinfo) - hours(8)
    assert quiet == ([("letter", [BEN], "quiet", until.isoformat())] if waits else [])
    post.stage.tick(until)
    assert len(post.to(BEN)) == 1


def test_what_the_budget_holds_back_is_shown_until_it_goes(post: Post) -> None:
    post.stage.settle(recap_to_both=True, mail_budget=1)
    post.wire(links=True)
    post.recap(0)
    post.stage.single(week(0) + 2 * DAY)
    sent = post.to(BEN)
    post.stage.tick(week(1) - hours(20))
    line = "### Decisions\n\n- we take the third vendor\n"
    post.stage.world.edit(post.stage.url, lambda t: t.replace("### Decisions\n", line, 1))
    post.stage.settle(mail_budget=0, recap_to_both=True)
    post.wire(links=True)
    now = week(1) + hours(2.5)
    post.stage.tick(now)
    assert post.to(BEN) == sent
    assert ("recap", [BEN], "mail_budget", None) in held(post.stage.house, now)
    post.stage.settle(mail_budget=4, recap_to_both=True)
    post.wire(links=True)
    post.stage.tick(now + hours(0.5))
    assert len(post.to(BEN)) == len(sent) + 1
    assert "mail_budget" not in [one[2] for one in held(post.stage.house, now + hours(0.5))]


def test_a_letter_for_a_target_that_was_removed_goes_where_the_owner_still_reads(
    post: Post,
) -> None:
    post.stage.settle(quiet=Hours(time(19), time(8)))
    chat = MemoryMessages(post.stage.world)
    post.stage.house = replace(post.stage.house, channels={CHAT: chat})
    post.stage.weekly()
    post.stage.tick(week(0) + DAY)
    post.stage.cancel("event-1", week(1))
    night = week(1) - hours(14)
    post.stage.tick(night)
    assert [one[2] for one in held(post.stage.house, night)] == ["quiet"]
    post.wire(links=True)
    post.stage.tick(week(1) - hours(1))
    assert ["visavis accept" in part(mail, "plain") for mail in post.to(MAYA)] == [True]
    (closed,) = queries.status(post.stage.house, week(1))["undelivered"]
    assert (closed["kind"], closed["to"]) == ("propose", "chat")
    assert "not in the settings any more" in closed["because"]


def test_what_every_present_target_has_is_not_sent_twice(post: Post) -> None:
    post.stage.settle(quiet=Hours(time(19), time(8)))
    chat = MemoryMessages(post.stage.world)
    post.stage.house = replace(post.stage.house, channels={MAIL: post.mail, CHAT: chat})
    post.stage.weekly()
    post.stage.tick(week(0) + DAY)
    post.stage.cancel("event-1", week(1))
    post.stage.tick(week(1) - hours(14))
    post.wire(links=True)
    post.stage.every(week(1) - hours(1), week(1) + hours(5), hours(1))
    assert len([mail for mail in post.to(MAYA) if "another time" in mail["Subject"]]) == 1


def test_the_way_out_stands_in_the_raw_mail_letter_by_letter(post: Post) -> None:
    post.lose()
    raw = post.sink.envelopes[-1].content
    assert isinstance(raw, bytes)
    assert post.stage.house.links is not None
    assert f"<{post.stage.house.links.leave(MAYA)}>".encode() in raw
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.splitlines())) < 998
