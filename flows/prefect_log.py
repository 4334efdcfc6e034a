"""Where Prefect's own log lines go: to our log, except those that say nothing.

Named in ``prefect_logging.yml``, which Prefect reads when it is imported.
"""

from __future__ import annotations

import logging


class Forward(logging.Handler):
    """Hands Prefect's lines to our log, under ``rectiflow.prefect``, wherever that writes."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the line on if our log takes lines of its level."""
        ours = logging.getLogger("rectiflow.prefect")
        if ours.isEnabledFor(record.levelno):
            ours.handle(record)


class NotASuspension(logging.Filter):
    """Drops the error that Prefect's engine writes whenever a flow run falls asleep."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is worth keeping."""
        said = record.getMessage()
        return not (said.startswith("Finished in state") and "PAUSED" in said)
