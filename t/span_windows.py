#!/usr/bin/env python3
"""Windows of a span of time: as few as there can be, none longer than allowed, each moment of the span in one of them."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "lib"))
from attio_test import MODULES, ROOT, Workspace, must  # noqa: E402
from cases import case, run, tap  # noqa: E402

LOOK = r"""
CREATE FUNCTION windows(days int, grain int, is_inclusive bool, since timestamptz, until timestamptz,
    OUT n bigint, OUT asked tstzrange, OUT of tstzrange) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT n, (string_to_array(line, ' of '))[1]::tstzrange, (string_to_array(line, ' of '))[2]::tstzrange
    FROM string_to_table(attio_test_windows(days, grain, is_inclusive, since, until), E'\n') WITH ORDINALITY AS w (line, n) WHERE line <> '' $$;

-- what is wrong with the windows of a span; NULL: nothing
CREATE FUNCTION wrong(days int, grain int, is_inclusive bool, since timestamptz, until timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(why, '; ') FROM (
        SELECT format('%s to %s: %s', since, until, unnest(ARRAY[
            CASE WHEN (SELECT range_agg(of) FROM windows(days, grain, is_inclusive, since, until)) IS DISTINCT FROM
                tstzmultirange(tstzrange(since, CASE grain WHEN 0 THEN until ELSE date_trunc('second', until + interval '999999 us') END))
                THEN 'gaps, or another span' END,
            CASE WHEN (SELECT sum(upper(of) - lower(of)) <> max(upper(of)) - min(lower(of)) FROM windows(days, grain, is_inclusive, since, until))
                THEN 'moments of two windows' END,
            CASE WHEN (SELECT max(upper(asked) - lower(asked)) > make_interval(hours => 24 * days) FROM windows(days, grain, is_inclusive, since, until))
                THEN 'too long' END,
            CASE WHEN NOT (SELECT bool_and(asked @> of AND (is_inclusive OR grain = 0 OR lower(asked) < lower(of)))
                FROM windows(days, grain, is_inclusive, since, until)) THEN 'asks for less than the rows that it is of' END,
            CASE WHEN (SELECT bool_or(grain = 1 AND (asked::text ~ '\.')) FROM windows(days, grain, is_inclusive, since, until))
                THEN 'parts of a grain' END,
            CASE WHEN (SELECT bool_or(lower(asked) < since - make_interval(secs => CASE WHEN is_inclusive AND grain > 0 THEN 0.999999
                WHEN grain > 0 THEN 1 ELSE 0 END)) FROM windows(days, grain, is_inclusive, since, until)) THEN 'more than needed' END,
            CASE WHEN (SELECT count(*) > ceil(extract(epoch FROM until - since + interval '1 s') /
                (86400 * days - CASE WHEN is_inclusive OR grain = 0 THEN 0 ELSE 1 END)) FROM windows(days, grain, is_inclusive, since, until))
                THEN 'more windows than needed' END]))) q (why) WHERE why !~ ': $' $$;
"""


def prepare(_emulator, database):
    must(database.psql(f"\\set module '{MODULES}/attio_fdw_test.so'\n\\i {ROOT}/test/module/functions.sql\n{LOOK}"))


WORK = Workspace(options="", before=prepare)


@case(WORK)
def spans(_emulator, database):
    """Of any length, at any moment, before and after the year 2000, in which microseconds are counted from 0."""
    for grain, is_inclusive in ((1, False), (1, True), (0, False)):
        for name, since in (("long ago", "1999-12-31 23:59:50Z"), ("today", "2026-01-01 00:00:00Z")):
            result = must(database.psql(f"""SELECT setseed(0.5); SELECT count(*), count(why), min(why) FROM (SELECT wrong(2, {grain},
                {is_inclusive}, since, since + CASE i % 3 WHEN 0 THEN make_interval(hours => 24 * (i % 7)) WHEN 1 THEN make_interval(hours =>
                48 * (i % 5), secs => i % 5) ELSE random() * interval '20 days' END + interval '1 us') FROM (SELECT i, timestamptz '{since}'
                + CASE i % 2 WHEN 0 THEN make_interval(secs => i % 20) ELSE random() * interval '20 s' END AS since
                FROM generate_series(1, 600) i) s) w (why)"""))
            tap.equal(result.out.split("\n")[-1], "600|0|", f"600 spans {name}, grain {grain}, {'inclusive' if is_inclusive else 'exclusive'}")


@case(WORK)
def few(_emulator, database):
    for is_inclusive, hours, count in ((True, 48, 1), (True, 96, 2), (False, 48, 2), (False, 47, 1), (False, 95, 2), (True, 97, 3)):
        tap.equal(database.value(f"SELECT count(*) FROM windows(2, 1, {is_inclusive}, '2026-01-01', timestamptz '2026-01-01' + "
                                 f"interval '{hours} hours')"), str(count), f"{hours} hours, of at most 48, {is_inclusive}: {count}")
    for before in ("2026-01-01", "2025-12-31"):
        tap.equal(database.value(f"SELECT count(*) FROM windows(2, 1, true, '2026-01-01', '{before}')"), "0", f"from 2026-01-01 to {before}: none")


run()
