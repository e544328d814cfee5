"""The control paths, under /_emulator/: for tests, never part of a service.

  GET    ready      {"ready": true}
  POST   reset      what is served, keys, faults, switches and log as at the start
  GET    log        requests since the last DELETE: method, path, status, body, bytes, at, and what the service notes
  DELETE log
  POST   faults     {"faults": [...]}, see faults.py
  POST   switches   {"name": value, ...}, see switches.py
  GET    switches   what they are set to
  POST   tokens     {"key": "scope scope ...", ...}: more keys, until the reset
  POST   mutate     {"mutations": [...]}, see Service.mutate

A service adds its own (Service.controls).  The log, the faults and the reset wait until what clients sent before is in
the log, so that a request that was given up does not count as one of the next statement's.
"""
import json

from . import faults, switches

PREFIX = "/_emulator/"
# Those that wait until what was sent before them is in the log.
SETTLED = {("GET", "log"), ("DELETE", "log"), ("POST", "faults"), ("POST", "reset")}


def one_of(what, value, legal):
    """The value, if it is legal; else a ValueError that names what is."""
    if value not in legal:
        raise ValueError(f"{what} is {value!r}; legal are {', '.join(sorted(str(word) for word in legal))}")
    return value


def set_faults(emulator, body):
    for fault in body["faults"]:
        for member in fault:
            one_of("a fault's member", member, faults.MEMBERS)
    emulator.faults.set(body["faults"])


def set_switches(emulator, body):
    emulator.switches.update(switches.checked(emulator.service.switches, body))
    emulator.service.switched(emulator)


def mutate(emulator, body):
    for mutation in body["mutations"]:
        emulator.service.mutate(emulator, mutation)


# (method, name): function(emulator, body) that returns the answer; None stands for {}
CONTROLS = {
    ("GET", "ready"): lambda emulator, body: {"ready": True},
    ("POST", "reset"): lambda emulator, body: emulator.reset(),
    ("GET", "log"): lambda emulator, body: {"requests": emulator.log.shown()},
    ("DELETE", "log"): lambda emulator, body: emulator.log.forget(),
    ("POST", "faults"): set_faults,
    ("POST", "switches"): set_switches,
    ("GET", "switches"): lambda emulator, body: dict(emulator.switches),
    ("POST", "tokens"): lambda emulator, body: emulator.tokens.update(body),
    ("POST", "mutate"): mutate,
}


def is_control(path):
    return path.startswith(PREFIX)


def must_settle(method, path):
    return (method, path[len(PREFIX):]) in SETTLED


def control(emulator, method, path, body):
    """(status, value) of a control request; what is wrong with it is a 400 that says so."""
    what = (method, path[len(PREFIX):])
    function = CONTROLS.get(what) or emulator.service.controls.get(what)
    if function is None:
        return 404, {"error": "no such control"}
    try:
        return 200, function(emulator, json.loads(body) if body else {}) or {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return 400, {"error": f"missing: {error}" if isinstance(error, KeyError) else str(error)}
