"""From a notice to a mail that has left: wording, message, channel."""
