#!/usr/bin/env python3
"""What answers tell of limits is kept: requests wait for the next window, and stop before the month's are spent."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, Sandbox, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from made_up import World  # noqa: E402

WORLD = World("attio_rates")
query = WORLD.query
rows = WORLD.rows
SCAN = "SELECT count(*) FROM shelves;"      # three pages
# hundreds, several at a time
LOANS = "SELECT count(*) FROM loans WHERE kind = 'lent' AND shelf_id = ANY (ARRAY(SELECT generate_series(1, 300)));"
MONTH = "SELECT month_limit, month_remaining FROM rate();"


def limits(library, **asked):
    library.call("PUT", "/limits", asked)
    library.forget()


def statuses(library):
    """Of the requests since the last time, those about limits left out."""
    found = [entry["status"] for entry in library.log() if entry["path"] != "/limits"]
    library.forget()
    return found


def option(name, value):
    must(query(f"ALTER SERVER library OPTIONS (ADD {name} '{value}')"))


def options(library):
    """As at the start."""
    for name in rows("SELECT split_part(unnest(srvoptions), '=', 1) FROM pg_foreign_server"):
        if name != "base_url":
            must(query(f"ALTER SERVER library OPTIONS (DROP {name})"))
    library.faults()
    limits(library)


@case(WORLD)
def one_after_the_other(library):
    """Requests that would be too many wait until the window ends."""
    limits(library, limit=5, seconds=1)
    tap.equal(rows(SCAN * 5), ["12"] * 5, "five scans of three requests, five of which a window has")
    tap.equal(statuses(library), [200] * 15, "none is refused")
    options(library)


@case(WORLD)
def at_once(library):
    """The same of requests that are under way together."""
    limits(library, limit=90, seconds=1)
    tap.equal(rows(SCAN + LOANS), ["12", "1350"], "a scan that asks for many pages at once")
    found = statuses(library)
    tap.ok(len(found) > 200 and set(found) == {200}, "and none is refused", found)
    limits(library, limit=60, seconds=1)
    tap.equal(rows("SELECT count(*) FROM shelves s JOIN books b ON b.shelf_id = s.id"), ["120"], "and a join")
    tap.equal(set(statuses(library)), {200}, "likewise")
    options(library)


@case(WORLD)
def own_count(library):
    """Where answers tell nothing, what was asked is counted."""
    option("requests_per_minute", 5)
    result = query("SET statement_timeout = '3s';" + SCAN * 2)
    tap.ok("57014" in result.err, "the sixth request in a minute waits", result)
    tap.equal(statuses(library), [200] * 5, "five are sent")
    found = rows(SCAN + "SET statement_timeout = '2s';\\set ON_ERROR_STOP off\n" + SCAN
                 + "SELECT reads, read_wait_ms > 30000, minute_limit, minute_remaining, minute_reset_at FROM rate()")
    tap.equal(found, ["12", "5|t|||"], "the view tells that the next one would wait, and that nothing was told")
    option("max_concurrent_requests", 1)
    limits(library, limit=100, seconds=60)
    query("SET statement_timeout = '3s';" + SCAN * 2)
    tap.equal(statuses(library), [200] * 5, "what the option allows counts, too, where answers allow more")
    options(library)


@case(WORLD)
def shown(library):
    """The view shows what answers told; in whatever case their headers' names are."""
    limits(library, limit=50, seconds=60, month=700)
    found = rows(SCAN + "SELECT minute_limit, minute_remaining, minute_reset_at BETWEEN now() AND now() + '61 s', month_limit, "
                 "month_remaining, month_reset_at BETWEEN now() + '19 d' AND now() + '21 d', refused FROM rate();")
    tap.equal(found, ["12", "50|47|t|1000|697|t|0"], "limits, what is left, and until when")
    limits(library, limit=50, seconds=60, month=700, month_limit="many")
    tap.equal(rows(SCAN + "SELECT minute_limit, month_limit, month_remaining FROM rate();"), ["12", "50||697"],
              "what is no number is not told")
    options(library)


@case(WORLD)
def refused(library):
    """A 429 that does not say how long waits until the limit's end, where that is what is spent."""
    library.faults({"match": {"path": "shelves"}, "times": 1, "status": 429,
                    "headers": {"Library-Left": "0", "Library-Again": "2"}})
    library.forget()
    tap.equal(rows(SCAN), ["12"], "a refused request is sent again")
    log = library.log()
    tap.equal([entry["status"] for entry in log], [429, 200, 200, 200], "once")
    tap.ok(log[1]["at"] - log[0]["at"] >= 2, "not before the window ends", log)
    library.faults({"match": {"path": "shelves"}, "times": 2, "status": 429,
                    "headers": {"Library-Left": "7", "Library-Again": "3600"}})
    library.forget()
    tap.equal(rows("SET statement_timeout = '60s';" + SCAN), ["12"], "where requests are left, it is not the window")
    options(library)


@case(WORLD)
def month_is_refused(library):
    """A 429 because the month is spent is not sent again, and nothing else is."""
    limits(library, month=0)
    found = query("\\set ON_ERROR_STOP off\n" + SCAN * 2)
    tap.equal(statuses(library), [429], "one request finds out")
    first, second = found.err.split("ERROR:")[1:]
    tap.ok("53400" in first and "Library refused the request: this month's requests are used up" in first
           and "GET /shelves" in first and "0 of 1000 more requests" in first, "its error says so", first)
    tap.ok("53400" in second and "this month's requests to Library are used up" in second and "was not sent" in second
           and "check_library" not in second and "attio_fdw_check('library')" in second,
           "and so does the one of the request that is not sent", second)
    found = rows("SET statement_timeout = '20s';\n\\set ON_ERROR_STOP off\n" + SCAN
                 + "SELECT status FROM check_library('library') WHERE name = 'connection';" + MONTH)
    tap.equal(found, ["ok", "1000|0"], "a check asks all the same")
    limits(library, month=0)
    result = query("INSERT INTO shelves (name) VALUES ('a'), ('b')")
    tap.ok("53400" in result.err and statuses(library) in ([429], [429, 429]), "a write is not sent again, either", result)
    options(library)


@case(WORLD)
def kept(library):
    """Requests are kept: the one that would take one of them is not sent."""
    option("kept_requests", 4)
    limits(library, month=10)
    found = query("\\set ON_ERROR_STOP off\n" + SCAN * 3 + MONTH)
    tap.equal(found.out.splitlines(), ["12", "12", "1000|4"], "two scans of three requests leave four of ten")
    tap.ok("53400" in found.err and "used up but for those that are kept" in found.err and "kept_requests" in found.err
           and "4 of 1000 more requests" in found.err, "the third is an error that says so", found.err)
    tap.equal(statuses(library), [200] * 6, "before its first request")
    tap.ok("53400" in query(SCAN * 2).err, "a new session learns it by one request")
    tap.equal(statuses(library), [200], "and sends no other")
    options(library)


@case(WORLD)
def kept_under_way(library):
    """Requests that are under way count as if each took one."""
    option("kept_requests", 20)
    limits(library, month=60)
    result = query(SCAN + LOANS)
    found = statuses(library)
    tap.ok("53400" in result.err and set(found) == {200} and 20 < len(found) <= 40,
           "a scan of many pages at once leaves those that are kept", (len(found), result))
    limits(library, month=60)
    tap.equal(rows(SCAN + LOANS.replace("FROM loans", "FROM (SELECT * FROM loans").replace(";", " LIMIT 20) l")), ["12", "20"],
              "what is requested ahead and not needed is no error")
    options(library)


@case(WORLD)
def kept_writes(library):
    """A batch of creates stops there, and says which are written."""
    option("kept_requests", 5)
    option("max_concurrent_requests", 1)
    limits(library, month=10)
    result = query(SCAN + "INSERT INTO shelves (name) SELECT 'S' || i FROM generate_series(1, 6) i")
    tap.ok("53400" in result.err and "was not sent" in result.err, "the write that would take a kept request is an error", result)
    tap.ok("written: rows 1, 2" in result.err or "written: " in result.err, "which says what is written", result)
    tap.equal(statuses(library), [200] * 5, "and is not sent")
    options(library)


SHARED = World("attio_rates_shared", Sandbox("rates", f"shared_preload_libraries = '{MODULES}/made_up.so'"))


@case(SHARED)
def sessions(library):
    """Where memory is shared, all sessions know what one was told."""
    must(SHARED.query("ALTER SERVER library OPTIONS (ADD kept_requests '3')"))
    limits(library, limit=60, seconds=1, month=6)
    tap.equal(SHARED.rows(SCAN + "SELECT shared FROM rate()"), ["12", "t"], "a session leaves three requests of six")
    statuses(library)
    result = SHARED.query(SCAN)
    tap.ok("53400" in result.err and statuses(library) == [], "another one sends nothing", result)
    must(SHARED.query("ALTER SERVER library OPTIONS (DROP kept_requests)"))
    tap.equal(SHARED.rows(SCAN), ["12"], "each server keeps its own number of requests")
    tap.ok("53400" in SHARED.query(SCAN).err, "and the last is the last")
    must(SHARED.query("ALTER USER MAPPING FOR CURRENT_USER SERVER library OPTIONS (SET api_key 'other-key')"))
    library.call("POST", "/_emulator/tokens", {"other-key": "all"})
    limits(library, limit=300, seconds=1)
    tap.equal(SHARED.rows(SCAN), ["12"], "another key has a month of its own")
    statuses(library)
    processes = [start_psql(LOANS, SHARED.name) for _ in range(4)]
    tap.equal({process.stdout.read().strip() for process in processes}, {"1350"}, "four sessions at once share the window")
    found = statuses(library)
    tap.ok(len(found) > 800 and found.count(429) * 100 < len(found), f"{found.count(429)} of {len(found)} are refused")


run()
