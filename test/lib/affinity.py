"""Affinity for tests: its emulator, a database with a server, a user mapping and the imported schema, or both at once.

    ACCOUNT = Account()                 # cases share it, as they share a Workspace

    @case(ACCOUNT)
    def a_name(emulator, database):
        tap.equal(database.value("SELECT count(*) FROM persons"), "69", "...")
"""
from attio_test import QUICK, Database, Emulator, Workspace, must

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

    wrapper, server, key, tables = "affinity_fdw", "affinity", KEY, "affinity"

    def __init__(self, name, emulator, server_options=FAST, schema="affinity"):
        super().__init__(name, emulator, server_options, schema, columns=None)


class Account(Workspace):
    """An emulator and a database on it, which cases share; "before" prepares them."""

    emulator_type, database_type = Affinity, AffinityDatabase

    def __init__(self, *flags, options=FAST, **keywords):
        super().__init__(*flags, options=options, **keywords)

    def tidy(self):
        """After a case that failed in the middle."""
        self.emulator.reset()


class BothServices:
    """Both emulators, and a database with a server and the tables of each, which cases share; "before" prepares it."""

    def __init__(self, *flags, before, affinity_flags=(), options=""):
        self.other = None
        self.before, self.affinity_flags, self.affinity_options = before, affinity_flags, options
        self.attio = Workspace(*flags, options=QUICK, before=self.prepare)

    def prepare(self, _emulator, database):
        self.other = Affinity(*self.affinity_flags).__enter__()
        must(database.psql(f"""
            CREATE SERVER affinity FOREIGN DATA WRAPPER affinity_fdw OPTIONS (base_url '{self.other.url}'{self.affinity_options});
            CREATE USER MAPPING FOR CURRENT_USER SERVER affinity OPTIONS (api_key '{KEY}');
            CREATE SCHEMA affinity;
            IMPORT FOREIGN SCHEMA affinity FROM SERVER affinity INTO affinity"""))
        self.before(database)

    def __enter__(self):
        attio, database = self.attio.__enter__()
        return attio, self.other, database

    def __exit__(self, *error):
        self.other.__exit__(*error)
        self.attio.__exit__(*error)
