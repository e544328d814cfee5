#!/usr/bin/env python3
"""Answers that are not Attio's, over TLS: an error without tags, not a row, and no create that is called not written
but is.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from world import FAR_ADDRESS, World, missing  # noqa: E402
from attio_test import FAST, Database, Emulator  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import Front, certificates  # noqa: E402

if missing():
    tap.skip_all(missing())
HTML = ("<html><head><title>Attention Required</title></head><body><h1>Sorry</h1><p>You have been "
        "blocked</p></body></html>")
# what the server answers to all that is about records; the SQLSTATEs that a SELECT and an INSERT may end with
CASES = (
    (f"default_type text/html; return 403 '{HTML}';", ("42501", "08000", "HV000", "08004"),
     ("42501", "08000", "HV000", "08004", "08007")),
    (f"default_type text/html; return 502 '{HTML}';", ("08006", "08000", "08004", "HV000"), ("08007",)),
    (f"default_type text/html; return 200 '{HTML}';", ("HV000", "08P01", "08000"), ("08007",)),
    ("default_type application/json; return 200 '{\"data\": [';", ("HV000", "08P01", "08000", "08006"), ("08007",)),
    ("default_type application/json; return 200 '{}';", ("HV000", "08P01", "08000"), ("08007",)),
    ("return 204;", ("HV000", "08P01", "08000"), ("08007",)),
    ("return 301 https://elsewhere.example/;", ("HV000", "08P01", "08000", "08004"),
     ("HV000", "08P01", "08000", "08004", "08007")),
    ("return 444;", ("08006",), ("08007",)),
    ("return 421;", ("HV000", "08P01", "08000", "08004", "08006"),
     ("HV000", "08P01", "08000", "08004", "08006", "08007")),
    ("default_type text/plain; add_header X-Long $http_authorization$http_authorization; return 500 'oh';",
     ("08006", "08000", "HV000"), ("08007",)),
)


@case
def odd_answers():
    with World() as world, Emulator() as emulator:
        keys = certificates(os.path.join(world.folder, "tls"), (FAR_ADDRESS,))
        with Front(emulator, address=FAR_ADDRESS, keys=keys) as good, \
                Database("attio_answers", good, f"{FAST}, ca_file '{keys['ca']}', max_retries '1'") as database:
            for http2 in (True, False):
                for directive, states, create_states in CASES:
                    name = f"{'HTTP/2' if http2 else 'HTTP/1.1'}, {directive[:60]}"
                    with Front(emulator, f"location ~ /records {{ {directive} }}", address=FAR_ADDRESS, keys=keys,
                               http2=http2) as front:
                        database.value(f"ALTER SERVER attio OPTIONS (SET base_url '{front.url}')")
                        result = database.psql("SELECT count(name) FROM people")
                        tap.ok(result.code != 0 and not result.out
                               and any(f"ERROR:  {state}:" in result.err for state in states),
                               f"{name}: a SELECT is an error", result)
                        tap.ok("<" not in result.err and "scope" not in result.err and "emulator-key" not in result.err,
                               f"{name}: without tags, scopes and the key", result)
                        result = database.psql("INSERT INTO all_types (a_text) VALUES ('one')")
                        tap.ok(result.code != 0 and any(f"ERROR:  {state}:" in result.err for state in create_states),
                               f"{name}: and an INSERT", result)
                        tap.ok("<" not in result.err and "scope" not in result.err, f"{name}: the same of what it says",
                               result)


run()
