"""All that names a person here: addresses, names, and the ids that were made from them."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from connectors.model import Attendee, Handle, Person, Series
from daemon import ledger, mirror, registry
from daemon.core.naming import short_name
from daemon.house import House
from daemon.store import Session

SOMEBODY = "somebody"
"""What stands where a forgotten person was named in what is about others."""


@dataclass(frozen=True)
class Traces:
    """A person as the store knows them; `pairs` are the ids of their pairs.

    `held` has the handles of the events they organize or are invited to, by account.
    """

    addresses: frozenset[str]
    names: frozenset[str] = frozenset()
    pairs: frozenset[str] = frozenset()
    held: tuple[tuple[str, Handle], ...] = ()

    def named_in(self, text: str) -> bool:
        """Whether a text has an address or the full name."""
        return self._words.search(text) is not None

    def within(self, data: bytes) -> bool:
        """Whether the bytes of a file have it anywhere: a database puts no space between words."""
        text = data.decode("utf-8", "replace").casefold()
        return any(one.casefold() in text for one in self._said)

    def called_in(self, text: str) -> bool:
        """Whether a text may mean them, also by what colleagues say: rather once too often."""
        short = {short_name(Person(one, name)) for one in self.addresses for name in self.names}
        return _any_of({*short, *self.names, *self._said}).search(text) is not None

    def without(self, text: str) -> str:
        """Return a text, or a JSON document, that names them no more."""
        if not text.startswith(("{", "[", '"')):
            return self._words.sub(SOMEBODY, text)
        try:
            document = json.loads(text)
        except ValueError:
            return self._words.sub(SOMEBODY, text)
        clean = self._cleaned(document)
        return text if clean == document else json.dumps(clean, ensure_ascii=False)

    def _cleaned(self, value: Any) -> Any:  # noqa: ANN401 - any JSON value
        match value:
            case str():
                return self._words.sub(SOMEBODY, value)
            case list():
                return [self._cleaned(one) for one in value]
            case dict():
                return {self._cleaned(key): self._cleaned(one) for key, one in value.items()}
            case _:
                return value

    @cached_property
    def _words(self) -> re.Pattern[str]:
        return _any_of({*self._said, *map(html.escape, self._said)})

    @property
    def _said(self) -> frozenset[str]:
        """What means this person alone: a name of one word may be any word."""
        return self.addresses | {name for name in self.names if len(name.split()) > 1}


def traces(house: House, session: Session, address: str) -> Traces:
    """Find everything that names the person with this address."""
    people = [
        *(known.pair.partner for known in ledger.pairs(session)),
        *(entry.person for entry in registry.entries(session).values()),
    ]
    same = [Person(address), *(one for one in people if one.answers_to(address))]
    addresses = frozenset(a.lower() for one in same for a in (one.address, *one.aliases))
    invited = [*_invited(house, session, addresses)]
    own = {one.pair.owner.name for one in ledger.pairs(session)}
    names = {*(one.name for one in same), *(guest.name for *_, guest in invited)}
    return Traces(
        addresses,
        frozenset(names) - own - {""} - addresses,
        frozenset(
            known.pair.id
            for known in ledger.pairs(session)
            if any(map(known.pair.partner.answers_to, addresses))
        ),
        tuple(dict.fromkeys((account, handle) for account, handle, _ in invited)),
    )


def _invited(
    house: House, session: Session, addresses: Iterable[str]
) -> Iterator[tuple[str, Handle, Attendee]]:
    """Yield how a person stands on each known event of theirs."""
    for account in house.accounts:
        for series in mirror.everything(session, account.name):
            for guest in _guests(series):
                if guest.address.lower() in addresses:
                    yield account.name, series.handle, guest


def _guests(series: Series) -> Iterator[Attendee]:
    yield Attendee(series.organizer)
    yield from series.attendees or ()
    for occurrence in series.occurrences:
        yield from occurrence.attendees or ()


def _any_of(said: Iterable[str]) -> re.Pattern[str]:
    """Match any of these words or addresses, whole, in whatever case."""
    longest_first = sorted((one for one in said if one), key=len, reverse=True)
    listed = "|".join(map(re.escape, longest_first)) or r"(?!)"
    return re.compile(rf"(?<![\w.+-])(?:{listed})(?![\w-])", re.IGNORECASE)
