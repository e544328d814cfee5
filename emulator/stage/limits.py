"""Rate limits: so many requests in any so many seconds."""
import collections
import threading
import time


class Limits:
    """When requests were counted, for each limit by its name."""

    def __init__(self):
        self.lock = threading.Lock()
        self.taken = collections.defaultdict(collections.deque)

    def take(self, lines):
        """Count a request in each line (name, how many, seconds); or in none, and return the line that is full."""
        now = time.monotonic()
        with self.lock:
            for line in lines:
                name, most, seconds = line
                taken = self.taken[name]
                while taken and taken[0] <= now - seconds:
                    taken.popleft()
                if len(taken) >= most:
                    return line
            for name, _, _ in lines:
                self.taken[name].append(now)
        return None
