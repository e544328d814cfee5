"""The command line: run(service) is all that the command of a service calls."""
import argparse
import json
import os
import signal
import ssl
import subprocess
import threading

from . import switches
from .emulator import Emulator
from .server import Server


def parser_of(service):
    p = argparse.ArgumentParser(
        prog=service.name, description=service.description,
        epilog=f"The key {service.key!r} may do everything. "
               "Control paths for tests are under /_emulator/ (docs/emulator.md).")
    p.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    p.add_argument("--port-file", help="write the port to this file once ready")
    p.add_argument("--pid-file", help="write the process id to this file before that")
    p.add_argument("--latency-ms", type=int, default=0, help="wait before each answer")
    p.add_argument("--token", action="append", default=[], metavar="KEY=SCOPE,SCOPE",
                   help="one more key, with these scopes only; may be repeated")
    p.add_argument("--behaviour", metavar="FILE", help="a JSON object of switches to begin with (docs/emulator.md)")
    p.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one switch; may be repeated")
    p.add_argument("--tls", metavar="DIR", help="serve https with a test certificate made in this folder (ca.pem)")
    service.add_flags(p)
    return p


def make_certificate(folder, name):
    """A certificate of its own authority for 127.0.0.1; the authority is ca.pem."""
    os.makedirs(folder, exist_ok=True)
    key, certificate = os.path.join(folder, "key.pem"), os.path.join(folder, "ca.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "30", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", key, "-out", certificate],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def tokens_of(arguments):
    tokens = {}
    for token in arguments.token:
        key, _, scopes = token.partition("=")
        tokens[key] = " ".join(scopes.split(","))
    return tokens


def switches_of(service, arguments):
    """Switches of --behaviour, and over them those of --set."""
    chosen = {}
    if arguments.behaviour:
        with open(arguments.behaviour, encoding="utf-8") as file:
            chosen.update(json.load(file))
    chosen.update(switches.read_assignment(each) for each in arguments.set)
    try:
        return switches.checked(service.switches, chosen)
    except ValueError as error:
        raise SystemExit(f"{service.name}: {error}") from None


def run(service, argv=None):
    """Serve until a signal says to stop; prints the address first.  Returns the exit status."""
    arguments = parser_of(service).parse_args(argv)
    emulator = Emulator(service, lambda: service.build(arguments), tokens_of(arguments), arguments.latency_ms,
                        switches_of(service, arguments))
    tls = make_certificate(arguments.tls, service.name) if arguments.tls else None
    server = Server(("127.0.0.1", arguments.port), emulator, tls)
    port = server.server_address[1]

    def stop(*_):
        emulator.stopping.set()
        threading.Thread(target=server.shutdown, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    print(f"{'https' if tls else 'http'}://127.0.0.1:{port}", flush=True)
    if arguments.pid_file:
        with open(arguments.pid_file, "w", encoding="ascii") as file:
            file.write(f"{os.getpid()}\n")
    if arguments.port_file:
        with open(arguments.port_file + ".new", "w", encoding="ascii") as file:
            file.write(f"{port}\n")
        os.replace(arguments.port_file + ".new", arguments.port_file)
    server.serve_forever(poll_interval=0.2)
    return 0
