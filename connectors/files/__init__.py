"""Calendars as folders of .ics files, with running documents and tasks as files beside them."""

from connectors.files.calendar import FilesCalendar, calendar_zone
from connectors.files.documents import MarkdownFolder
from connectors.files.tasks import TaskFolder

__all__ = ["FilesCalendar", "MarkdownFolder", "TaskFolder", "calendar_zone"]
