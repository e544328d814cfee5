"""Attio's endpoints, by the list in endpoints.txt, and what a statement must do to reach each.

The list is a copy: Attio publishes the specification, which is not part of the repository.
"""
import os
import re

# The first word of an endpoint's summary says what it does, and so which statement reaches it.
STATEMENTS = {"List": "SELECT", "Search": "SELECT", "Create": "INSERT", "Find": "INSERT", "Assert": "INSERT", "Upload": "INSERT",
              "Update": "UPDATE", "Delete": "DELETE"}
# One row or file, of those that another endpoint lists.
SINGLE = ("Get", "Identify", "Download")


def shape_of(path):
    """The path with nameless parts, and without parameters."""
    return re.sub(r"\{\w+\}", "{}", path.split("?")[0])


def shapes_of(path):
    """The paths that it stands for: of objects and of lists, where it names neither."""
    return {shape_of(path.replace("{target}", target)) for target in ("objects", "lists")}


def read_endpoints():
    """(method, path, summary) of each."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "endpoints.txt"), encoding="utf-8") as file:
        return [tuple(line.rstrip("\n").split(" ", 2)) for line in file if not line.startswith("#")]


def of_specification(specification):
    """The same of a specification that is at hand."""
    return [(method.upper(), path, endpoint["summary"]) for path, methods in specification["paths"].items()
            for method, endpoint in methods.items() if not path.startswith("/scim/")]


def differences(specification):
    """What the list has and the specification has not, and the other way round."""
    listed, wanted = set(read_endpoints()), set(of_specification(specification))
    return ([f"test/lib/endpoints.txt lacks {' '.join(each)}" for each in sorted(wanted - listed)]
            + [f"test/lib/endpoints.txt has what the specification lacks: {' '.join(each)}" for each in sorted(listed - wanted)])
