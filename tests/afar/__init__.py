"""The stage over HTTP: Maya's house over a provider's stand-in, through the real connectors.

Letters still go to the world in memory, whose wire also counts each write to the provider: there
the power can go in our process while the provider lives on. Faults on the way stand on `wire`.
"""

from tests.afar.at_caldav import RadicaleStage, XandikosStage
from tests.afar.at_google import GoogleStage
from tests.afar.at_outlook import OutlookStage
from tests.afar.stage import Afar, Server

__all__ = ["Afar", "GoogleStage", "OutlookStage", "RadicaleStage", "Server", "XandikosStage"]
