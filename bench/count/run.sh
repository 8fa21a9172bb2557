#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# What a task costs, counted: instructions of the parent and system calls of all processes. Argument: the program count.
set -euo pipefail
program=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# instructions WHICH BURST TASKS MICROSECONDS: of the parent.
instructions() {
    valgrind --tool=callgrind --callgrind-out-file="$work/callgrind" "$program" "$@" >/dev/null 2>&1
    sed -n 's/^totals: //p' "$work/callgrind"
}

# calls NAME TASKS: how many a thousand tasks.
calls() {
    awk -v name="$1" -v tasks="$2" '$NF == name { count = $4 } END { printf "%.1f", 1000 * count / tasks }' \
        "$work/strace"
}

# row NAME WHICH MICROSECONDS BURST TASKS SMALLER_BURST: of the table. Instructions are counted in smaller bursts.
row() {
    local few many
    few=$(instructions "$2" "$6" $(($6 * 100)) "$3")
    many=$(instructions "$2" "$6" $(($6 * 300)) "$3")
    strace -c -f -o "$work/strace" "$program" "$2" "$4" "$5" "$3"
    echo "| $1 | $(((many - few) / ($6 * 200))) | $(calls write "$5") | $(calls read "$5") | $(calls epoll_wait "$5") |" \
        "$(calls timerfd_settime "$5") |"
}

echo '| | instructions a task | write | read | epoll_wait | timerfd_settime |'
echo '|---|---|---|---|---|---|'
row 'no-op, callback: procpool' procpool 0 100000 3000000 1000
row 'no-op, callback: limit' limit 0 100000 3000000 1000
row 'no-op, awaited: procpool' procpool-awaited 0 1000 3000000 1000
row 'an empty post, awaited: Asio alone' asio-awaited 0 1000 3000000 1000
row '10 us, callback: procpool' procpool 10 40000 200000 400
row '10 us, callback: limit' limit 10 40000 200000 400
row '100 us, callback: procpool' procpool 100 40000 40000 400
row '100 us, callback: limit' limit 100 40000 40000 400
