#!/usr/bin/env python3
"""Certificates, handshakes, proxies, the environment, and answers that are not Attio's: what is told, and what is tried
again.
"""
import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import FAST, KEY, Database, Emulator, Sandbox, Workspace, must, psql  # noqa: E402
from cases import case, run, tap  # noqa: E402
from front import ConnectProxy, Sockets, certificates, pump, reset  # noqa: E402

COUNT = "SELECT count(name) FROM people"
RIGHT = "200"
SECRET = "pa55-w0rd"


def server_log():
    path = os.path.join(os.environ.get("ATTIO_SANDBOX", ""), "server.log")
    if not os.access(path, os.R_OK):
        return ""
    with open(path, encoding="utf-8", errors="replace") as log:
        settings = ("USER MAPPING", "SERVER attio", "UPDATE pg_foreign_server")
        return "".join(line for line in log if not any(word in line for word in settings))


def tunnel_to(emulator):
    """A server with TLS that carries to the emulator what it gets."""
    upstream = ("127.0.0.1", int(emulator.url.rsplit(":", 1)[1]))

    def carry(connection, _number):
        with socket.create_connection(upstream) as there:
            threading.Thread(target=back, args=(there, connection), daemon=True).start()
            while True:
                data = connection.recv(65536)
                if not data:
                    return
                there.sendall(data)

    def back(there, connection):
        try:
            while True:
                data = there.recv(65536)
                if not data:
                    break
                connection.sendall(data)
        except OSError:
            pass

    return carry


class Tls:
    """An emulator behind a server with TLS, with keys of one authority; and "others" of another."""

    def __init__(self):
        self.stack = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            os.chmod(folder, 0o755)
            keys, others = certificates(os.path.join(folder, "tls")), certificates(os.path.join(folder, "others"))
            emulator = stack.enter_context(Emulator())
            tls = stack.enter_context(Sockets(tunnel_to(emulator), keys))
            self.stack = stack.pop_all()
        self.folder, self.keys, self.others, self.emulator, self.tls = folder, keys, others, emulator, tls
        return (self,)

    def __exit__(self, *_):
        self.stack.close()


WORLD = Tls()
PLAIN = Workspace(options=FAST, name="attio_network_plain")


@case(WORLD)
def handshakes(world):
    """A handshake that breaks is tried again; whom to trust."""
    keys, others, tls = world.keys, world.others, world.tls
    broken = {"left": 0, "how": None}

    def breaks(connection, _number):
        """Carry to the server with TLS, after a few connections that end within the handshake."""
        if broken["left"] > 0:
            broken["left"] -= 1
            if broken["how"] == "reset before":
                reset(connection)
            elif broken["how"] == "close after the hello":
                connection.recv(100)
            else:
                connection.recv(100)
                reset(connection)
            return
        with socket.create_connection(("127.0.0.1", tls.port)) as there:
            pump(connection, there)

    with Sockets(breaks) as front:
        front.url = front.url.replace("http://", "https://")
        with Database("attio_network", front, f"{FAST}, ca_file '{keys['ca']}'") as database:
            for how in ("reset before", "close after the hello", "reset after the hello"):
                broken.update(left=2, how=how)
                result = database.psql(COUNT)
                tap.ok(result.out == RIGHT, f"a handshake that breaks ({how}) is tried again", result)
            must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '0')"))
            broken.update(left=1, how="reset after the hello")
            result = database.psql(COUNT)
            tap.ok("08001" in result.err and "trust" not in result.err and "certificate" not in result.err,
                   "and says nothing of trust", result)

            # ----- whom to trust -----
            must(database.psql(f"ALTER SERVER attio OPTIONS (SET ca_file '{others['ca']}')"))
            result = database.psql(COUNT)
            tap.ok("08001" in result.err and "could not verify" in result.err,
                   "another authority is not trusted, and that is said", result)


@case(WORLD)
def system_authorities(world):
    """The folder of the system's authorities: with ca_file it counts no more.  The server of this test sees one of ours
    in its place.
    """
    emulator, keys, others = world.emulator, world.keys, world.others
    if os.getuid() == 0 and subprocess.run(["unshare", "--mount", "true"], capture_output=True,
                                           check=False).returncode == 0:
        system = os.path.join(world.folder, "system")
        os.mkdir(system, 0o755)
        name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", keys["ca"]], check=True,
                              capture_output=True, text=True).stdout.strip() + ".0"
        shutil.copy(keys["ca"], os.path.join(system, name))
        shutil.copy(others["ca"], os.path.join(system, "ca-certificates.crt"))
        within = ["unshare", "--mount", "sh", "-c", f'mount --bind "{system}" /etc/ssl/certs && exec "$@"', "sh"]
        with Sandbox("authorities", within=within), Sockets(tunnel_to(emulator), keys) as tls, \
                Database("attio_network", tls, FAST) as database:
            tap.ok(database.psql(COUNT).out == RIGHT, "an authority of the system's is trusted", "")
            must(database.psql(f"ALTER SERVER attio OPTIONS (ADD ca_file '{others['ca']}')"))
            result = database.psql(COUNT)
            tap.ok("08001" in result.err and "could not verify" in result.err, "but not where ca_file names another one",
                   result)
    else:
        tap.skip("ca_file in the place of the system's authorities", "needs root, and a mount namespace")


@case(WORLD)
def proxies(world):
    emulator, keys = world.emulator, world.keys
    with Sockets(tunnel_to(emulator), keys) as tls, ConnectProxy() as proxy:
        with Database("attio_network", tls, f"{FAST}, ca_file '{keys['ca']}', proxy '{proxy.url}'") as database:
            tap.ok(database.psql(COUNT).out == RIGHT and proxy.requests, "through a proxy", "")
            for answer, name, tries in ((b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
                                         "407", 1),
                                        (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "403", 1),
                                        (b"HTTP/1.1 302 Found\r\nLocation: "
                                         b"http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n", "302", 1),
                                        (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", "502", 6),
                                        (b"\x15\x03\x01 rubbish\r\n\r\n", "rubbish", 6)):
                proxy.answers = [answer]
                proxy.requests.clear()
                started = time.time()
                result = database.psql(COUNT)
                took = time.time() - started
                tap.ok("08001" in result.err and "HINT" in result.err and "proxy" in result.err.split("HINT")[1],
                       f"a proxy that answers {name}: 08001, and the hint names the proxy", result)
                tap.ok(len(proxy.requests) <= tries, f"{name}: asked at most {tries} times", len(proxy.requests))
                tap.note(f"{name}: {took:.1f} s, {len(proxy.requests)} requests")


@case(WORLD)
def proxy_passwords(world):
    """Who sees them: nobody."""
    emulator, keys = world.emulator, world.keys
    with Sockets(tunnel_to(emulator), keys) as tls, ConnectProxy(user="alice", password=SECRET) as proxy:
        with Database("attio_network", tls, f"{FAST}, ca_file '{keys['ca']}', proxy '{proxy.url}'",
                      schema=None) as database:
            must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio "
                               f"OPTIONS (ADD proxy_user 'alice', ADD proxy_password '{SECRET}')"))
            must(database.psql("IMPORT FOREIGN SCHEMA attio FROM SERVER attio INTO crm"))
            result = database.psql("SET attio_fdw.log_requests = on; SET client_min_messages = debug5; " + COUNT)
            tap.ok(result.code == 0 and RIGHT in result.out, "with user name and password out of the user mapping",
                   result)
            tap.ok(SECRET not in result.err + result.out, "which are not shown")
            result = database.psql("EXPLAIN (ANALYZE, VERBOSE) " + COUNT)
            tap.ok(result.code == 0 and SECRET not in result.out, "nor in EXPLAIN", result)
            must(database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (SET proxy_password 'wrong-"
                               + SECRET + "')"))
            result = database.psql(COUNT)
            tap.ok("08001" in result.err and "407" in result.err and SECRET not in result.err,
                   "a wrong one is refused, and not shown", result)
            # what a role without rights sees
            result = database.psql(f"SET ROLE {database.role('nobody')}; SELECT array_to_string(srvoptions, ' ') "
                                   "FROM pg_foreign_server; SELECT umoptions FROM pg_user_mappings")
            tap.ok(result.code == 0 and SECRET not in result.out, "nor to other roles", result)
            for address in (f"http://alice:{SECRET}@127.0.0.1:3128", f"http://alice:{SECRET}@:3128",
                            f"htp://alice:{SECRET}@127.0.0.1", "http://", "http://a b",
                            "http://127.0.0.1:99999", "ftp://127.0.0.1", "http://127.0.0.1:3128/path", "[::1",
                            "http://[::1]:x"):
                result = database.psql(f"ALTER SERVER attio OPTIONS (SET proxy '{address}')")
                tap.ok("HV024" in result.err and SECRET not in result.err.split("STATEMENT")[0].split("LINE 1")[0],
                       f"a wrong address is refused when it is set: {address}", result)
            for address in ("proxy.example:3128", "http://proxy.example:3128/", "https://proxy.example",
                            "socks5h://[::1]:1080", "SOCKS5://10.0.0.1:1080"):
                result = database.psql(f"BEGIN; ALTER SERVER attio OPTIONS (SET proxy '{address}'); ROLLBACK")
                tap.ok(result.code == 0, f"a right one is not: {address}", result)
            result = database.psql("ALTER USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (DROP proxy_user)")
            tap.ok("proxy_user" in result.err and SECRET not in result.err, "a password goes with a user name", result)
            # an address of old, when it was not checked
            must(psql(f"UPDATE pg_foreign_server SET srvoptions = array_replace(srvoptions, 'proxy={proxy.url}', "
                      f"'proxy=htp://alice:{SECRET}@127.0.0.1:1') WHERE srvname = 'attio'",
                      database=database.name))
            result = database.psql(COUNT)
            tap.ok(result.code != 0 and SECRET not in result.err, "a wrong address that is there already is not shown",
                   result)


@case(PLAIN)
def pages_of_others(emulator, database):
    """Answers that are not Attio's."""
    must(database.psql("ALTER SERVER attio OPTIONS (ADD max_retries '0')"))
    page = ("<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title><style>body {color: red}</style>"
            "<script>var a = '<b>';</script></head><body><h1>Sorry, you have been blocked</h1><p>You are unable to "
            "access&nbsp;x &amp; y</p></body></html>")
    for status in (403, 401, 404, 400, 502):
        emulator.faults({"match": {"path": "query"}, "status": status, "body": page, "content_type": "text/html"})
        result = database.psql(COUNT)
        said = result.err.split("LOCATION")[0]
        tap.ok("Sorry, you have been blocked" in said
               and not any(word in said for word in ("<", "color: red", "var a", "&amp;")),
               f"HTTP {status} with a page: its text, without tags", result)
        tap.ok("scope" not in said and "ALTER USER MAPPING" not in said,
               f"HTTP {status} with a page: nothing of scopes or keys", result)
    emulator.faults({"match": {"path": "query"}, "status": 403,
                     "body": json.dumps({"status_code": 403, "code": "unauthorized", "message": "Missing scope"})})
    result = database.psql(COUNT)
    tap.ok("42501" in result.err and "scopes" in result.err, "HTTP 403 of Attio's: the scopes", result)
    emulator.faults({"match": {"path": "query"}, "status": 200, "body": page, "content_type": "text/html"})
    result = database.psql(COUNT)
    tap.ok("not JSON" in result.err and "<h1>" not in result.err, "HTTP 200 with a page: no tags either", result)
    emulator.faults()
    must(database.psql("ALTER SERVER attio OPTIONS (DROP max_retries)"))


@case(PLAIN)
def retry_after(emulator, database):
    """How long to wait, as it is said in odd ways."""
    must(database.psql("ALTER SERVER attio OPTIONS (ADD retry_deadline '10s')"))
    for said, name in (("2020-01-01T00:00:1e300Z", "seconds out of range"),
                       ("2020-01-01T00:00:99999999999", "seconds too large"),
                       ("2020-13-45T99:99:99Z", "a date that is none"),
                       ("nan", "no number"),
                       ("-5", "a number below zero")):
        emulator.faults({"match": {"path": "query"}, "times": 1, "status": 429, "headers": {"Retry-After": said}})
        result = database.psql(COUNT)
        tap.ok(result.out == RIGHT, f"Retry-After: {name}", result)
    # in an hour by an offset before UTC's; in UTC it would be past
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() - 4 * 3600))
    emulator.faults({"match": {"path": "query"}, "status": 429, "headers": {"Retry-After": moment + "-05:00"},
                     "body": '{"code":"x","message":"slow"}'})
    emulator.forget()
    result = database.psql(COUNT)
    asked = len(emulator.queries())
    tap.ok("53400" in result.err and asked == 1, "Retry-After with an offset: an hour from now is an error at once",
           (asked, result))
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 2 * 3600))
    emulator.faults({"match": {"path": "query"}, "times": 1, "status": 429,
                     "headers": {"Retry-After": moment + "+02:00"}})
    tap.ok(database.psql(COUNT).out == RIGHT, "Retry-After with an offset: now is now", "")
    emulator.faults()
    must(database.psql("ALTER SERVER attio OPTIONS (DROP retry_deadline)"))


def old_tls(carry, keys):
    """The same by TLS 1.1; a client that does not speak it ends the handshake."""
    def serve(connection, number):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.load_cert_chain(keys["certificate"], keys["key"])
        with context.wrap_socket(connection, server_side=True) as wrapped:
            carry(wrapped, number)
    return serve


@case(WORLD)
def environment(world):
    """That of the server reaches nothing."""
    keys, folder = world.keys, world.folder
    key_log = os.path.join(folder, "keys", "log")
    os.makedirs(os.path.dirname(key_log))
    os.chmod(os.path.dirname(key_log), 0o777)
    lax = os.path.join(folder, "openssl.cnf")
    with open(lax, "w", encoding="ascii") as file:
        file.write("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = "
                   "TLSv1\nCipherString = DEFAULT:@SECLEVEL=0\n")
    os.chmod(lax, 0o644)
    with Sandbox("environment", NO_PROXY="127.0.0.1,localhost", no_proxy="127.0.0.1,localhost",
                 HTTPS_PROXY="http://127.0.0.1:1",
                 https_proxy="http://127.0.0.1:1", ALL_PROXY="http://127.0.0.1:1", SSLKEYLOGFILE=key_log,
                 OPENSSL_CONF=lax):
        with Emulator() as emulator, Sockets(tunnel_to(emulator), keys) as tls, ConnectProxy() as proxy:
            with Database("attio_environment", tls, f"{FAST}, ca_file '{keys['ca']}', proxy '{proxy.url}'") as database:
                tap.ok(database.psql(COUNT).out == RIGHT and proxy.requests,
                       "NO_PROXY does not switch the option proxy off", proxy.requests)
                must(database.psql("ALTER SERVER attio OPTIONS (DROP proxy)"))
                tap.ok(database.psql(COUNT).out == RIGHT, "no proxy of the environment's is used", "")
                tap.ok(not os.path.exists(key_log), "SSLKEYLOGFILE is not written", "")
                with Sockets(old_tls(tunnel_to(emulator), keys)) as old:
                    must(database.psql(f"ALTER SERVER attio OPTIONS (SET base_url 'https://127.0.0.1:{old.port}', ADD "
                                       "max_retries '0')"))
                    emulator.forget()
                    result = database.psql(COUNT)
                    tap.ok("08001" in result.err and "trust" not in result.err and not emulator.log(),
                           "TLS 1.1 is not spoken, though OpenSSL would", result)


@case(PLAIN)
def secrets(_emulator, database):
    """The server's log has none, whatever was logged by tests that ran before or meanwhile."""
    must(database.psql("SET attio_fdw.log_requests = on; " + COUNT))
    log = server_log()
    tap.ok(KEY not in log and SECRET not in log, "neither key nor password in the server's log",
           [line for line in log.splitlines() if SECRET in line or KEY in line][:3])


run()
