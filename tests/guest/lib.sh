# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the scripts of the guest harness share. Sourced, never run.
# shellcheck disable=SC2034 # and so what is set here is used elsewhere

guest_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$guest_dir/../.." && pwd)
HOME=${HOME:-$(getent passwd "$(id -u)" | cut -d : -f 6)}
cache=${XT_TRIGGER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xt-trigger}
default_suite=bookworm
all_suites="bullseye bookworm trixie trixie-backports"
all_machines=$(awk '/^[^#]/ { print $1 }' "$guest_dir/machines" | xargs)
# Those that `make check` does not take: a suite and a machine, see there.
all_platforms=$(awk '/^[^#]/ && $4 != "-" { print $4 "-" $1 }' "$guest_dir/machines" | xargs)

# What one says goes to stderr: stdout belongs to the command in the guest.
say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 121; }

# What becomes a mount option or an option of QEMU's cannot hold these.
case $cache in
*[,:]*) die "the cache's path has a colon or a comma in it: $cache" ;;
esac
mkdir -p "$cache"

# platform NAME: sets what a name like bookworm or bookworm-arm64 stands for: base, the
# suite; machine; and of the machine (see the file machines) the rest of its row.
platform() {
	base=$1 machine=amd64
	case " $all_machines " in
	*" ${1##*-} "*) base=${1%-*} machine=${1##*-} ;;
	esac
	case " $all_suites " in
	*" $base "*) ;;
	*) die "no suite $1; there are $all_suites, each also followed by -MACHINE: $all_machines" ;;
	esac
	read -r _ arch flavour _ triplet console qemu_package qemu_command \
		< <(grep "^$machine " "$guest_dir/machines")
	foreign=
	[ "$arch" = amd64 ] || foreign=yes
}

# hold COMMAND...: sets held to the directory that the command prints, and sees to it that
# nobody deletes that before this process, and what it starts, has ended.
hold() {
	local fd
	while :; do
		held=$("$@")
		exec {fd}<"$held"
		flock -s "$fd"
		# It may have been deleted just before.
		[ "$held" -ef "/proc/self/fd/$fd" ] && return
		exec {fd}<&-
	done
}

# take_slot: waits until a guest may start. Three run at once on two processors, since a
# third of the time a guest waits for something: more would only wait for each other,
# inside of the tests' deadlines. Who came first is the next.
take_slot() {
	local i waited=''
	exec 6>"$cache/slots"
	if ! flock -n 6; then
		say 'wait: other guests come first'
		waited=yes
		# A signal ends a `wait`, and only a `wait`, at once.
		flock 6 &
		wait $!
	fi
	while :; do
		for ((i = 1; i <= $(nproc) * 3 / 2; i++)); do
			exec 7>"$cache/slot-$i"
			flock -n 7 && break 2
		done
		[ -n "$waited" ] || say "wait: $((i - 1)) guests run already"
		waited=yes
		sleep 1
	done
	exec 6>&-
}

# watch_boot LOG SECS PID: ends process PID, and fails, when the console's log does not
# say in time that the guest is up. An emulated CPU can stand still for ever at a moment when the
# kernel is not yet able to tell; once it is up, what hangs is a finding.
watch_boot() {
	local i
	for ((i = 0; i < $2; i++)); do
		sleep 1
		! grep -aq 'xt-trigger guest: up' "$1" 2>/dev/null || return 0
	done
	kill "$3"
	return 1
}

# last_words LOG: the last line of a console's log, or nothing.
last_words() { { grep -av '^[[:space:]]*$' "$1" || true; } | tail -n 1 | tr -d '\r'; }

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
	if ! sed -n 's/^gave up: /    /p' "$log" | tail -n 1 | grep . >&2; then
		tail -n 15 "$log" | sed 's/^/    /' >&2
	fi
	say "    (all of it: $log)"
	return 121
}

# download COMMAND...: has what needs a mirror tried three times: a connection breaks, and
# a mirror in the middle of a sync has files that do not belong together. Then one line
# says so, which is all that `step` shows.
download() {
	local output tries=0
	output=$(mktemp)
	until "$@" 2>&1 | tee "$output"; do
		tries=$((tries + 1))
		if [ $tries = 3 ]; then
			printf 'gave up: the download broke three times; last: %s\n' \
				"$(grep -aE '^(E|W|Err|Error)[: ]' "$output" | tail -n 1)"
			rm "$output"
			return 1
		fi
		sleep $((tries * ${XT_TRIGGER_RETRY_SECS:-10}))
	done
	rm "$output"
}

# elapsed START: seconds since an earlier $EPOCHREALTIME, with one decimal.
elapsed() {
	local us=$((${EPOCHREALTIME/[.,]/} - ${1/[.,]/}))
	printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
}

# as_root COMMAND...: what needs root, for users who are not. sudo passes no variable on.
as_root() {
	local name kept=("XT_TRIGGER_CACHE=$cache")
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		for name in XT_TRIGGER_MIRROR{,_SECURITY} TMPDIR {http,https,no}_proxy {HTTP,HTTPS,NO}_PROXY; do
			[ -z "${!name:-}" ] || kept+=("$name=${!name}")
		done
		sudo env "${kept[@]}" "$@"
	else
		die "this needs root; run as root: $*"
	fi
}

# read_list FILE...: the words of list files: comments go from # to the end of the line.
read_list() { sed 's/#.*//' "$@" | tr -s '[:space:]' '\n' | sed '/^$/d'; }
