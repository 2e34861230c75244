"""Any calendar server that speaks CalDAV: Nextcloud, Fastmail, iCloud, Radicale, Zimbra, SOGo."""

from connectors.caldav.calendar import CalDavCalendar
from connectors.caldav.client import Dav

__all__ = ["CalDavCalendar", "Dav"]
