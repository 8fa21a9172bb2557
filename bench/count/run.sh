#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# What a no-op costs, counted: instructions of the parent and system calls of all processes. Argument: the program count.
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions POOL TASKS: of the parent, in bursts of 1,000.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$program" "$1" 1000 "$2" >/dev/null 2>&1
    sed -n 's/^totals: //p' "$work/callgrind"
}

# calls NAME: how many a thousand tasks.
calls() {
    awk -v name="$1" '$NF == name { count = $4 } END { printf "%.1f", count / 3000 }' "$work/strace"
}

# row NAME WHICH BURST: of the table.
row() {
    local few many
    few=$(instructions "$2" 100000)
    many=$(instructions "$2" 300000)
    strace -c -f -o "$work/strace" "$program" "$2" "$3" 3000000
    echo "| $1 | $(((many - few) / 200000)) | $(calls write) | $(calls read) | $(calls epoll_wait) |" \
        "$(calls timerfd_settime) |"
}

echo '| | instructions a task | write | read | epoll_wait | timerfd_settime |'
echo '|---|---|---|---|---|---|'
row 'procpool, callbacks' procpool 100000
row 'limit' limit 100000
row 'procpool, coroutines' procpool-awaited 1000
row 'Asio alone, coroutines' asio-awaited 1000
