"""The made-up service (test/module/made_up.c) for tests: its server, and a database with its wrapper and tables."""
import contextlib
import os
import re

from attio_test import MODULES, ROOT, Emulator, must, psql

MODULE = os.path.join(ROOT, "test", "module")


class Library(Emulator):
    program = "test/module/made_up.py"
    strict = ()

    def asked(self):
        """What it was asked since the last time: method and path with parameters, page tokens left out."""
        log = [re.sub(r"(page_token)=[^&]*", r"\1", f"{entry['method']} {entry['path']}") for entry in self.log()]
        self.forget()
        return log


class World:
    """The service, and a database of this name with its wrapper and tables, in a Sandbox if there is one."""

    def __init__(self, name, sandbox=None):
        self.name, self.sandbox = name, sandbox
        self.stack = None

    def query(self, sql):
        return psql(sql, database=self.name)

    def rows(self, sql):
        return must(self.query(sql)).out.splitlines()

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            if self.sandbox is not None:
                stack.enter_context(self.sandbox)
            library = stack.enter_context(Library())
            psql(f"DROP DATABASE IF EXISTS {self.name}", database="postgres")
            must(psql(f"CREATE DATABASE {self.name}", database="postgres"))
            stack.callback(psql, f"DROP DATABASE {self.name}", database="postgres")
            must(self.query(f"\\set module '{MODULES}/made_up.so'\n\\set url '{library.url}'\n\\i {MODULE}/made_up.sql"))
            self.stack = stack.pop_all()
        return (library,)

    def __exit__(self, *_):
        self.stack.close()
