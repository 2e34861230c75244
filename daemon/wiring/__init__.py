"""Settings to a house: the only package that imports providers, each in its own branch."""

from daemon.wiring.building import house
from daemon.wiring.signing import sign_in, sign_out

__all__ = ["house", "sign_in", "sign_out"]
