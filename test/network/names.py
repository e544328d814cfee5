#!/usr/bin/env python3
"""A server's name: a DNS server that is right, slow, silent or wrong, and an address among several that is dead."""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import FAST, Database, Emulator, must, start_psql, timed  # noqa: E402
from cases import case, run, tap  # noqa: E402
from dns import REFUSED, SERVFAIL, Dns  # noqa: E402
from front import Front, certificates  # noqa: E402

if missing():
    tap.skip_all(missing())
NAME, DEAD_ADDRESS = "api.attio.example", "10.83.0.77"
COUNT = "SELECT count(name) FROM people"


def timed_psql(database, sql):
    return timed(lambda: database.psql(sql))


@case
def resolving():
    with World() as world, Dns(FAR_ADDRESS) as dns, Emulator() as emulator:
        keys = certificates(os.path.join(world.folder, "tls"), (NAME,))
        dns.answers[NAME] = [FAR_ADDRESS]
        with Front(emulator, address=FAR_ADDRESS, keys=keys) as front:
            front.url = front.url.replace(FAR_ADDRESS, NAME)
            with Database("attio_names", front, f"{FAST}, ca_file '{front.ca}', connect_timeout '4s'") as database:
                dns.asked.clear()
                result, _ = timed_psql(database, f"{COUNT}; {COUNT}; SELECT count(name) FROM companies")
                tap.equal((result.out, result.err), ("200\n200\n50", ""), "a server by its name")
                tap.ok(dns.asked.count(NAME) <= 2, "whose addresses are asked for once in a session, for both families",
                       dns.asked)

                dns.delay = 1.5
                result, took = timed_psql(database, COUNT)
                tap.equal(result.out, "200", "a slow DNS server")
                tap.ok(1.4 < took < 4, "is waited for", f"{took:.1f} s")
                started = time.time()
                result = database.psql(f"SET statement_timeout = '500ms'; {COUNT}")
                tap.ok("57014" in result.err and time.time() - started < 1.4, "but a cancel is not",
                       (result, time.time() - started))
                dns.delay = 0

                dns.silent = True
                result, took = timed_psql(database, COUNT)
                tap.ok("08001" in result.err and ("resolv" in result.err.lower() or "timed out" in result.err.lower()),
                       "a DNS server that says nothing: 08001", result)
                tap.ok(took < 61, "within retry_deadline", f"{took:.1f} s")
                tap.note(f"silent: {took:.1f} s; {result.err.splitlines()[:2]}")
                process = start_psql(COUNT, database.name)
                time.sleep(3)
                dns.silent = False
                out = process.stdout.read().strip()
                tap.equal((out, process.stderr.read(), process.wait()), ("200", "", 0),
                          "one that recovers within the time for retries")

                for code, words in ((SERVFAIL, "SERVFAIL"),
                                    (REFUSED, "REFUSED"),
                                    ([], "no address"),
                                    (None, "no such name")):
                    dns.answers.pop(NAME)
                    if code is not None:
                        dns.answers[NAME] = code
                    result, took = timed_psql(database, COUNT)
                    tap.ok("08001" in result.err and "resolve host" in result.err and NAME in result.err,
                           f"{words}: 08001, with the name", result)
                    tap.ok(took < 30, f"{words}: told soon", f"{took:.1f} s")
                    tap.note(f"{words}: {took:.1f} s")
                    dns.answers[NAME] = [FAR_ADDRESS]
                result = database.psql("INSERT INTO all_types (a_text) VALUES ('one')")
                tap.equal((result.code, result.err), (0, ""), "afterwards a create works")
                dns.answers[NAME] = SERVFAIL
                emulator.forget()
                result = database.psql("INSERT INTO all_types (a_text) VALUES ('two')")
                tap.ok("08001" in result.err
                       and not [e for e in emulator.log() if e["method"] == "POST" and e["path"].endswith("/records")],
                       "where there is no address, a create is not written, and that is said", result)

                dns.answers[NAME] = [DEAD_ADDRESS, FAR_ADDRESS]
                result, took = timed_psql(database, COUNT)
                tap.equal(result.out, "200", "of two addresses one is dead")
                tap.ok(took < 10, "which takes a part of connect_timeout", f"{took:.1f} s")
                dns.answers[NAME] = [DEAD_ADDRESS]
                must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '1')"))
                result, took = timed_psql(database, COUNT)
                tap.ok("08001" in result.err and took < 20, "all are dead: 08001", (result, took))
                tap.note(f"all dead, one retry: {took:.1f} s")

                # another server at that address: it has a certificate, but not this name's
                with Front(emulator, address=FAR_ADDRESS,
                           keys=certificates(os.path.join(world.folder, "other"), ("other.example",)),
                           port=None) as other:
                    other.url = f"https://{NAME}:{other.port}"
                    dns.answers[NAME] = [FAR_ADDRESS]
                    emulator.forget()
                    must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{other.url}', "
                                       f"SET ca_file '{other.ca}')"))
                    result = database.psql(COUNT)
                    tap.ok("08001" in result.err and "could not verify" in result.err and not emulator.log(),
                           "a wrong address, with another name's certificate: not trusted, nothing sent", result)


run()
