"""Messages by mail: one connection a letter, sent at most once."""

from connectors.smtp.messages import MailMessages

__all__ = ["MailMessages"]
