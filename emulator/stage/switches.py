"""The mechanism of switches: what a service may do in several ways, each with the values it could have.

A table of them is name: (default, legal values or a type, source, meaning).  They are changed by flags
(--set NAME=VALUE), by --behaviour FILE (JSON), or at run time (/_emulator/switches).  Functions read
request.switches[name].

One of them the stage itself follows, where the service has it: `gzip` (bool), compress answers to clients that accept
it.
"""
import copy
import json


def defaults(table):
    return {name: copy.copy(row[0]) for name, row in table.items()}


def check(table, name, value):
    """The value, or ValueError with what is legal."""
    if name not in table:
        raise ValueError(f"unknown switch {name!r}; known are {', '.join(sorted(table))}")
    legal = table[name][1]
    good = value in legal if isinstance(legal, tuple) else type(value) is legal
    if not good:
        raise ValueError(f"switch {name}: legal is {legal if isinstance(legal, tuple) else legal.__name__}")
    return value


def checked(table, values):
    return {name: check(table, name, value) for name, value in values.items()}


def read_assignment(text):
    """(name, value) of NAME=VALUE; a value that is not JSON is a text."""
    name, _, value = text.partition("=")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value
