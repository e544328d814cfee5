#!/usr/bin/env python3
"""Many listings of one scan, each of many pages: read side by side, not one after the other.

Pages of Affinity's listings follow tokens, those of Attio's files follow cursors, those of notes are at offsets. What
is asked for is what one listing after the other would ask for; the rows are the same ones.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import FAST, Account  # noqa: E402
from attio_test import KEY, QUICK, Workspace, most_at_once, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

DELAY = 0.1
SPAN = "date >= '2025-05-01Z' AND date < '2025-07-01Z'"
MOST = 8            # max_concurrent_requests


def externals(emulator):
    """External persons, of whom interactions can be asked for."""
    return [each["id"] for each in emulator.dump()["persons"] if str(each["type"]) not in ("1", "internal")]


def fill_affinity(emulator, database):
    """E-mails of 12 persons in two months: 60 of most of them, 25 of every third, of one none."""
    people = externals(emulator)
    mails = [(person, i) for n, person in enumerate(people[:11]) for i in range(60 if n % 3 else 25)]
    emulator.mutate(*({"do": "insert", "type": 3, "id": 900000 + n, "person_ids": [person],
                       "date": f"2025-0{5 + i % 2}-{i % 28 + 1:02}T{i % 24:02}:00:00Z"} for n, (person, i) in enumerate(mails)))
    must(database.psql("ALTER FOREIGN TABLE interactions OPTIONS (ADD page_size '10')"))


def fill_attio(emulator, database):
    """Files and notes of 12 people: 60 of most of them, 25 of every third, of the last one none."""
    found = emulator.call("POST", "/v2/objects/people/records/query", {"limit": 12}, KEY)["data"]
    for n, row in enumerate(found[:11]):
        record = row["id"]["record_id"]
        for i in range(60 if n % 3 else 25):
            emulator.call("POST", "/v2/files", {"file_type": "folder", "name": f"{i}", "record_id": record, "object": "people"}, KEY)
            emulator.call("POST", "/v2/notes", {"data": {
                "parent_object": "people", "parent_record_id": record, "title": f"{i}", "format": "plaintext", "content": "x"}}, KEY)
    must(database.psql("ALTER FOREIGN TABLE files OPTIONS (ADD page_size '10'); ALTER FOREIGN TABLE attio_notes OPTIONS (ADD page_size '10'); "
                       "CREATE TABLE few AS SELECT record_id FROM people ORDER BY 1"))


ACCOUNT = Account("--scale", "60", options=FAST, before=fill_affinity, name="attio_listings_beside_affinity")
WORK = Workspace("--scale", "60", options=QUICK, before=fill_attio, name="attio_listings_beside", schema="attio")


def lines(database, sql):
    return must(database.psql(sql)).out.splitlines()


def one_by_one(database, sql):
    """The rows, where one listing is read after the other."""
    must(database.psql(f"ALTER SERVER {database.server} OPTIONS (ADD max_concurrent_requests '1')"))
    try:
        return lines(database, sql)
    finally:
        must(database.psql(f"ALTER SERVER {database.server} OPTIONS (DROP max_concurrent_requests)"))


def waits(log):
    """How often one request had to wait for another: the longest chain of requests that follow answers."""
    last, found = 0, 0
    for at in sorted(entry["at"] for entry in log):
        if at >= last + DELAY:
            last, found = at, found + 1
    return found


def compare(emulator, database, sql, part, name):
    """The same rows by the same requests, of which eight are under way together, later pages as first ones."""
    emulator.forget()
    right = one_by_one(database, sql)
    needed = sorted(entry["path"] for entry in emulator.log() if part in entry["path"])
    emulator.faults({"delay_ms": int(DELAY * 1000)})
    emulator.forget()
    found = lines(database, sql)
    emulator.faults()
    log = [entry for entry in emulator.log() if part in entry["path"]]
    tap.ok(sorted(found) == sorted(right) and right, f"{name}: the rows are the same ones", f"{len(found)}, {len(right)}")
    tap.equal(sorted(entry["path"] for entry in log), needed, f"{name}: so are the requests")
    most = most_at_once(log, DELAY)
    tap.ok(6 <= most <= MOST, f"{name}: {most} are under way together")
    tap.ok(waits(log) <= len(needed) / 3, f"{name}: {len(needed)} requests wait {waits(log)} times")


def persons(emulator, count=12):
    return ", ".join(map(str, externals(emulator)[:count]))


@case(ACCOUNT)
def tokens(emulator, database):
    ids = persons(emulator)
    for sql, name in ((f"SELECT person_id, id, date FROM interactions WHERE person_id IN ({ids}) AND type = 'email' AND {SPAN}", "a list"),
                      (f"SELECT p.id, i.id FROM persons p JOIN interactions i ON i.person_id = p.id WHERE p.id IN ({ids}) AND i.type = 'email' AND i.{SPAN}",
                       "a join")):
        compare(emulator, database, sql, "/interactions?", name)


@case(ACCOUNT)
def limits(emulator, database):
    """What a LIMIT makes needless is at most what is under way."""
    ids = persons(emulator)
    for rows in (1, 5, 11, 35, 100, 300):
        sql = f"SELECT person_id, id FROM interactions WHERE person_id IN ({ids}) AND type = 'email' AND {SPAN} LIMIT {rows}"
        emulator.forget()
        tap.equal(len(set(lines(database, sql))), rows, f"LIMIT {rows}: so many rows")
        asked = len([entry for entry in emulator.log() if "/interactions?" in entry["path"]])
        pages = (rows + 9) // 10
        tap.ok(asked <= pages * 1.5 + MOST, f"LIMIT {rows}: {asked} requests for {pages} pages")
    emulator.forget()
    lines(database, f"SELECT id FROM interactions WHERE person_id IN ({ids}) AND type = 'email' AND {SPAN} LIMIT 3")
    tap.equal(len([entry for entry in emulator.log() if "/interactions?" in entry["path"]]), 1, "a part of the first page is one request")


@case(ACCOUNT)
def orders(emulator, database):
    """Windows are still read one after the other where the order counts; in each of them listings side by side."""
    ids = persons(emulator)
    on = f"FROM interactions WHERE person_id IN ({ids}) AND type IN ('email', 'meeting') AND date >= '2022-01-01Z' AND date < '2026-01-01Z'"
    right = one_by_one(database, f"SELECT date, id {on}")
    for order in ("date DESC", "date"):
        wanted = sorted((line.split("|")[0] for line in right), reverse=order.endswith("DESC"))
        tap.equal([line.split("|")[0] for line in lines(database, f"SELECT date, id {on} ORDER BY {order}")], wanted, f"ORDER BY {order}")
        emulator.forget()
        tap.equal(lines(database, f"SELECT date {on} ORDER BY {order} LIMIT 20"), wanted[:20], f"ORDER BY {order} LIMIT 20")
        tap.note(f"{len(emulator.asked('/interactions?'))} requests")
    tap.equal(sorted(lines(database, f"SELECT date, id {on}")), sorted(right), "without an order the same rows")


@case(ACCOUNT)
def which_go_on(emulator, database):
    """Without an end windows are read on into the future, of each listing until one has no rows."""
    people = externals(emulator)
    emulator.mutate(*({"do": "insert", "type": 0, "id": 800000 + i, "person_ids": [people[i % 5]], "date": f"{2026 + i // 40}-07-{i % 28 + 1:02}T10:00:00Z"}
                      for i in range(120)))
    on = f"FROM interactions WHERE person_id IN ({persons(emulator, 7)}) AND type IN ('meeting', 'email') AND date >= '2025-05-01Z'"
    right = one_by_one(database, f"SELECT person_id, id {on}")
    emulator.forget()
    found = lines(database, f"SELECT person_id, id {on}")
    paths = [entry["path"] for entry in emulator.log() if "/interactions?" in entry["path"]]
    tap.ok(sorted(found) == sorted(right) and any("|8001" in line for line in found), "the rows are the same ones", f"{len(found)}, {len(right)}")
    tap.equal(len(paths), len(set(paths)), "no page comes twice")
    tap.equal(lines(database, f"SELECT date {on} ORDER BY date DESC LIMIT 5"),
              sorted(lines(database, f"SELECT date {on}"), reverse=True)[:5], "and the newest come first where that is wanted")
    emulator.reset()
    fill_again(emulator)


def fill_again(emulator):
    """What reset() took."""
    people = externals(emulator)
    if not any(each["id"] == 900000 for each in emulator.dump()["interactions"]):
        mails = [(person, i) for n, person in enumerate(people[:11]) for i in range(60 if n % 3 else 25)]
        emulator.mutate(*({"do": "insert", "type": 3, "id": 900000 + n, "person_ids": [person],
                           "date": f"2025-0{5 + i % 2}-{i % 28 + 1:02}T{i % 24:02}:00:00Z"} for n, (person, i) in enumerate(mails)))


@case(WORK)
def cursors_and_offsets(emulator, database):
    for table, key, about, part in (("files", "record_id", "object", "/v2/files?"), ("attio_notes", "parent_record_id", "parent_object", "/v2/notes?")):
        ids = ", ".join(f"'{each}'" for each in lines(database, "SELECT record_id FROM few"))
        listed = f"SELECT {key}, t.* FROM {table} t WHERE {about} = 'people' AND {key} IN ({ids})"
        compare(emulator, database, listed, part, f"{table}, a list")
        if table == "files":        # so few notes are read whole
            compare(emulator, database, f"SELECT t.* FROM few JOIN {table} t ON t.{key} = few.record_id AND t.{about} = 'people'",
                    part, f"{table}, a join")


@case(WORK)
def again_and_again(_emulator, database):
    """Scans that begin anew, cursors that are left open, two scans of one statement, several below one Append."""
    one = "SELECT f.name FROM files f WHERE f.object = 'people' AND f.record_id = ANY (v.ids) OFFSET 0"
    sql = ("SELECT v.n, count(*), count(DISTINCT x.file_id) FROM (SELECT n, array_agg(record_id) AS ids FROM "
           "(SELECT record_id, (row_number() OVER (ORDER BY record_id)) % 3 AS n FROM few) s GROUP BY n) v, "
           "LATERAL (SELECT file_id, {} OFFSET 0) x GROUP BY 1 ORDER BY 1").format(one.removeprefix("SELECT ").removesuffix(" OFFSET 0"))
    right = one_by_one(database, sql)
    tap.equal(lines(database, sql), right, "a scan that begins anew for each row")
    alls = "SELECT file_id FROM files WHERE object = 'people' AND record_id = ANY (ARRAY(SELECT record_id FROM few))"
    wanted = sorted(one_by_one(database, alls))
    notes = "SELECT note_id FROM attio_notes WHERE parent_object = 'people' AND parent_record_id = ANY (ARRAY(SELECT record_id FROM few))"
    others = sorted(one_by_one(database, notes))
    out = lines(database, f"BEGIN; DECLARE c CURSOR FOR {alls}; FETCH 35 FROM c; SELECT count(*) FROM ({notes}) s; FETCH ALL FROM c; COMMIT;")
    tap.ok(sorted(out[:35] + out[36:]) == wanted and out[35] == str(len(others)), "a cursor, beside another scan", len(out))
    out = lines(database, f"BEGIN; DECLARE c CURSOR FOR {alls}; FETCH 35 FROM c; CLOSE c; SELECT count(*) FROM ({notes}) s; COMMIT; SELECT count(*) FROM ({alls}) s")
    tap.equal(out[35:], [str(len(others)), str(len(wanted))], "a cursor that is closed in the middle")
    out = lines(database, f"BEGIN; DECLARE c SCROLL CURSOR FOR {alls}; MOVE 35 IN c; MOVE ABSOLUTE 0 IN c; FETCH ALL FROM c; COMMIT;")
    tap.equal(sorted(out), wanted, "a cursor that goes back")
    union = f"{alls} UNION ALL {notes} UNION ALL {alls}"
    tap.equal(sorted(lines(database, union)), sorted(wanted * 2 + others), "three scans below one Append")
    tap.equal(len(lines(database, f"{union} LIMIT 90")), 90, "and with a LIMIT")
    merged = f"SET enable_hashjoin = off; SET enable_nestloop = off; SELECT a.file_id FROM ({alls}) a JOIN ({alls}) b USING (file_id)"
    tap.equal(sorted(lines(database, merged)), wanted, "two scans of a merge join")
    naive = f"SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off; SELECT count(*) FROM (SELECT 1 FROM ({alls} LIMIT 3) a) a, ({alls}) b"
    tap.equal(lines(database, naive), [str(3 * len(wanted))], "a scan that begins again while another is under way")


@case(WORK)
def the_rate(emulator, database):
    """Where the rate is the limit a scan waits for one turn at a time."""
    must(database.psql("ALTER SERVER attio OPTIONS (SET read_rate '10')"))
    alls = "SELECT file_id FROM files WHERE object = 'people' AND record_id = ANY (ARRAY(SELECT record_id FROM few))"
    emulator.forget()
    must(database.psql(f"BEGIN; DECLARE c CURSOR FOR {alls}; FETCH 150 FROM c; SELECT count(*) FROM workspace_members; FETCH 50 FROM c; COMMIT;"))
    must(database.psql("ALTER SERVER attio OPTIONS (SET read_rate '10000')"))
    order = ["files" if "/v2/files" in entry["path"] else "members" if "members" in entry["path"] else "" for entry in emulator.log()]
    pages = order[:order.index("members")].count("files")
    tap.ok(pages <= 15 + 4, f"another query comes behind {pages} pages, of which 15 were read", order)


@case(WORK)
def too_large(emulator, database):
    """Pages that are larger than answers may be are asked for again, smaller, each listing for itself."""
    alls = "SELECT file_id FROM files WHERE object = 'people' AND record_id = ANY (ARRAY(SELECT record_id FROM few))"
    wanted = sorted(one_by_one(database, alls))
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_response_size '2kB')"))
    emulator.forget()
    tap.equal(sorted(lines(database, alls)), wanted, "all rows")
    tap.note(f"{len(emulator.log())} requests")
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_response_size)"))


run()
