"""A request that was let in: who asks, whose things it is about, and what exactly it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from connectors.standins.graph.calendar import Calendar
from connectors.standins.graph.calls import Call, Json, Prefer, Reply
from connectors.standins.graph.login import Grant
from connectors.standins.graph.mailbox import Mailbox
from connectors.standins.graph.profile import Profile
from connectors.standins.graph.rendering import Renderer

if TYPE_CHECKING:
    from connectors.standins.graph.world import World


@dataclass(frozen=True, slots=True)
class Ask:
    """One call with its paths and body already checked; `owner` is whose mailbox or drive it is."""

    world: World
    call: Call
    grant: Grant
    owner: Profile
    variables: Mapping[str, str]
    body: Any

    @property
    def prefer(self) -> Prefer:
        """What the Prefer header asks for."""
        return Prefer.parse(self.call.headers.get("prefer", ""))

    @property
    def query(self) -> Mapping[str, str]:
        """The options of the address."""
        return self.call.query

    @property
    def now(self) -> datetime:
        """The world's present."""
        return self.world.now()

    @property
    def calendar(self) -> Calendar:
        """The owner's calendar, with the lag of writes through the API."""
        return Calendar(self.world, self.owner.email, self.world.quirks.read_lag)

    def given(self, name: str) -> Any:  # noqa: ANN401 - a parameter of an action has any type
        """Return a parameter of an action; the service takes camelCase and PascalCase."""
        body = self.body or {}
        return body.get(name, body.get(name[0].upper() + name[1:]))

    def renderer(self, mailbox: Mailbox) -> Renderer:
        """Return what writes events of that state of the owner's mailbox."""
        return Renderer(self.owner, self.world.people, mailbox, self.prefer, self.world.quirks)

    def link(self, **query: str) -> str:
        """Return this address with other options, for nextLink and deltaLink."""
        dollars = {name.replace("_", "$", 1): value for name, value in query.items()}
        return f"{self.call.base}/v1.0{self.call.path}?{urlencode(dollars)}"


Handler = Callable[[Ask], Reply]
Routes = Mapping[tuple[str, str], Handler]
"""Handlers by method and the path behind `/me`, `/users/{user-id}` or `/drives/{drive-id}`."""


def page(ask: Ask, values: list[Json], size: int) -> Json:
    """Return one page of a collection, with `@odata.nextLink` while there is more."""
    skip = int(ask.query.get("$skiptoken", ask.query.get("$skip", "0")))
    answer: Json = {"value": values[skip : skip + size]}
    if skip + size < len(values):
        rest = {name: value for name, value in ask.query.items() if name != "$skip"}
        following = {**rest, "$skiptoken": str(skip + size)}
        answer["@odata.nextLink"] = f"{ask.call.base}/v1.0{ask.call.path}?{urlencode(following)}"
    return answer
