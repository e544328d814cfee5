#!/usr/bin/env python3
"""Every SQL snippet of the README and the docs runs as it is printed, in the order of its page.

What it shows below itself (a block without a language right after it) is compared; of EXPLAIN its lines, which may be
some of those that come: numbers and ids may be others, and "..." stands for anything. A block after the comment "not run"
of HTML is left out, and counted as skipped. Variables of psql are set below; servers are pointed at the emulator.
"""
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from affinity import Affinity  # noqa: E402
from affinity import KEY as AFFINITY_KEY  # noqa: E402
from attio_test import FAST, KEY, ROOT, Database, Emulator, must, psql, psql_command  # noqa: E402
from cases import case, run, tap  # noqa: E402

MANY = 20       # rows that no snippet may write when somebody pastes it
# Tables of the reader that snippets speak of.
FIXTURES = """
    CREATE TABLE usage (name text, domain text, seats numeric);
    INSERT INTO usage VALUES ('Snippet Ltd', 'snippet.example.com', 5);
    CREATE TABLE signups (full_name text, email text);
    INSERT INTO signups VALUES ('Grace Hopper', 'Grace@Snippet.example.com');
    CREATE TABLE my_companies (company_id bigint);
    INSERT INTO my_companies VALUES (64779194), (1);
    CREATE SCHEMA app;
    CREATE TABLE app.users (id int, email text);
    INSERT INTO app.users SELECT n, 'user' || n || '@example.com' FROM generate_series(1, 20) n;
"""
# An attribute that examples speak of.
SEATS = {"do": "add", "kind": "objects", "slug": "companies", "attribute": "seats", "type": "number"}


def blocks(path):
    """(line, sql, output or None, skipped) of each snippet."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        text = file.read()
    for match in re.finditer(r"^( *)```sql\n(.*?)^ *```$(\n*```\n(.*?)^```$)?", text, re.S | re.M):
        before = text[:match.start()].rstrip().splitlines()
        skipped = bool(before) and "<!-- not run" in before[-1]
        yield text.count("\n", 0, match.start()) + 1, match.group(2), match.group(4), skipped


def pattern(line):
    """What a line of a plan in a page must look like."""
    parts = re.split(r"(\.\.\.|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+)", line.strip())
    return "".join({"...": ".*"}.get(part, r"[0-9a-f-]+") if at % 2 else re.escape(part) for at, part in enumerate(parts))


def missing_lines(plan, shown):
    """Lines that the page shows and the plan has not, or not in this order."""
    came = iter(line.strip() for line in plan.splitlines())
    return [line for line in shown.splitlines() if not any(re.fullmatch(pattern(line), each) for each in came)]


def run_snippet(database, sql, variables, *options):
    command = [option for option in psql_command() if option not in ("-XqAt",)]
    environment = dict(os.environ, PGDATABASE=database, PGOPTIONS="-c client_min_messages=warning")
    settings = [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
    return subprocess.run(command + ["-Xq", *options, *settings], input=sql, capture_output=True, text=True,
                          env=environment, check=False)


def at_emulator(sql, url):
    """The same with servers that stand at the emulator: Attio's, or Affinity's where one is running."""
    sql = re.sub(r"(CREATE SERVER \w+ FOREIGN DATA WRAPPER attio_fdw);", rf"\1 OPTIONS (base_url '{url}' {FAST});", sql)
    for other in (each for each in Emulator.running if isinstance(each, Affinity)):
        sql = re.sub(r"(CREATE SERVER \w+ FOREIGN DATA WRAPPER affinity_fdw);", rf"\1 OPTIONS (base_url '{other.url}');", sql)
    return sql


def variables_of(emulator):
    def first(slug):
        return emulator.call("POST", f"/v2/objects/{slug}/records/query", {"limit": 1},
                             key=KEY)["data"][0]["id"]["record_id"]

    return {"key": KEY, "her_key": KEY, "other_key": KEY, "new_key": KEY, "record": first("people"),
            "deal": first("deals"),
            "company": first("companies"),
            "member": emulator.get("/v2/workspace_members")[0]["id"]["workspace_member_id"]}


def try_page(path, emulator, name):
    emulator.reset()
    emulator.mutate(SEATS)
    variables = variables_of(emulator)
    if path == "docs/affinity.md":
        variables.update(key=AFFINITY_KEY, id="11309")
    snippets = list(blocks(path))
    if path == "README.md":     # its first query comes before what it needs
        imported = next(i for i, snippet in enumerate(snippets) if "IMPORT FOREIGN SCHEMA" in snippet[1])
        snippets.insert(imported, snippets.pop(0))
    for line, sql, output, skipped in snippets:
        if skipped:
            tap.skip(f"{path}:{line}", "not run")
            continue
        emulator.forget()
        result = run_snippet(name, at_emulator(sql, emulator.url), variables)
        tap.ok(result.returncode == 0, f"{path}:{line} runs", f"{sql}\n{result.stderr}")
        written = [e["path"] for e in emulator.log() if e["method"] in ("PUT", "PATCH", "DELETE")
                   or e["path"].endswith(("/records", "/entries"))]
        tap.ok(len(written) < MANY, f"{path}:{line} writes few rows", f"{len(written)} writes")
        if output is not None and sql.startswith("EXPLAIN"):
            missing = missing_lines(result.stdout, output)
            tap.ok(not missing, f"{path}:{line} shows these lines", "\n".join([*missing, "is not in", result.stdout]))
        elif output is not None:
            tap.equal([row.rstrip() for row in result.stdout.rstrip().splitlines()],
                      [row.rstrip() for row in output.rstrip().splitlines()],
                      f"{path}:{line} shows what stands below it")


@case
def readme():
    """The README begins with a database that has nothing, and makes a role."""
    with Emulator() as emulator:
        psql('DROP DATABASE IF EXISTS attio_readme', database="postgres")
        must(psql('CREATE DATABASE attio_readme', database="postgres"))
        must(psql("ALTER DATABASE attio_readme SET timezone = 'UTC'", database="postgres"))
        must(psql(FIXTURES, database="attio_readme"))
        try_page("README.md", emulator, "attio_readme")
        psql('DROP DATABASE attio_readme WITH (FORCE)', database="postgres")
        psql("DROP ROLE ana", database="postgres")


def statements_of(path):
    return "".join(sql for _, sql, _, _ in list(blocks(path))[:1])


@case
def docs():
    with Emulator() as emulator, Affinity("--now", "today"):
        for page in sorted(os.listdir(os.path.join(ROOT, "docs"))):
            if page.endswith(".md") and any(blocks(f"docs/{page}")):
                emulator.reset()
                with Database("attio_docs", emulator, FAST) as database:
                    must(database.psql(FIXTURES))
                    # the emulated workspace has an object of this name
                    must(database.psql("ALTER FOREIGN TABLE crm.notes RENAME TO object_notes; "
                                       "ALTER FOREIGN TABLE crm.attio_notes RENAME TO notes"))
                    if page == "recipes.md":    # which stand on what the page of Affinity makes
                        run_snippet("attio_docs", at_emulator(statements_of("docs/affinity.md"), emulator.url),
                                    {"key": AFFINITY_KEY})
                    try_page(f"docs/{page}", emulator, "attio_docs")
                    psql("DROP OWNED BY ana, ben CASCADE", database="attio_docs")
                psql("DROP ROLE IF EXISTS ana, ben", database="postgres")


run()
