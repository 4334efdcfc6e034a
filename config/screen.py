"""Is there a screen? What this process can know of it from its environment."""

from __future__ import annotations

import os
import sys


def has_screen() -> bool:
    """Whether a window would be seen by whoever gave the command."""
    if sys.platform == "darwin":
        return "SSH_CONNECTION" not in os.environ
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
