"""Faults on demand: what to do to which request.

A fault is a JSON object:

  match   {"method": "POST", "path": "regular expression", "nth": 2 or [2, 3]}
          all optional; nth counts the requests that match, from 1
  times   how often it strikes (default: always)
  before  list of mutations (see Service.mutate) done before the request is answered
  after   the same, done after
  status, body, headers, content_type    answer this instead; with a status of 400 to 499 nothing is processed
  body_bytes       the same; each character is one byte, so that it need not be UTF-8
  delay_ms         wait before the headers
  body_delay_ms    wait between headers and body
  trickle          [bytes, ms]: send the body in pieces
  cursor           this as the cursor of the next page (where Service.next_cursor says): one that repeats, for example
  reset            "before" | "headers" | "after_headers" | "body": close the connection there, hard
  truncate         n: send n bytes of the body, then close
  no_length        true: no Content-Length, the end is the close
  silence          true: never answer
  retry_after      "date" | "seconds" | "iso": that header, naming the next second
  gzip_broken      true: say gzip and send something else
"""
import email.utils
import json
import re
import threading
import time

from .paging import put

MEMBERS = {"match", "times", "before", "after", "status", "body", "headers", "content_type", "body_bytes", "delay_ms",
           "body_delay_ms", "trickle", "cursor", "reset", "truncate", "no_length", "silence", "retry_after",
           "gzip_broken"}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def set(self, rules):
        with self.lock:
            self.rules = [{"rule": rule, "seen": 0, "struck": 0} for rule in rules]

    def strike(self, method, path):
        """The fault for this request, or {}."""
        with self.lock:
            for entry in self.rules:
                rule, match = entry["rule"], entry["rule"].get("match", {})
                if match.get("method", method) != method or not re.search(match.get("path", ""), path):
                    continue
                entry["seen"] += 1
                nth = match.get("nth")
                if nth is not None and entry["seen"] not in (nth if isinstance(nth, list) else [nth]):
                    continue
                if rule.get("times") is not None and entry["struck"] >= rule["times"]:
                    continue
                entry["struck"] += 1
                return rule
        return {}


def is_refusal(fault):
    """Is the request refused, so that it must not be processed?"""
    return 400 <= fault.get("status", 0) < 500


def headers_of(fault):
    """The headers that the fault adds."""
    headers = dict(fault.get("headers", {}))
    if fault.get("retry_after"):
        headers["Retry-After"] = retry_after(fault["retry_after"])
    if fault.get("gzip_broken"):
        headers["Content-Encoding"] = "gzip"
    return headers


def retry_after(form):
    """The next second, in one of the forms of Retry-After that were seen or claimed: date, seconds, iso."""
    moment = time.time() + 1
    if form == "seconds":
        return "1"
    if form == "iso":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return email.utils.formatdate(moment, usegmt=True)


def body_of(fault, answer, next_cursor):
    """The body that is sent: the fault's own, if it has one."""
    if "body_bytes" in fault:
        return fault["body_bytes"].encode("latin-1")
    if "cursor" in fault:
        document = json.loads(answer)
        put(document, next_cursor, fault["cursor"])
        return json.dumps(document).encode()
    return fault["body"].encode() if "body" in fault else answer
