#!/usr/bin/env python3
"""The recipe of docs/recipes.md that joins Affinity's interactions with Attio's companies: its rows and its requests."""
import datetime
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import BothServices  # noqa: E402
from attio_test import ROOT, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

SHARED = 12


def statements():
    """Those below the heading, without semicolons."""
    with open(os.path.join(ROOT, "docs", "recipes.md"), encoding="utf-8") as file:
        text = file.read().split("\n## Affinity and Attio\n")[1]
    return [each.strip() for block in re.findall(r"```sql\n(.*?)```", text, re.S) for each in block.split(";") if each.strip()]


def prepare(database):
    """So many companies have a domain in common."""
    must(database.psql(f"""
        SET attio_fdw.log_writes = off;
        UPDATE crm.companies c SET domains = ARRAY[n.domain]
        FROM (SELECT record_id, row_number() OVER (ORDER BY record_id) AS n FROM crm.companies) r
        JOIN (SELECT domain, row_number() OVER (ORDER BY id) AS n FROM affinity.companies WHERE domain <> '') n
        ON n.n = r.n WHERE c.record_id = r.record_id AND r.n <= {SHARED};"""))
    must(database.psql(statements()[0]))


BOTH = BothServices("--scale", "40", before=prepare, affinity_flags=("--scale", "100", "--now", "today"),
                    options=", requests_per_minute '90000'")


def asked(attio, other):
    """Queries for Attio's companies; Affinity's listings of companies, and of interactions, without their pages."""
    lines = [re.sub(r"[?&](page_token|page_size)=[^&]*", "", line) for line in other.asked()]
    queries = [entry for entry in attio.log() if entry["path"].endswith("/query")]
    attio.forget()
    return (len(queries), [line for line in lines if "/organizations" in line],
            sorted(line for line in lines if "/interactions" in line))


def companies(other):
    """What the emulator says of each company: (id, date of the last interaction)."""
    return [(row["id"], row["interaction_dates"].get("last_interaction_date")) for row in other.dump()["organizations"]]


def moment(text):
    return datetime.datetime.fromisoformat(text)


@case(BOTH)
def interactions_of_both(attio, other, database):
    pairs = dict(line.split("|") for line in database.value(
        "SELECT DISTINCT affinity_id, name FROM same_companies").splitlines())
    tap.ok(len(pairs) >= SHARED / 2, f"{len(pairs)} companies are in both")
    end = datetime.datetime.now(datetime.timezone.utc)
    begin = end - datetime.timedelta(days=90)
    recent = {str(ident) for ident, last in companies(other) if last and moment(last) > begin and str(ident) in pairs}
    wanted = sum(1 for each in other.dump()["interactions"] for name, ident in each["of"]
                 if name == "organization_id" and str(ident) in recent and begin < moment(each["date"]) <= end)
    asked(attio, other)
    rows = int(database.value(f"SELECT count(about) + count(*) FILTER (WHERE about IS NULL) FROM ({statements()[1]}) r"))
    of_attio, of_companies, of_interactions = asked(attio, other)
    tap.equal((rows, rows > 0), (wanted, True), "their interactions of the last 90 days")
    tap.ok(1 <= of_attio <= 2, f"{of_attio} requests for Attio's companies")
    tap.equal(len(of_companies), 1, "one listing of Affinity's companies")
    tap.ok("with_interaction_dates=true" in of_companies[0] and "min_last_interaction_date" in of_companies[0],
           "of those that have interactions in that time", of_companies)
    tap.equal(len(set(of_interactions)), 4 * len(recent), "and four listings for each company, each once")
    tap.equal(len(of_interactions), len(set(of_interactions)), "of one page")


@case(BOTH)
def nobody_in_touch(attio, other, database):
    asked(attio, other)
    rows = [line.split("|") for line in database.value(statements()[2]).splitlines()]
    _, of_companies, of_interactions = asked(attio, other)
    begin = database.value("SELECT now() - interval '90 days'")
    tap.ok(all(last == "" or last < begin for _, last in rows), "companies without interactions in that time", rows)
    tap.equal(len(of_companies), 2, "take both listings of companies")
    tap.equal(of_interactions, [], "and none of interactions")


run()
