"""Stateful stand-ins for Google and Graph on loopback: what the demo and the tests talk to.

Nothing here is used against a real provider. A stand-in keeps people, calendars and documents in
memory, answers the provider's own addresses and repeats the quirks its fact sheet lists.
"""
