"""A bar that moves while long work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def progress_bar(
    words: Mapping[str, str], *, quiet: bool
) -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a person's terminal, and nothing where nobody would see it move.

    What is yielded takes a key of ``words`` (which are told beside the bar, the first of them from
    the beginning), how many are done, and of how many.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _of: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(next(iter(words.values())), total=None)
        yield lambda what, done, of: bar.update(
            task, description=words[what], completed=done, total=of
        )
