#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# What a task costs, counted: instructions of the parent and system calls of all processes. Argument: the program count.
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions WHICH BURST TASKS: of the parent.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$program" "$@" >/dev/null 2>&1
    sed -n 's/^totals: //p' "$work/callgrind"
}

# calls NAME: how many a thousand tasks.
calls() {
    awk -v name="$1" '$NF == name { count = $4 } END { printf "%.1f", count / 3000 }' "$work/strace"
}

# row NAME WHICH BURST: of the table. Instructions are counted in bursts of 1,000.
row() {
    local few many
    few=$(instructions "$2" 1000 100000)
    many=$(instructions "$2" 1000 300000)
    strace -c -f -o "$work/strace" "$program" "$2" "$3" 3000000
    echo "| $1 | $(((many - few) / 200000)) | $(calls write) | $(calls read) | $(calls epoll_wait) |" \
        "$(calls timerfd_settime) |"
}

echo '| | instructions a task | write | read | epoll_wait | timerfd_settime |'
echo '|---|---|---|---|---|---|'
row 'no-op, callback: procpool' procpool 100000
row 'no-op, callback: limit' limit 100000
row 'no-op, awaited, use_awaitable: procpool' procpool-awaited 1000
row 'no-op, awaited, deferred: procpool' procpool-deferred 1000
row 'no-op, awaited, a future: procpool' procpool-future 1000
row 'an empty post, awaited: Asio alone' asio-awaited 1000
