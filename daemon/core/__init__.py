"""The pure core: no I/O, no clock, no randomness; imports `connectors.model` alone."""
