"""The turn of the day: look, decide, write down, act."""
