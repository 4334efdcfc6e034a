"""Opens the pages in a browser, where there is somebody to look and something to look with."""

from __future__ import annotations

import subprocess
import sys
import webbrowser

from config.screen import has_screen


def open_pages(url: str) -> bool:
    """Open this address in a process of its own, which says nothing; whether it was tried.

    ``BROWSER`` in the environment chooses the browser, as :mod:`webbrowser` has it.
    """
    if not has_screen():
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    quiet = subprocess.DEVNULL
    # What browsers say would be written into the board.
    words = [sys.executable, "-m", "webbrowser", "-t", url]
    subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    return True
