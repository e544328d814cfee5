"""Rate limits: so many reads and writes in any one second (docs/attio-api.md 2.1)."""
import collections
import threading
import time

from . import errors


class Limits:
    """Requests of the last second, by bucket."""

    def __init__(self):
        self.lock = threading.Lock()
        self.taken = {True: collections.deque(), False: collections.deque()}

    def take(self, read, switches):
        """Count a request, or raise 429 with the date of the next second."""
        limit = switches["reads_per_second" if read else "writes_per_second"]
        if not limit:
            return
        now = time.monotonic()
        with self.lock:
            taken = self.taken[read]
            while taken and taken[0] <= now - 1:
                taken.popleft()
            if len(taken) >= limit:
                raise errors.rate_limited()
            taken.append(now)
