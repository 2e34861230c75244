"""A Google in memory: people, calendars, documents and sign-in, over the real addresses.

    world = World(clock)
    maya = world.person("maya@acme.example", name="Maya")
    wire = application(world)
    with serve(wire) as base:
        service = build("calendar", "v3", client_options={"api_endpoint": base + "/calendar/v3/"})

People act through `Person` in plain verbs; programs act over HTTP. Where Google's documents and its
behaviour differ, the stand-in follows the behaviour; each test names the source it rests on.
"""

from connectors.standins.google.app import application
from connectors.standins.google.people import Person
from connectors.standins.google.world import Mail, World

__all__ = ["Mail", "Person", "World", "application"]
