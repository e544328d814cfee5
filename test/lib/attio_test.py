"""What the tests in Python share: an emulator and a database of one's own, psql; and the cases and TAP of cases.py.

The environment names the cluster (PGHOST ..., as `scripts/sandbox env` prints it).  Other tests use it meanwhile: what
a test counts or waits for is of its own database, and its roles are named after that.  What is the whole server's
(settings, a crash) takes place in a Sandbox of the test's own.
"""
import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from cases import FILE, HERE, ROOT, tap

HERE.add(os.path.abspath(__file__))
KEY = "emulator-key"
# where the libraries of test/module are, which hold the extension's own objects
MODULES = os.environ.get("ATTIO_MODULES", os.path.join(ROOT, "test", "module"))


def wait_until(condition, what, seconds=120):
    """Wait for something to be so, and return what the condition says of it; an error if it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


def timed(action):
    """What it returns, and the seconds that it took."""
    started = time.monotonic()
    return action(), time.monotonic() - started


class Emulator:
    """An emulator started for this test, with a control connection."""

    running = []        # a test that fails shows what they were asked
    program = "emulator/attio-emulator"
    # a misspelt parameter, which Attio ignores, fails a test
    strict = ("--set", "unknown_parameters=refused")

    def __init__(self, *flags):
        self.folder = tempfile.TemporaryDirectory()
        port_file = os.path.join(self.folder.name, "port")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(ROOT, self.program), "--port-file", port_file, *self.strict, *flags],
            stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError("the emulator did not start")
        while not os.path.exists(port_file):
            time.sleep(0.01)
        Emulator.running.append(self)
        atexit.register(self.stop)

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

    def sent(self, *methods):
        """The requests that write, of these methods or of all."""
        return [entry for entry in self.log() if entry["method"] in (methods or ("POST", "PUT", "PATCH", "DELETE"))
                and not entry["path"].endswith("/query")]

    def queries(self, path=""):
        """The queries for records and entries, of paths with this in them."""
        return [entry for entry in self.log() if entry["path"].endswith("/query") and path in entry["path"]]

    def forget(self):
        self.call("DELETE", "/_emulator/log")

    def peak_memory_kb(self):
        return memory_kb(self.process.pid)

    def save_log(self):
        """Where its log was written to, and the last requests in a line each."""
        path = os.path.join(os.environ.get("ATTIO_SANDBOX", tempfile.gettempdir()),
                            f"{os.path.basename(FILE)}-{Emulator.running.index(self) + 1}.requests.json")
        log = self.log()
        with open(path, "w", encoding="utf-8") as file:
            json.dump(log, file, indent=1, ensure_ascii=False)
        return path, [f"{e['method']} {e['path']} {e['status']} {e['body'][:200]}" for e in log[-6:]]

    def stop(self):
        atexit.unregister(self.stop)
        Emulator.running.remove(self)
        self.process.terminate()
        try:
            self.process.wait(120)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def most_at_once(log, delay):
    """How many of these requests were under way together, where each takes so many seconds at least."""
    times = [entry["at"] for entry in log]
    return max((sum(1 for other in times if at <= other < at + delay) for at in times), default=0)


def count_requests(emulator, action, part, delay):
    """What the action returns; how many requests it takes whose paths have this part, how many different ones, and
    how many of them were under way together."""
    emulator.forget()
    result = action()
    log = [entry for entry in emulator.log() if part in entry["path"]]
    return result, len(log), len({entry["path"] for entry in log}), most_at_once(log, delay)


def refused_at_rate(emulator, action):
    """The log of an action whose requests are paced, and how many of them were refused for the rate limit.

    A machine that stalls sends late what was paced.  So the action is done again, up to three times, where one in a
    hundred was refused; without a pace most are, each time.
    """
    log, refused = [], 0
    for _ in range(3):
        emulator.forget()
        action()
        log = emulator.log()
        refused = sum(1 for entry in log if entry["status"] == 429)
        if refused * 100 < len(log):
            break
    return log, refused


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

    def refused(self, *words):
        """Did it end with an error that tells all of these: SQLSTATE, words?"""
        return self.code != 0 and all(word in self.err for word in words)

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


class Meanwhile:
    """Something that is done between two statements of a script for psql, which waits for it where it has "line"."""

    def __init__(self, action):
        self.action = action
        self.folder = tempfile.TemporaryDirectory()
        self.flag = os.path.join(self.folder.name, "reached")
        self.line = f"\\! touch '{self.flag}'; while [ -e '{self.flag}' ]; do sleep 0.02; done\n"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        wait_until(lambda: os.path.exists(self.flag), "psql to come there")
        self.action()
        os.unlink(self.flag)


# Server options for a test that makes many requests and is not about their rate.
FAST = ", read_rate '10000'"
# and many that write, too
QUICK = FAST + ", write_rate '10000'"


class Database:
    """A database of one's own with the extension, a server and the workspace in schema crm."""

    wrapper, server, key, tables = "attio_fdw", "attio", KEY, "crm"

    def __init__(self, name, emulator, server_options="", schema="attio", columns="default"):
        self.name = name
        self.roles = []
        psql(f'DROP DATABASE IF EXISTS "{name}"', database="postgres")
        must(psql(f'CREATE DATABASE "{name}"', database="postgres"))
        must(self.psql(f"""
            CREATE EXTENSION attio_fdw;
            CREATE SERVER {self.server} FOREIGN DATA WRAPPER {self.wrapper} OPTIONS (base_url '{emulator.url}' {server_options});
            CREATE USER MAPPING FOR CURRENT_USER SERVER {self.server} OPTIONS (api_key '{self.key}');
            CREATE SCHEMA {self.tables};
            ALTER DATABASE "{name}" SET search_path = {self.tables}, public;
            ALTER DATABASE "{name}" SET timezone = 'UTC';
            ALTER DATABASE "{name}" SET attio_fdw.push_count = off;"""))     # most tests count what they read
        if schema:
            options = f"OPTIONS (columns '{columns}')" if columns else ""
            must(self.psql(f"IMPORT FOREIGN SCHEMA {schema} FROM SERVER {self.server} INTO {self.tables} {options}"))

    def psql(self, sql, *options, **keywords):
        return psql(sql, *options, database=self.name, **keywords)

    def value(self, sql):
        return must(self.psql(sql)).out

    def role(self, word, rights=""):
        """A role of this database's own, with rights ("%" is its name); it goes with the database."""
        name = f"{self.name}_{word}"
        if name not in self.roles:
            psql(f"DROP ROLE IF EXISTS {name}", database="postgres")
            must(self.psql(f"CREATE ROLE {name}"))
            self.roles.append(name)
        if rights:
            must(self.psql(rights.replace("%", name)))
        return name

    def backend(self, words, waiting=None):
        """The process of the session that runs a statement with these words, and waits for events of that type."""
        query = ("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
                 f"AND state = 'active' AND strpos(query, '{words.replace(chr(39), chr(39) * 2)}') > 0")
        if waiting:
            query += f" AND wait_event_type = '{waiting}'"
        return int(wait_until(lambda: self.value(query).split("\n")[0], f"a session that runs {words}"))

    def drop(self):
        psql(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)', database="postgres")
        for role in self.roles:
            psql(f"DROP ROLE {role}", database="postgres")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drop()


class Workspace:
    """An emulator and a database on it, which cases share, in a Sandbox if there is one; "before" prepares them."""

    emulator_type, database_type = Emulator, Database

    def __init__(self, *flags, options=FAST, name=None, before=None, sandbox=None, **database):
        self.flags, self.options, self.keywords, self.before, self.sandbox = flags, options, database, before, sandbox
        self.name = name or "attio_" + os.path.basename(FILE).removesuffix(".py")
        self.stack = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            if self.sandbox is not None:
                stack.enter_context(self.sandbox)
            emulator = stack.enter_context(self.emulator_type(*self.flags))
            database = stack.enter_context(self.database_type(self.name, emulator, self.options, **self.keywords))
            if self.before:
                self.before(emulator, database)
            self.stack = stack.pop_all()
        self.emulator = emulator
        return emulator, database

    def __exit__(self, *_):
        self.stack.close()

    def tidy(self):
        """After a case that failed in the middle."""
        self.emulator.faults()


def must(result):
    if result.code != 0:
        raise AssertionError(result.err)
    return result


class Sandbox:
    """A server of this test's own, with settings (lines of postgresql.conf) or another environment; psql goes there.

    "within" is a command that starts it in another world, such as a mount namespace; "folder" is another place for it.
    """

    def __init__(self, name, settings="", within=(), folder=None, **environment):
        self.name, self.settings, self.within, self.folder, self.more = name, settings, within, folder, environment
        self.saved = self.environment = None

    def script(self, word, check=True):
        within = self.within if word == "up" else ()
        command = [*within, os.path.join(ROOT, "scripts", "sandbox"), word]
        return subprocess.run(command, env=self.environment, check=check, capture_output=True, text=True).stdout

    def start(self):
        self.saved = dict(os.environ)
        folder = self.folder or f"{os.path.abspath(os.environ['ATTIO_SANDBOX'])}_{self.name}"
        self.environment = dict(os.environ, ATTIO_SANDBOX=folder, ATTIO_IMPORT="no", ATTIO_SETTINGS=self.settings,
                                **self.more)
        self.script("up")
        for line in self.script("env").splitlines():
            name, value = line.removeprefix("export ").split("=", 1)
            os.environ[name] = value.strip("'")
        os.environ["ATTIO_SANDBOX"] = folder

    def stop(self):
        os.environ.clear()
        os.environ.update(self.saved)
        self.script("down", check=False)

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()


class ServerLog:
    """The writes in a database that the server logs from now on; "there" is false where its log is not at hand."""

    def __init__(self, database):
        self.database = database.name
        self.path = os.path.join(os.environ.get("ATTIO_SANDBOX", ""), "server.log")
        self.there = "ATTIO_SANDBOX" in os.environ and os.path.exists(self.path)
        self.start = os.path.getsize(self.path) if self.there else 0

    def writes(self):
        with open(self.path, encoding="utf-8", errors="replace") as log:
            log.seek(self.start)
            return [line for line in log if f"] {self.database} LOG:" in line and "attio_fdw: role" in line]


def tell_requests():
    """What the emulators were asked last, and where all of it stands."""
    for emulator in Emulator.running:
        try:
            path, last = emulator.save_log()
        except (OSError, ValueError) as error:
            yield f"the emulator's log: {error}"
            continue
        yield f"the emulator's log: {path}; its last requests:"
        yield from (f"  {line}" for line in last)


tap.when_failed.append(tell_requests)
