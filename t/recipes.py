#!/usr/bin/env python3
"""The views of docs/recipes.md: what they show, and what they cost."""
import calendar
import collections
import datetime
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


def stays(emulator, database):
    """The stages of each deal in their order, [(stage, from, until)]."""
    answer = []
    for ident in database.value("SELECT record_id FROM deals").split("\n"):
        values = emulator.get(f"/v2/objects/deals/records/{ident}/attributes/stage/values?show_historic=true")
        answer.append(sorted(((v["status"]["title"], v["active_from"], v["active_until"]) for v in values), key=lambda v: v[1]))
    return answer


@case(WORK)
def moves(emulator, database):
    must(database.psql(statements()[4]))
    wanted = collections.Counter()
    for values in stays(emulator, database):
        wanted.update(zip([v[0] for v in values], [v[0] for v in values[1:]] + [""]))
    emulator.forget()
    rows = [row.split("|") for row in database.value(statements()[5]).split("\n")]
    tap.equal({(row[0], row[1]): int(row[2]) for row in rows}, dict(wanted), "from which stage to which")
    tap.ok(("Lead", "Lost") in wanted, "some move")
    totals = {stage: sum(n for (other, _), n in wanted.items() if other == stage) for stage, _ in wanted}
    tap.ok(all(abs(float(row[3]) - 100 * int(row[2]) / totals[row[0]]) <= 0.05 for row in rows), "in percent of the stage")
    tap.equal(requests(emulator)[0], len(stays(emulator, database)), "one request for each deal")


@case(WORK)
def furthest(emulator, database):
    order = [status["title"] for status in emulator.get("/v2/objects/deals/attributes/stage/statuses?show_archived=true")]
    steps = [title for title in order if title != "Lost"]
    reached = [max((order.index(v[0]) for v in values if v[0] != "Lost"), default=-1) for values in stays(emulator, database)]
    emulator.forget()
    rows = [row.split("|") for row in database.value(statements()[6]).split("\n")]
    log = [entry["path"] for entry in emulator.log()]
    wanted = [(title, sum(place >= order.index(title) for place in reached)) for title in steps]
    tap.equal([(row[0], int(row[1])) for row in rows], wanted, "how far deals came, in the order of the stages")
    tap.ok(wanted[0][1] > wanted[-1][1] > 0 and rows[0][2] == "100.0", "all of them to the first, fewer to the last")
    tap.equal(len([path for path in log if "show_historic" in path]), len(reached), "one request for each deal")
    choices = [path for path in log if "/statuses" in path]
    tap.equal(len(choices), len(set(choices)), "and one for each attribute with statuses")


@case(WORK)
def cohorts(emulator, database):
    wanted = {}
    for values in stays(emulator, database):
        began = datetime.datetime.fromisoformat(values[0][1][:19])
        won = next((datetime.datetime.fromisoformat(v[1][:19]) for v in values if v[0] == "Won 🎉"), None)
        month = wanted.setdefault(began.strftime("%Y-%m"), [0, 0, 0, 0])
        soon = [won is not None and won < later(began, months) for months in (1, 3)]
        for i, counts in enumerate([True, won is not None, *soon]):
            month[i] += counts
    emulator.forget()
    rows = [row.split("|") for row in database.value("SET timezone = 'UTC'; " + statements()[7]).split("\n")[-len(wanted):]]
    tap.equal({row[0][:7]: [int(each) for each in row[1:]] for row in rows}, wanted, f"{len(wanted)} months")
    tap.ok(sum(month[1] for month in wanted.values()) > 0, "some were won")
    tap.equal(requests(emulator)[0], len(stays(emulator, database)), "one request for each deal")


def later(moment, months):
    """So many months on, as an interval counts them: a day that the month does not have is its last."""
    year, month = divmod(moment.month - 1 + months, 12)
    last = calendar.monthrange(moment.year + year, month + 1)[1]
    return moment.replace(year=moment.year + year, month=month + 1, day=min(moment.day, last))


run()
