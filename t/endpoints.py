#!/usr/bin/env python3
"""Each endpoint of Attio's that lists something is reached by SELECT, each that writes something by a statement that writes."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, Workspace  # noqa: E402
from cases import case, run, tap  # noqa: E402
from endpoints import SINGLE, STATEMENTS, read_endpoints, shapes_of  # noqa: E402

WORK = Workspace("--scale", "20", options=QUICK)

# Endpoints that no statement reaches, and why.
UNREACHED = {
    ("PATCH", "/v2/objects/{object}/records/{record_id}"): "appends to multiselects; UPDATE sets the whole array, by PUT",
    ("PATCH", "/v2/lists/{list}/entries/{entry_id}"): "appends to multiselects; UPDATE sets the whole array, by PUT",
    ("POST", "/v2/files/upload"): "takes the bytes of a file, which are no row",
}
# What the code asks for beyond the list: endpoints that came later.
NEWER = {("PATCH", "/v2/notes/{}")}


def reached(database):
    """(statement, method, shape of the path) -> tables, as the code says."""
    found = {}
    for line in database.value("SELECT table_name, statement, method, path FROM attio_fdw_endpoints()").split("\n"):
        table, statement, method, path = line.split("|")
        for shape in shapes_of(path):
            found.setdefault((statement, method, shape), set()).add(table)
    return found


@case(WORK)
def each_is_known(_emulator, _database):
    unknown = [" ".join(each) for each in read_endpoints() if each[2].split()[0] not in (*STATEMENTS, *SINGLE)]
    tap.equal(unknown, [], "what each endpoint does, its summary says")
    listed = {(method, path) for method, path, _ in read_endpoints()}
    tap.ok(len(listed) > 60 and set(UNREACHED) <= listed, f"{len(listed)} endpoints")


@case(WORK)
def each_is_reached(_emulator, database):
    found = reached(database)
    for statement in ("SELECT", "INSERT", "UPDATE", "DELETE"):
        walked, missing, needless = 0, [], []
        for method, path, summary in read_endpoints():
            if STATEMENTS.get(summary.split()[0]) != statement:
                continue
            is_reached = all((statement, method, shape) in found for shape in shapes_of(path))
            walked += 1
            if not is_reached and (method, path) not in UNREACHED:
                missing.append(f"{method} {path}: {summary}")
            if is_reached and (method, path) in UNREACHED:
                needless.append(f"{method} {path}")
        tap.equal(missing, [], f"{statement} reaches each of {walked} endpoints")
        tap.equal(needless, [], "and none that is said not to be")
    for (method, path), why in UNREACHED.items():
        tap.note(f"not reached: {method} {path}: {why}")


@case(WORK)
def each_exists(_emulator, database):
    listed = {(method, shape) for method, path, _ in read_endpoints() for shape in shapes_of(path)} | NEWER
    unknown = sorted(f"{method} {path} of {', '.join(sorted(tables))}" for (_, method, path), tables in reached(database).items()
                     if (method, path) not in listed)
    tap.equal(unknown, [], "the code asks for no endpoint that there is none of")


@case(WORK)
def each_table_is_imported(_emulator, database):
    """What is reached is reached by tables that an import makes."""
    resources = database.value("""SELECT string_agg(DISTINCT option_value, ' ') FROM information_schema.foreign_table_options
        WHERE option_name = 'resource'""").split()
    tables = {table for names in reached(database).values() for table in names}
    templates = {"records", "entries", "record_history", "entry_history"}
    tap.equal(sorted(tables - templates - set(resources)), [], "all tables with a name of their own")


run()
