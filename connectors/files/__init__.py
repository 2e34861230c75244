"""Calendars as folders of .ics files, and running documents as Markdown files beside them."""

from connectors.files.calendar import FilesCalendar, calendar_zone
from connectors.files.documents import MarkdownFolder

__all__ = ["FilesCalendar", "MarkdownFolder", "calendar_zone"]
