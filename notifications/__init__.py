"""A notice becomes a message, and a message leaves by a channel."""
