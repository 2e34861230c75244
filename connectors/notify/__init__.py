"""Messages to chats and everything else Apprise can reach."""

from connectors.notify.messages import ChatMessages

__all__ = ["ChatMessages"]
