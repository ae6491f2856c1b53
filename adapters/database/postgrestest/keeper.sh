# shellcheck shell=sh
#
# Keeps one throw-away PostgreSQL for the process that holds the other end of
# standard input, and takes it away when that end closes, however the process
# ended: returned, panicked, interrupted or killed.
#
# usage: sh -c SCRIPT keeper BIN TMP SETTING...
# The server lives in a folder in TMP; where that is empty, in memory if there
# is plenty, since a database is some 300 files and a disk may take a third of a
# second to make them, else in /tmp.
# Prints the folder of the server (its socket lies there) once it is starting;
# before that, what went wrong goes to standard error.
bin=$1
tmp=$2
shift 2

umask 077
trap '' PIPE
trap 'exit 1' HUP INT TERM

if [ -z "$tmp" ]; then
	tmp=/tmp
	free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
	[ "${free:-0}" -ge 4194304 ] && tmp=/dev/shm
fi
dir=$(mktemp -d "$tmp/manyhands-pg.XXXXXX" 2>/dev/null) ||
	dir=$(mktemp -d /tmp/manyhands-pg.XXXXXX) || exit 1
server=
clean() {
	trap '' HUP INT TERM
	if [ -n "$server" ]; then
		# QUIT is the immediate shutdown. A background child of a shell starts with
		# QUIT ignored, so TERM goes first, for a server that has not yet come so far
		# as to set its handlers.
		kill -TERM "$server" 2>/dev/null
		kill -QUIT "$server" 2>/dev/null
		wait "$server" 2>/dev/null
	fi
	cd / && rm -rf "$dir"
}
trap clean EXIT

export HOME="$dir" LC_ALL=C TZ=UTC
cd "$dir" || exit 1
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --no-locale -N \
	</dev/null >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }

for setting; do
	printf '%s\n' "$setting"
done >>"$dir/data/postgresql.conf"
"$bin/postgres" -D "$dir/data" -k "$dir" </dev/null >"$dir/log" 2>&1 &
server=$!

echo "$dir"
exec >/dev/null 2>&1
read -r _
