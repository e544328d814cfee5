"""Affinity for tests: its emulator, a database with a server, a user mapping and the imported schema, or both at once.

    ACCOUNT = Account()                 # cases share it, as they share a Workspace

    @case(ACCOUNT)
    def a_name(emulator, database):
        tap.equal(database.value("SELECT count(*) FROM persons"), "69", "...")
"""
import contextlib
import os

from attio_test import FILE, Database, Emulator, must, psql

KEY = "affinity-key"
# Server options for a test that is not about the rate of requests.
FAST = ", requests_per_minute '100000'"


class Affinity(Emulator):
    """Affinity's emulator, started for this test.  Flags are those of emulator/affinity-emulator."""

    program = "emulator/affinity-emulator"
    strict = ()

    def get(self, path):
        return self.call("GET", path, key=KEY)

    def dump(self):
        """All that it serves, as emulator/affinity_emulator/controls.py says."""
        return self.call("GET", "/_emulator/dump")

    def contents(self):
        """What was written as content."""
        return self.call("GET", "/_emulator/contents")["contents"]

    def asked(self, path=""):
        """The requests since the last time, of paths that begin so, each once for every time it was sent."""
        log = [f"{entry['method']} {entry['path']}" for entry in self.log() if entry["path"].startswith(path)]
        self.forget()
        return log


class AffinityDatabase(Database):
    """A database of one's own with the extension, a server `affinity` and its tables in schema affinity."""

    def __init__(self, name, emulator, server_options=FAST, schema="affinity"):  # pylint: disable=super-init-not-called
        self.name = name
        self.roles = []
        psql(f'DROP DATABASE IF EXISTS "{name}"', database="postgres")
        must(psql(f'CREATE DATABASE "{name}"', database="postgres"))
        must(self.psql(f"""
            CREATE EXTENSION attio_fdw;
            CREATE SERVER affinity FOREIGN DATA WRAPPER affinity_fdw OPTIONS (base_url '{emulator.url}' {server_options});
            CREATE USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (api_key '{KEY}');
            CREATE SCHEMA affinity;
            ALTER DATABASE "{name}" SET search_path = affinity, public;
            ALTER DATABASE "{name}" SET timezone = 'UTC';
            ALTER DATABASE "{name}" SET attio_fdw.push_count = off;"""))
        if schema:
            must(self.psql(f"IMPORT FOREIGN SCHEMA {schema} FROM SERVER affinity INTO affinity"))


class Account:
    """An emulator and a database on it, which cases share; "before" prepares them."""

    def __init__(self, *flags, options=FAST, name=None, before=None, **database):
        self.flags, self.options, self.keywords, self.before = flags, options, database, before
        self.name = name or "attio_" + os.path.basename(FILE).removesuffix(".py")
        self.stack = None

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.emulator = stack.enter_context(Affinity(*self.flags))
            database = stack.enter_context(AffinityDatabase(self.name, self.emulator, self.options, **self.keywords))
            if self.before:
                self.before(self.emulator, database)
            self.stack = stack.pop_all()
        return self.emulator, database

    def __exit__(self, *_):
        self.stack.close()

    def tidy(self):
        """After a case that failed in the middle."""
        self.emulator.reset()
