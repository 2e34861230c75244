"""One Apprise service a target. Apprise is large, so it is imported where a target is made.

Never through `Apprise.notify`: a target's `retry=` would make it send again what maybe arrived.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from connectors.errors import NotPermitted, OutcomeUnknown, Unavailable
from connectors.model import Key, Letter
from connectors.notify.evidence import Evidence, listening
from connectors.notify.words import MARKDOWN_ANYWAY, literal, uncalling
from connectors.plain import one_line, plain

if TYPE_CHECKING:
    from apprise import NotifyBase


class ChatMessages:
    """A chat, or anything else with an Apprise address; `NotPermitted` if Apprise does not know it.

    Apprise waits 4 s for a connection and 4 s for an answer, or what `cto=` and `rto=` in the
    address say. The address holds a token, so it stands in no message of ours.
    """

    def __init__(self, target: str) -> None:
        self._service = _service(target)
        self._name = str(self._service.service_name)

    def send(self, letter: Letter) -> None:
        """Send once, as plain text; a letter too long for one message comes as several."""
        with listening() as evidence:
            sent = self._notify(letter, evidence)
        if sent:
            return
        what = f"chat {self._name}: {evidence.reason}"
        if evidence.surely_not_sent:
            raise Unavailable(
                what, "visavis tries again by itself; if it lasts, correct `to` under [notify]"
            )
        raise OutcomeUnknown(
            what, "look into the chat: it is not sent again; if it lasts, see `to` under [notify]"
        )

    def sent(self, key: Key) -> bool | None:  # noqa: ARG002 - the protocol's signature
        """Nobody can know: a chat cannot be asked what it took."""
        return None

    def _notify(self, letter: Letter, evidence: Evidence) -> bool:
        try:
            return self._service.notify(
                title=self._words(one_line(letter.subject)),
                body=self._words(plain(letter.text)),
                body_format="text",
                overflow="split",
            )
        except Exception as error:  # noqa: BLE001 - 180 services fail in their own ways
            evidence.reason = one_line(f"{type(error).__name__}: {error}")
            return False

    def _words(self, text: str) -> str:
        text = uncalling(text)
        # Told to use Markdown by the address, Apprise escapes by itself.
        as_text = self._service.resolve_format("text") == "text"
        return literal(text) if as_text and self._name in MARKDOWN_ANYWAY else text


def _service(target: str) -> NotifyBase:
    """Make the service of an address, under our name and without pictures from elsewhere."""
    try:
        from apprise import Apprise, AppriseAsset  # noqa: PLC0415 - as the module says
    except ImportError as error:
        raise NotPermitted(
            "chat needs Apprise", "install visavis with its extra `notify`"
        ) from error
    asset = AppriseAsset(
        app_id="visavis",
        app_desc="visavis",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        # Digits between colons are a time, not a picture.
        interpret_emojis=False,
    )
    with listening():
        service = Apprise.instantiate(target, asset)
    if service is None:
        scheme = target.partition("://")[0]
        raise NotPermitted(
            f"chat {scheme}://…: Apprise knows no such service, or the address lacks a part of it",
            "correct it in `to` under [notify]",
        )
    return service
