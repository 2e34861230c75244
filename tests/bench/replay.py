"""A server that answers the same request at once with the same: nobody waits for it to think."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Replay:
    """Reading requests are answered by `app` once, and from memory ever after."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._answers: dict[tuple[bytes, bytes], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = scope["raw_path"], scope["query_string"]
        if asked not in self._answers:
            self._answers[asked] = await self._answered(scope, receive)
        for message in self._answers[asked]:
            await send(message)

    async def _answered(self, scope: Scope, receive: Receive) -> list[Message]:
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer
