#!/usr/bin/env python3
"""scripts/sandbox: settings of one's own, a command in a sandbox, and the files that were built before those that are
installed.
"""
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import ROOT, timed  # noqa: E402
from cases import case, run, tap  # noqa: E402


FOLDER = os.path.join(os.environ.get("ATTIO_SANDBOX", ""), "other")


def sandbox(*arguments, within=(), **environment):
    """The script, with a folder of this test's own."""
    environment = dict(os.environ, ATTIO_SANDBOX=FOLDER, ATTIO_IMPORT="no", **environment)
    return subprocess.run([*within, os.path.join(ROOT, "scripts", "sandbox"), *arguments], capture_output=True,
                          text=True,
                          env=environment, timeout=600, check=False)


@case
def settings():
    """The variables name the port that the server has, and nothing is left behind."""
    up = sandbox("up", ATTIO_SETTINGS="port = 5499\nwork_mem = '5MB'")
    tap.ok(up.returncode == 0, "it comes up", up)
    env = sandbox("env")
    tap.ok("PGPORT=5499" in env.stdout, "its variables name the port", env)
    found = sandbox("psql", "-XqAtc", "SELECT current_setting('port'), current_setting('work_mem')")
    tap.equal(found.stdout.strip(), "5499|5MB", "psql finds it")
    down = sandbox("down")
    tap.ok(down.returncode == 0 and not os.path.exists(FOLDER), "it goes down, with its folder", down)


# Below build/, by scripts/sandbox with.
NAME = f"with-{os.getpid()}"


@case
def with_a_command():
    """A command has the variables, and its outcome is the script's; the sandbox goes down whatever it is."""
    ended = sandbox("with", NAME, "--", "sh", "-c", "$PSQL -XAtc 'SELECT current_database()'; cat; exit 7")
    tap.equal((ended.returncode, ended.stdout.split()), (7, ["attio"]), "the command's output and outcome")
    tap.ok(not os.path.exists(os.path.join(ROOT, "build", NAME)), "it goes down after a failure")
    script = [os.path.join(ROOT, "scripts", "sandbox"), "with", NAME, "--", "sh", "-c", "echo up; exec sleep 600"]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as process:
        tap.equal(process.stdout.readline().strip(), "up", "the command runs")
        process.terminate()
        _, took = timed(lambda: process.wait(300))
    tap.ok(process.returncode == 143 and took < 300, f"SIGTERM ends the command long before its end: {took:.1f} s",
           process.returncode)
    tap.ok(not os.path.exists(os.path.join(ROOT, "build", NAME)), "and the sandbox goes down")


# What an installed attio_fdw of old would be; none of it may be used.
OLD = {"lib/attio_fdw.so": "no library",
       "share/extension/attio_fdw.control": "default_version = '0.1'\nmodule_pathname = '$libdir/attio_fdw'\n",
       "share/extension/attio_fdw--0.1.sql": "DO $$ BEGIN RAISE EXCEPTION 'the installed one'; END $$;\n",
       "share/extension/attio_fdw--1.0.sql": "DO $$ BEGIN RAISE EXCEPTION 'the installed one'; END $$;\n"}


def with_an_old_one(folder):
    """A command in whose world an older attio_fdw is installed in the server's folders; nothing where that cannot be
    made.
    """
    pg_config = os.path.join(os.path.dirname(os.environ["PSQL"]), "pg_config")
    mounts = ""
    for name, flag in (("lib", "--pkglibdir"), ("share", "--sharedir")):
        place = subprocess.run([pg_config, flag], check=True, capture_output=True, text=True).stdout.strip()
        shutil.copytree(place, os.path.join(folder, name), symlinks=True)
        mounts += f'mount --bind "{folder}/{name}" "{place}" && '
    for name, text in OLD.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)
    return ["unshare", "--mount", "sh", "-c", mounts + 'exec "$@"', "sh"]


@case
def older_one_installed():
    """Where an older one is installed, the staged files come first: control file, script, library by its path and by
    its name.
    """
    if os.environ.get("PG_SERVER_LIB"):
        tap.skip("an older one installed", "in a server of its own the sandbox writes over it")
        return
    if os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True,
                                          check=False).returncode != 0:
        tap.skip("an older one installed", "needs root, and a mount namespace")
        return
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        world = with_an_old_one(folder)
        try:
            up = sandbox("up", within=world, ATTIO_SETTINGS="shared_preload_libraries = 'attio_fdw'")
            tap.ok(up.returncode == 0, "a server that preloads the library by its name starts", up)
            made = sandbox("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", "CREATE EXTENSION attio_fdw", "-c",
                           "LOAD 'attio_fdw'", "-c",
                           "SELECT extversion, attio_fdw_version() <> '' FROM pg_extension WHERE extname = 'attio_fdw'")
            tap.equal((made.stdout.strip(), made.stderr), ("1.0|t", ""), "and has the version that was built")
        finally:
            sandbox("down")


run()
