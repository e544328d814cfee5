# attio_fdw: an Attio workspace as a schema of ordinary tables.
#
#   make demo     everything from nothing to ten answers
#   make check    lint, build, regression, TAP
#   make shell    psql on a demo workspace
#   make          build for $(PG_CONFIG); make install puts it there
#   make installcheck   the regression tests against a server where it is installed

EXTENSION = attio_fdw
MODULE_big = attio_fdw
SOURCES = attio_fdw.c $(sort $(wildcard src/*/*.c))
OBJS = $(SOURCES:.c=.o)
DATA = sql/attio_fdw--1.0.sql
# Tests of make installcheck and of scripts/regress, in this order: "setup" makes what the others use.
# One line for each group, so that two people who add a test do not change the same line.
REGRESS = setup options import naming \
	types \
	declared \
	scan paging pushdown order plans join count \
	modify \
	ctid guard replan actors partitions \
	activity definitions \
	binding \
	byhand \
	workspace errors security explain
# The database is made by scripts/with-emulator.
REGRESS_OPTS = --use-existing
PGFILEDESC = "attio_fdw - foreign data wrapper for Attio"

PG_CPPFLAGS = -I$(CURDIR)/src $(shell pkg-config --cflags libcurl json-c 2>/dev/null)
PG_CFLAGS = -std=gnu11 -fvisibility=hidden -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-declaration-after-statement \
	-Wno-missing-field-initializers $(WERROR) $(EXTRA_CFLAGS)
WERROR = -Werror
# Told by attio_fdw_version(): the commit of a clone, or of the archive.
COMMIT := $(shell git -C '$(CURDIR)' describe --always --dirty --abbrev=10 2>/dev/null || sed -n 's/^commit \([0-9a-f]*\)$$/\1/p' .commit 2>/dev/null)
COMMIT := $(or $(COMMIT),unknown commit)
SHLIB_LINK = $(shell pkg-config --libs libcurl json-c 2>/dev/null || echo -lcurl -ljson-c) $(EXTRA_LDFLAGS)

# Debian's 15 first, so that a machine with several majors does the same as a bare one.
PG_CONFIG ?= $(firstword $(wildcard /usr/lib/postgresql/15/bin/pg_config) pg_config)
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

OWN_TARGETS = demo check shell lint bench network check-majors check-memory conformance differential mutate sandbox-down

ifneq ($(filter $(OWN_TARGETS),$(MAKECMDGOALS)),)
# These set up what is missing first, so they need nothing that may not be there yet.
.PHONY: $(OWN_TARGETS)
lint: FLAGS = --all
demo check shell lint bench network check-majors check-memory conformance differential mutate:
	@PG_CONFIG=$(PG_CONFIG) OPENAPI=$(OPENAPI) scripts/$@ $(FLAGS)
sandbox-down:
	@scripts/sandbox down
else ifeq ($(wildcard $(PGXS)),)
all install:
	@echo "make: no PGXS found through PG_CONFIG=$(PG_CONFIG); run scripts/bootstrap, or install postgresql-server-dev-15" >&2; exit 1
clean:
	find . -name '*.o' -delete
else
override with_llvm = no
include $(PGXS)

# make installcheck runs the tests against a server that is up (PGHOST, PGPORT, PGUSER) and has the extension installed.
pg_regress_installcheck = scripts/with-emulator $(top_builddir)/src/test/regress/pg_regress --inputdir=$(srcdir) --bindir='$(bindir)' $(EXTRA_REGRESS_OPTS)

# Built anew where the commit is another than that of the last build.
src/admin/functions.o: override CPPFLAGS += -DATTIO_FDW_COMMIT='"$(COMMIT)"'
ifneq ($(COMMIT),$(shell cat .built-commit 2>/dev/null))
$(shell echo '$(COMMIT)' >.built-commit 2>/dev/null)
endif
src/admin/functions.o: .built-commit

# PGXS follows no header; these do.
DEPS = $(OBJS:.o=.d)
override CFLAGS += -MMD -MP
-include $(DEPS)
EXTRA_CLEAN = $(DEPS) build .built-commit
endif
