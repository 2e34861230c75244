"""A world in memory, and connectors that talk about it: the reference for the protocols.

    world = World()
    uid = world.meet("maya@acme.example", "ben@acme.example", first, "FREQ=WEEKLY")
    calendar = MemoryCalendar(world, "maya@acme.example")
    world.cancel(uid, recurrence_id)            # a person cancels
    world.wire.fail(LostAnswer(), at=3)         # and the third request from now on is broken

Several people's connectors share one world. What people do are methods of `World`; what visavis
does goes through the connectors, each request over `World.wire`, where it can be counted and
broken. Nothing here knows the time, waits or touches the machine.
"""

from connectors.memory.calendar import MemoryCalendar
from connectors.memory.documents import MemoryDocuments
from connectors.memory.people import MemoryDirectory, MemoryMessages
from connectors.memory.tasks import MemoryTasks
from connectors.memory.wire import Cut, LostAnswer, Meanwhile, PowerCut, Refusal, Wire
from connectors.memory.world import Document, Event, World

__all__ = [
    "Cut",
    "Document",
    "Event",
    "LostAnswer",
    "Meanwhile",
    "MemoryCalendar",
    "MemoryDirectory",
    "MemoryDocuments",
    "MemoryMessages",
    "MemoryTasks",
    "PowerCut",
    "Refusal",
    "Wire",
    "World",
]
