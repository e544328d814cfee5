"""The log of requests, as the control path shows it."""
import threading


class Log:
    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.entries = []
            self.count = 0

    def add(self, entry):
        """The request's number since the reset, from 1.  The entry may be completed later."""
        with self.lock:
            self.entries.append(entry)
            self.count += 1
            return self.count

    def shown(self):
        with self.lock:
            return list(self.entries)

    def forget(self):
        """Empty, but the numbers go on."""
        with self.lock:
            self.entries.clear()
