#!/usr/bin/env python3
"""The sandbox with settings of one's own: its variables name the port that the server has, and it leaves nothing behind."""
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(ROOT, "test", "lib"))
from attio_test import Tap  # noqa: E402

tap = Tap()
FOLDER = os.path.join(os.environ["ATTIO_SANDBOX"], "other")
ENVIRONMENT = dict(os.environ, ATTIO_SANDBOX=FOLDER, ATTIO_IMPORT="no", ATTIO_SETTINGS="port = 5499\nwork_mem = '5MB'")


def sandbox(*arguments):
    return subprocess.run([os.path.join(ROOT, "scripts", "sandbox"), *arguments], capture_output=True, text=True, env=ENVIRONMENT, timeout=300, check=False)


up = sandbox("up")
tap.ok(up.returncode == 0, "it comes up", up)
env = sandbox("env")
tap.ok("PGPORT=5499" in env.stdout, "its variables name the port", env)
found = sandbox("psql", "-XqAtc", "SELECT current_setting('port'), current_setting('work_mem')")
tap.equal(found.stdout.strip(), "5499|5MB", "psql finds it")
down = sandbox("down")
tap.ok(down.returncode == 0 and not os.path.exists(FOLDER), "it goes down, with its folder", down)
tap.done()
