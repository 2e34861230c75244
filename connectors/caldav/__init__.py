"""Any calendar server that speaks CalDAV: Nextcloud, Fastmail, iCloud, Radicale, Zimbra, SOGo."""

from connectors.caldav.calendar import CalDavCalendar
from connectors.caldav.client import Dav
from connectors.caldav.discovery import discover
from connectors.caldav.documents import WebDavFolder
from connectors.caldav.tasks import CalDavTasks

__all__ = ["CalDavCalendar", "CalDavTasks", "Dav", "WebDavFolder", "discover"]
