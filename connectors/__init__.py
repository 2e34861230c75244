"""What visavis asks of the world: calendars, documents, messages, directories."""
