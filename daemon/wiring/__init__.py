"""Settings to a house: the only package that imports providers, each in its own branch."""

from daemon.wiring.building import alone, house
from daemon.wiring.channels import chats, mail
from daemon.wiring.signing import sign_in, sign_out
from daemon.wiring.standing import door, standing

__all__ = ["alone", "chats", "door", "house", "mail", "sign_in", "sign_out", "standing"]
