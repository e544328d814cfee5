#!/usr/bin/env python3
"""Certificates that are right, expired, of another name, self-signed or of nobody known; versions of TLS; and what each
costs in round trips.
"""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import FAST, Database, Emulator, must  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front, certificates  # noqa: E402

if missing():
    tap.skip_all(missing())
COUNT, ONE = "SELECT count(name) FROM companies", "SELECT name FROM companies LIMIT 1"
ROUND_TRIP = 0.4


def self_signed(folder):
    """A certificate of nobody, for the right address."""
    os.makedirs(folder)
    path = lambda name: os.path.join(folder, name)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", path("key.pem"), "-out",
                    path("cert.pem"), "-days", "30",
                    "-subj", f"/CN={FAR_ADDRESS}", "-addext", f"subjectAltName=IP:{FAR_ADDRESS}"], check=True,
                   capture_output=True)
    return {"ca": path("cert.pem"), "certificate": path("cert.pem"), "key": path("key.pem")}


@case
def trust():
    with World() as world, Emulator() as emulator:
        right = certificates(os.path.join(world.folder, "right"), (FAR_ADDRESS,))
        unknown = certificates(os.path.join(world.folder, "unknown"), (FAR_ADDRESS,))
        with Front(emulator, address=FAR_ADDRESS, keys=right) as front, \
                Database("attio_certificates", front, f"{FAST}, ca_file '{right['ca']}'") as database:
            tap.equal(database.value(COUNT), "50", "a right certificate")
            expired = certificates(os.path.join(world.folder, "expired"), (FAR_ADDRESS,), days=-1)
            cases = (("expired", expired, expired["ca"]),
                     ("of another name", certificates(os.path.join(world.folder, "other"), ("attio.example",)),
                      os.path.join(world.folder, "other", "ca.pem")),
                     ("of another address", certificates(os.path.join(world.folder, "address"), ("10.83.0.3",)),
                      os.path.join(world.folder, "address", "ca.pem")),
                     ("self-signed", self_signed(os.path.join(world.folder, "self")), right["ca"]),
                     ("of an unknown authority", unknown, right["ca"]))
            for name, keys, authority in cases:
                with Front(emulator, address=FAR_ADDRESS, keys=keys) as other:
                    must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{other.url}', "
                                       f"SET ca_file '{authority}')"))
                    emulator.forget()
                    started = time.time()
                    result = database.psql(COUNT)
                    tap.ok("08001" in result.err and "could not verify" in result.err,
                           f"a certificate that is {name} is not trusted", result)
                    tap.ok(time.time() - started < 5 and not emulator.log(),
                           f"{name}: told at once, and nothing is sent")
                    result = database.psql("INSERT INTO all_types (a_text) VALUES ('one')")
                    tap.ok("08001" in result.err and not emulator.log(), f"{name}: nor is a row", result)
            # versions of TLS, and what a cold query costs: TCP, TLS, definitions, a page; compressed, as definitions
            # of more than 14 kB take two round trips on a new connection
            for protocols, trips in (("TLSv1.3", 4), ("TLSv1.2", 5)):
                with Front(emulator, f"ssl_protocols {protocols}; gzip on;", address=FAR_ADDRESS, keys=right) as other:
                    must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{other.url}', "
                                       f"SET ca_file '{right['ca']}')"))
                    world.set(delay_ms=ROUND_TRIP * 500)
                    took = []
                    for _ in range(3):
                        started = time.time()
                        tap.ok(database.value(ONE), f"over {protocols}")
                        took.append(time.time() - started)
                    tap.ok(trips * ROUND_TRIP <= min(took) < (trips + 0.9) * ROUND_TRIP,
                           f"{protocols}: a cold query takes {trips} round trips", took)
                    tap.note(f"{protocols}: {min(took) / ROUND_TRIP:.2f} round trips of {ROUND_TRIP} s")
                    started = time.time()
                    must(database.psql(f"{ONE}; {ONE}; {ONE}; {ONE}"))
                    tap.note(f"and each further one {(time.time() - started - min(took)) / 3 / ROUND_TRIP:.2f}")
                    world.set()
            with Front(emulator, "ssl_protocols TLSv1.1; ssl_ciphers ALL:@SECLEVEL=0;", address=FAR_ADDRESS,
                       keys=right) as other:
                must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url '{other.url}', ADD max_retries '1')"))
                emulator.forget()
                result = database.psql(COUNT)
                tap.ok("08001" in result.err and "trust" not in result.err and not emulator.log(),
                       "TLS 1.1 is refused, without a word of trust", result)


run()
