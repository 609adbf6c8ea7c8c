# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the scripts of the guest harness share. Sourced, never run.
# shellcheck disable=SC2034 # and so what is set here is used elsewhere

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$guest_dir/../.." && pwd)
cache=${XT_TRIGGER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xt-trigger}
default_suite=bookworm
all_suites="bullseye bookworm trixie trixie-backports"

mkdir -p "$cache"

# What one says goes to stderr: stdout belongs to the command in the guest.
say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 121; }

# step TEXT LOG COMMAND...: one line that tells what runs now, then its seconds.
# The output goes to LOG; when it fails, the end of that shows here. A function
# runs under `set -e`, in a subshell, so this must not be called in a condition.
step() {
	local text=$1 log=$2 start=$EPOCHREALTIME status
	shift 2
	mkdir -p "$(dirname "$log")"
	printf '%s ...' "$text" >&2
	set +e
	(set -e; "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	if [ $status = 0 ]; then
		printf ' %s s\n' "$(elapsed "$start")" >&2
		return 0
	fi
	printf ' failed\n' >&2
	tail -n 15 "$log" | sed 's/^/    /' >&2
	say "    (all of it: $log)"
	return 121
}

# elapsed START: seconds since an earlier $EPOCHREALTIME, with one decimal.
elapsed() {
	local us=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
	printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
}

# as_root COMMAND...: what needs root, for users who are not.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo XT_TRIGGER_CACHE="$cache" "$@"
	else
		die "this needs root; run as root: $*"
	fi
}

# A list file: one word a line, comments from # to the end of the line.
read_list() { sed 's/#.*//' "$1" | tr -s '[:space:]' '\n' | sed '/^$/d'; }
