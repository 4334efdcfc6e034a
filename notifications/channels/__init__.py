"""Ways out of the house; each one is a :class:`notifications.channels.base.Channel`."""
