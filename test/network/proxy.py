#!/usr/bin/env python3
"""A proxy that is asked by CONNECT, across the link: with a password and without, slow, and dead.  What refusals are
told as: t/network.py.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import FAST, Database, Emulator, must, start_psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import ConnectProxy, Front  # noqa: E402

if missing():
    tap.skip_all(missing())
COUNT = "SELECT count(DISTINCT record_id) FROM people"


@case
def through_a_proxy():
    with World() as world, Emulator("--scale", "1000") as emulator:
        for http2 in (True, False):
            words = "HTTP/2" if http2 else "HTTP/1.1"
            with Front(emulator, address=FAR_ADDRESS,
                       http2=http2) as front, ConnectProxy(address=FAR_ADDRESS) as proxy, \
                    ConnectProxy(user="user", password="secret", address=FAR_ADDRESS) as guarded, \
                    Database("attio_proxy", front,
                             f"{FAST}, ca_file '{front.ca}', proxy '{proxy.url}', connect_timeout '3s'") as database:
                must(database.psql("ALTER FOREIGN TABLE people OPTIONS (ADD page_size '100')"))
                proxy.requests.clear()
                world.set(delay_ms=20)
                tap.equal(database.value(COUNT), "1000", f"{words}: a scan through a proxy")
                tap.ok(len(proxy.requests) == 1 if http2 else 1 <= len(proxy.requests) <= 8,
                       f"{words}: by one connection with HTTP/2, at most eight with 1.1", proxy.requests)
                tap.ok(all(request.startswith(f"CONNECT {FAR_ADDRESS}:{front.port} ") and "emulator-key" not in request
                           for request in proxy.requests),
                       f"{words}: the proxy is not told the key", proxy.requests)
                must(database.psql("INSERT INTO all_types (a_text) SELECT 'row ' || i FROM generate_series(1, 20) i"))
                tap.equal(database.value("SELECT count(*) FROM all_types WHERE a_text LIKE 'row %'"), "20",
                          f"{words}: creates")
                # the flow through the proxy is forgotten
                process = start_psql(f"{COUNT};\nSELECT pg_sleep(1.5);\n{COUNT}", database.name)
                time.sleep(1.2)
                world.forget_flows()
                tap.equal((process.stdout.read().split(), process.stderr.read()), (["1000", "1000"], ""),
                          f"{words}: a flow to the proxy that dies")
                # with a password
                must(database.psql(f"ALTER SERVER attio OPTIONS (SET proxy '{guarded.url}')"))
                result = database.psql(COUNT)
                tap.ok("08001" in result.err and "407" in result.err, f"{words}: a proxy that wants a password", result)
                must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio "
                                   "OPTIONS (ADD proxy_user 'user', ADD proxy_password 'secret')"))
                tap.equal(database.value(COUNT), "1000", f"{words}: and gets it")
                # dead, and back in time
                process = start_psql(f"{COUNT};\nSELECT attio_fdw_disconnect() IS NULL;\n{COUNT}", database.name)
                time.sleep(0.7)
                world.set(outage=True)
                time.sleep(3)
                world.set()
                out, error = process.stdout.read().split(), process.stderr.read()
                tap.equal((out, error), (["1000", "f", "1000"], ""),
                          f"{words}: an outage of three seconds before the proxy")
                must(database.psql("ALTER SERVER attio OPTIONS (SET proxy 'http://10.83.0.77:3128', ADD "
                                   "max_retries '1')"))
                started = time.time()
                result = database.psql("INSERT INTO all_types (a_text) VALUES ('never')")
                tap.ok("08001" in result.err and "proxy" in result.err and time.time() - started < 15,
                       f"{words}: a proxy that is not there: 08001 in time", (result, time.time() - started))
            emulator.reset()


run()
