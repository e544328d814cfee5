"""Affinity for tests: its emulator, a database with a server, a user mapping and the imported schema, or both at once.

    ACCOUNT = Account()                 # cases share it, as they share a Workspace

    @case(ACCOUNT)
    def a_name(emulator, database):
        tap.equal(database.value("SELECT count(*) FROM persons"), "69", "...")
"""
from attio_test import Database, Emulator, Workspace

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
