"""What the tests in Python share: an emulator of one's own, psql, TAP.

The environment names the cluster (PGHOST ..., as `scripts/sandbox env` prints it).
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
KEY = "emulator-key"


class Emulator:
    """An emulator started for this test, with a control connection."""

    running = []        # a test that fails shows what they were asked

    def __init__(self, *flags):
        self.folder = tempfile.TemporaryDirectory()
        port_file = os.path.join(self.folder.name, "port")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(ROOT, "emulator", "attio-emulator"), "--port-file", port_file, *flags],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError("the emulator did not start")
        while not os.path.exists(port_file):
            time.sleep(0.01)
        Emulator.running.append(self)

    def call(self, method, path, value=None, key=None):
        request = urllib.request.Request(self.url + path, method=method,
                                         data=None if value is None else json.dumps(value).encode())
        if key:
            request.add_header("Authorization", "Bearer " + key)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def get(self, path):
        return self.call("GET", path, key=KEY)["data"]

    def faults(self, *rules):
        self.call("POST", "/_emulator/faults", {"faults": list(rules)})

    def switches(self, **values):
        self.call("POST", "/_emulator/switches", values)

    def mutate(self, *mutations):
        self.call("POST", "/_emulator/mutate", {"mutations": list(mutations)})

    def reset(self):
        self.call("POST", "/_emulator/reset")

    def log(self):
        return self.call("GET", "/_emulator/log")["requests"]

    def forget(self):
        self.call("DELETE", "/_emulator/log")

    def peak_memory_kb(self):
        return memory_kb(self.process.pid)

    def save_log(self):
        """Where its log was written to, and the last requests in a line each."""
        path = os.path.join(os.environ.get("ATTIO_SANDBOX", tempfile.gettempdir()),
                            f"{os.path.basename(sys.argv[0])}-{Emulator.running.index(self) + 1}.requests.json")
        log = self.log()
        with open(path, "w", encoding="utf-8") as file:
            json.dump(log, file, indent=1, ensure_ascii=False)
        return path, [f"{e['method']} {e['path']} {e['status']} {e['body'][:200]}" for e in log[-6:]]

    def stop(self):
        Emulator.running.remove(self)
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def memory_kb(pid, field="VmHWM"):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith(field):
                return int(line.split()[1])
    return 0


class Result:
    def __init__(self, process):
        self.code = process.returncode
        self.out = process.stdout.strip()
        self.err = process.stderr.strip()

    def __repr__(self):
        return f"code {self.code}, out {self.out!r}, err {self.err!r}"


def psql_command(*options):
    return [os.environ.get("PSQL", "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose",
            "-v", "SHOW_CONTEXT=errors", *options]


def psql(sql, *options, database=None, timeout=600):
    environment = dict(os.environ, PGOPTIONS="-c client_min_messages=warning")
    if database:
        environment["PGDATABASE"] = database
    return Result(subprocess.run(psql_command(*options), input=sql, capture_output=True, text=True, timeout=timeout,
                                 env=environment, check=False))


def start_psql(sql, database):
    """psql in the background, its statement already sent."""
    environment = dict(os.environ, PGDATABASE=database, PGOPTIONS="-c client_min_messages=warning")
    process = subprocess.Popen(psql_command(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, env=environment)
    process.stdin.write(sql)
    process.stdin.close()
    return process


# Server options for a test that makes many requests and is not about their rate.
FAST = ", read_rate '10000'"


class Database:
    """A database of one's own with the extension, a server and the workspace in schema crm."""

    def __init__(self, name, emulator, server_options="", schema="attio", columns="default"):
        self.name = name
        psql(f'DROP DATABASE IF EXISTS "{name}"', database="postgres")
        must(psql(f'CREATE DATABASE "{name}"', database="postgres"))
        must(self.psql(f"""
            CREATE EXTENSION attio_fdw;
            CREATE SERVER attio FOREIGN DATA WRAPPER attio_fdw OPTIONS (base_url '{emulator.url}' {server_options});
            CREATE USER MAPPING FOR CURRENT_USER SERVER attio OPTIONS (api_key '{KEY}');
            CREATE SCHEMA crm;
            ALTER DATABASE "{name}" SET search_path = crm, public;
            ALTER DATABASE "{name}" SET timezone = 'UTC';
            ALTER DATABASE "{name}" SET attio_fdw.push_count = off;"""))     # most tests count what they read
        if schema:
            must(self.psql(f"IMPORT FOREIGN SCHEMA {schema} FROM SERVER attio INTO crm OPTIONS (columns '{columns}')"))

    def psql(self, sql, *options, **keywords):
        return psql(sql, *options, database=self.name, **keywords)

    def value(self, sql):
        return must(self.psql(sql)).out

    def drop(self):
        psql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)', database="postgres")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drop()


def must(result):
    if result.code != 0:
        raise AssertionError(result.err)
    return result


class Sandbox:
    """A server of this test's own, with settings (lines of postgresql.conf) or another environment; psql goes there meanwhile.

    "within" is a command that starts it in another world, such as a mount namespace.
    """

    def __init__(self, name, settings="", within=(), **environment):
        self.within = within
        self.saved = dict(os.environ)
        self.environment = dict(os.environ, ATTIO_SANDBOX=os.path.abspath(os.environ["ATTIO_SANDBOX"]) + "_" + name, ATTIO_IMPORT="no",
                                ATTIO_SETTINGS=settings, **environment)

    def run(self, word, check=True):
        within = self.within if word == "up" else ()
        return subprocess.run([*within, os.path.join(ROOT, "scripts", "sandbox"), word], env=self.environment, check=check, capture_output=True, text=True).stdout

    def __enter__(self):
        self.run("up")
        for line in self.run("env").splitlines():
            name, value = line.removeprefix("export ").split("=", 1)
            os.environ[name] = value.strip("'")
        return self

    def __exit__(self, *_):
        os.environ.clear()
        os.environ.update(self.saved)
        self.run("down", check=False)


class ServerLog:
    """The writes that the server logs from now on; "there" is false where its log is not at hand."""

    def __init__(self):
        self.path = os.path.join(os.environ.get("ATTIO_SANDBOX", ""), "server.log")
        self.there = "ATTIO_SANDBOX" in os.environ and os.path.exists(self.path)
        self.start = os.path.getsize(self.path) if self.there else 0

    def writes(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.start)
            return [line for line in log if "attio_fdw: role" in line]


class Tap:
    """The Test Anything Protocol, for prove."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def ok(self, good, name, detail=""):
        self.count += 1
        if not good:
            self.failed += 1
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)
        if not good:        # to stderr, where prove shows it
            frame = next(f for f in reversed(traceback.extract_stack()) if f.filename != __file__)
            self.tell(f"failed: {self.count} - {name}", f"at {os.path.relpath(frame.filename, ROOT)}:{frame.lineno}: {frame.line}",
                      *str(detail).split("\n"))
            self.tell_requests()
        return good

    def tell(self, *lines):
        for line in lines:
            print(f"#   {line[:2000]}", file=sys.stderr, flush=True)

    def tell_requests(self):
        """What the emulators were asked last, and where all of it stands."""
        for emulator in Emulator.running:
            try:
                path, last = emulator.save_log()
            except (OSError, ValueError) as error:
                self.tell(f"the emulator's log: {error}")
                continue
            self.tell(f"the emulator's log: {path}; its last requests:", *(f"  {line}" for line in last))

    def equal(self, got, wanted, name):
        return self.ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")

    def note(self, text):
        print(f"# {text}", flush=True)

    def skip(self, name, why):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {why}", flush=True)

    def skip_all(self, why):
        print(f"1..0 # SKIP {why}", flush=True)
        sys.exit(0)

    def done(self):
        print(f"1..{self.count}", flush=True)
        sys.exit(1 if self.failed else 0)
