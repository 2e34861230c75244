"""Long answers in pages; the token that ends a list stands on the last page only (facts 1.4).

The items are fixed when the first page is asked for. Pages can be made shorter than asked, and an
empty one be put before each: both happen, and neither means that the list is at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from connectors.standins.google.errors import Json, invalid

if TYPE_CHECKING:
    from connectors.standins.google.world import World


@dataclass(frozen=True, slots=True)
class _Rest:
    items: tuple[Json, ...]
    head: Json
    last: Json
    key: str
    size: int
    empty: bool


class Pages:
    """The lists somebody is in the middle of reading."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._rests: dict[str, _Rest] = {}

    def first(self, key: str, items: list[Json], size: int, *, head: Json, last: Json) -> Json:
        """Return the first page of `items` under `key`; `last` is added to the last page only."""
        size = min(size, self._world.page_cap or size)
        rest = _Rest(tuple(items), head, last, key, size, self._world.empty_pages)
        return self._page(rest)

    def next(self, token: str) -> Json:
        """Return the page behind a token; a token can be used again, as after a lost answer."""
        if token not in self._rests:
            raise invalid("Invalid page token value.", "pageToken")
        return self._page(self._rests[token])

    def _page(self, rest: _Rest) -> Json:
        """Cut a page off what is left, and keep the rest under a token."""
        shown = 0 if rest.empty else rest.size
        page = rest.head | {rest.key: list(rest.items[:shown])}
        if len(rest.items) <= shown and not rest.empty:
            return page | rest.last
        empty_next = self._world.empty_pages and not rest.empty
        left = _Rest(rest.items[shown:], rest.head, rest.last, rest.key, rest.size, empty_next)
        token = f"page-{self._world.next_serial()}"
        self._rests[token] = left
        return page | {"nextPageToken": token}
