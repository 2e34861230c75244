"""A server that answers the same request at once with the same: nobody waits for it to think."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_Asked = tuple[bytes, bytes, bytes]


class Replay:
    """Requests are answered by `app` once, and from memory ever after; none may change anything."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[_Asked, list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        asked = scope["raw_path"], scope["query_string"], body
        if asked not in self._answers:
            self._answers[asked] = await self._answered(scope, body)
        for message in self._answers[asked]:
            await send(message)

    async def _answered(self, scope: Scope, body: bytes) -> list[Message]:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        async def again() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, keep)
        return answer


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body
