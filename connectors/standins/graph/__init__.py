"""A Microsoft 365 in memory: people, calendars, OneDrive and sign-in, over the real addresses.

    world = World(now)
    maya, ben = world.person("maya@acme.example"), world.person("ben@acme.example")
    maya.meets(ben.email, "1:1", datetime(2026, 11, 23, 9, tzinfo=UTC))
    with serve(application(world)) as base:
        httpx2.get(f"{base}/v1.0/me/events", headers={"Authorization": f"Bearer {world.token(…)}"})

People act through `Person` in plain verbs; programs act over HTTP. Requests are held against
Microsoft's own description of Graph; what nobody has confirmed is a switch in `Quirks`.
"""

from connectors.standins.graph.app import application
from connectors.standins.graph.mails import Mail
from connectors.standins.graph.people import Person
from connectors.standins.graph.profile import Kind
from connectors.standins.graph.quirks import Quirks
from connectors.standins.graph.world import World

__all__ = ["Kind", "Mail", "Person", "Quirks", "World", "application"]
