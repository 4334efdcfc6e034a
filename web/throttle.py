"""Who tries too often? A count for each caller within a span of time, in memory and bounded."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable


class Throttle:
    """Lets each caller try ``most`` times in ``seconds``; who was not heard of lately is forgotten.

    ``clock`` tells seconds that only go forward.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        *,
        callers: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._seconds = seconds
        self._callers = callers
        self._clock = clock
        self._tries: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def may_try(self, caller: str) -> bool:
        """Count one try, and say whether it is within what is allowed."""
        now = self._clock()
        with self._lock:
            tries = self._tries.setdefault(caller, deque(maxlen=self._most))
            self._tries.move_to_end(caller)
            if len(self._tries) > self._callers:
                self._tries.popitem(last=False)
            if len(tries) == self._most and now - tries[0] < self._seconds:
                return False
            tries.append(now)
            return True

    def seconds_left(self, caller: str) -> int:
        """In how many seconds the caller may try again, at least 1."""
        with self._lock:
            tries = self._tries.get(caller)
            waits = tries[0] + self._seconds - self._clock() if tries else 0.0
        return max(1, math.ceil(waits))
