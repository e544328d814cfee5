#!/usr/bin/env python3
"""The views of docs/recipes.md: what they show, and what they cost."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import QUICK, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402


def statements():
    """The statements of the page, in its order, without semicolons."""
    with open(os.path.join(ROOT, "docs", "recipes.md"), encoding="utf-8") as file:
        found = re.findall(r"```sql\n(.*?)```", file.read(), re.S)
    return [each.strip() for block in found for each in block.split(";") if each.strip()]


def prepare(_emulator, database):
    must(database.psql("SET attio_fdw.log_writes = off; UPDATE deals SET stage = 'Lost' WHERE stage = 'Lead'"))
    must(database.psql(statements()[0]))


WORK = Workspace("--scale", "40", options=QUICK, before=prepare)


def requests(emulator):
    paths = [entry["path"] for entry in emulator.log()]
    return len([p for p in paths if "show_historic" in p]), len([p for p in paths if p.endswith("/query")])


def held(emulator, database):
    """(stage, from, until) of each value, as the API tells them."""
    return [(v["status"]["title"], v["active_from"], v["active_until"])
            for ident in database.value("SELECT record_id FROM deals").split("\n")
            for v in emulator.get(f"/v2/objects/deals/records/{ident}/attributes/stage/values?show_historic=true")]


@case(WORK)
def time_in_stage(emulator, database):
    values = held(emulator, database)
    deals = int(database.value("SELECT count(*) FROM (SELECT record_id FROM deals) t"))
    emulator.forget()
    rows = [row.split("|") for row in database.value(statements()[1]).split("\n")]
    for_history, for_deals = requests(emulator)
    tap.equal(for_history, deals, "one request for each deal")
    tap.ok(1 <= for_deals <= 2, f"and {for_deals} for the deals themselves")
    wanted = {stage: (len([v for v in values if v[0] == stage]), len([v for v in values if v[0] == stage and v[2]]))
              for stage in {v[0] for v in values}}
    tap.equal({row[0]: (int(row[1]), int(row[2])) for row in rows}, wanted, "how many came, and how many moved on")
    tap.ok(all(row[3] > "" for row in rows) and len(values) > deals, "with the time that they spent")
    few = int(database.value("SELECT count(*) FROM deals WHERE value > 10000"))
    emulator.forget()
    names = database.value(statements()[2]).split("\n")
    tap.ok(0 < few < deals and len(names) >= few, f"{few} of {deals} deals: {len(names)} rows")
    tap.equal(requests(emulator)[0], few, "a condition leaves fewer requests")


@case(WORK)
def on_a_date(emulator, database):
    values = held(emulator, database)
    moment = re.search(r"'(\d{4}-\d\d-\d\d)Z'", statements()[3]).group(1)
    wanted = [stage for stage, start, end in values if start <= moment and (end is None or end > moment)]
    rows = dict(row.split("|") for row in database.value(statements()[3]).split("\n"))
    tap.equal({stage: int(number) for stage, number in rows.items()}, {stage: wanted.count(stage) for stage in set(wanted)},
              "the stages on the date")
    tap.ok(0 < len(wanted), f"of {len(wanted)} deals")


run()
