"""The text of iCalendar: read as programs write it, edited so that all other bytes stay.

Pure, and shared by every connector whose events are iCalendar text, on disk or on a server.
"""
