# What the scripts share.  Sourced, from any folder; leaves the shell in the repository's root.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"

say() { printf '%s\n' "$*"; }
die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# The pg_config to build with: the caller's, Debian's 15, or the one in PATH.
find_pg_config() {
	local candidate
	for candidate in "${PG_CONFIG:-}" /usr/lib/postgresql/15/bin/pg_config pg_config; do
		if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1; then
			PG_CONFIG=$(command -v "$candidate")
			export PG_CONFIG
			return 0
		fi
	done
	return 1
}

# Programs of the server: PG_BINDIR, if the server is another than the headers'.
bindir() { printf '%s\n' "${PG_BINDIR:-$("$PG_CONFIG" --bindir)}"; }

# psql and pg_regress come with the headers, whatever the server is.
psql_path() { printf '%s/psql\n' "$("$PG_CONFIG" --bindir)"; }

# PostgreSQL does not run as root: the user to be instead, or nothing.
other_user() {
	[ "$(id -u)" = 0 ] || return 0
	local user
	for user in postgres nobody; do
		if id "$user" >/dev/null 2>&1; then
			printf '%s\n' "$user"
			return 0
		fi
	done
	die "running as root, and there is neither a user postgres nor nobody to be instead"
}

# Run a command as that user.  Where the user may not enter our folder (a clone
# below /root, say) it keeps the one right to pass through folders.
as_user() {
	local user
	user=$(other_user)
	if [ -z "$user" ]; then
		"$@"
		return
	fi
	local drop=(setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups)
	if ! "${drop[@]}" test -x "$ROOT" 2>/dev/null || ! "${drop[@]}" test -r "$ROOT/scripts/lib.sh" 2>/dev/null; then
		drop+=(--inh-caps=+dac_override,+dac_read_search --ambient-caps=+dac_override,+dac_read_search)
	fi
	# A folder of its own as home: nobody's may not exist.
	HOME="${SANDBOX:-$ROOT}" "${drop[@]}" "$@"
}
