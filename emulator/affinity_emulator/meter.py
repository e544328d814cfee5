"""Limits of requests: so many in a minute, in a month, at the same time; and the headers that tell them."""
import email.utils
import threading
import time

from . import errors

MONTH_S = 30 * 86400
# they do not count in the month (docs)
EXEMPT = ("/rate-limit", "/auth/whoami")


class Meter:
    def __init__(self):
        self.lock = threading.Lock()
        self.begun, self.used, self.of_month = time.monotonic(), 0, 0

    def turn(self, minute_s):
        """Begin the next minute, if it is time."""
        now = time.monotonic()
        if now - self.begun >= minute_s:
            self.begun, self.used = now, 0

    def shown(self, switches):
        """(limit, remaining, seconds until the reset) of the minute and of the month, each None where it has no limit."""
        self.turn(switches["minute_s"])
        most, month = switches["requests_per_minute"], switches["monthly_limit"]
        left = max(1, int(self.begun + switches["minute_s"] - time.monotonic() + 0.999))
        spent = switches["monthly_used"] + self.of_month
        return (most, max(0, most - self.used), left) if most else None, \
            (month, max(0, month - spent), MONTH_S // 2) if month else None

    def take(self, request):
        """Count a request, or refuse it."""
        switches = request.switches
        with self.lock:
            minute, month = self.shown(switches)
            if switches["most_at_once"] and request.emulator.under_way > switches["most_at_once"]:
                raise self.spent(request, 1, "Too many concurrent requests.")
            if month and not month[1] and request.path not in EXEMPT:
                raise self.spent(request, None, "The monthly limit of requests is reached.")
            if minute and not minute[1]:
                raise self.spent(request, minute[2], "The limit of requests per minute is reached.")
            self.used += 1
            self.of_month += request.path not in EXEMPT

    @staticmethod
    def spent(request, seconds, message):
        how, headers = request.switches["retry_after"], {}
        if seconds and how == "seconds":
            headers["Retry-After"] = str(seconds)
        elif seconds and how == "date":
            headers["Retry-After"] = email.utils.formatdate(time.time() + seconds, usegmt=True)
        return errors.refusal(429, message, headers=headers)

    def headers(self, switches):
        with self.lock:
            lines = zip(("User", "Org"), self.shown(switches))
        told = {}
        for who, line in lines:
            for suffix, value in zip(("", "-Remaining", "-Reset"), line or ()):
                told[f"X-Ratelimit-Limit-{who}{suffix}"] = value
        return {name.lower(): value for name, value in told.items()} if switches["header_case"] == "lower" else told

    def resource(self, switches):
        """The answer of /rate-limit."""
        with self.lock:
            minute, month = self.shown(switches)

        def line(told):
            names = ("limit", "remaining", "reset")
            return dict(zip(names, told), used=told[0] - told[1]) if told else dict.fromkeys((*names, "used"))
        return {"rate": {"org_monthly": line(month), "api_key_per_minute": line(minute)}}
