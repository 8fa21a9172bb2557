#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# expect_output.sh EXPECTED PROGRAM...: runs the program; fails unless it exits with 0 and prints what EXPECTED describes.
# A line of EXPECTED is an extended regular expression for the whole of a line. "* " before it: for any number of lines,
# none included, as many as match.
set -uo pipefail
expected=$1
printed=$("${@:2}") || { echo "$2 ended with status $?"; exit 1; }

mapfile -t lines <<<"$printed"
next=0
matches() { (( next < ${#lines[@]} )) && [[ ${lines[next]} =~ ^($1)$ ]]; }

while IFS= read -r rule; do
    if [[ $rule == '* '* ]]; then
        while matches "${rule:2}"; do next=$((next + 1)); done
    elif matches "$rule"; then
        next=$((next + 1))
    else
        printf '%s\nline %d is not as %s says: %s\n' "$printed" $((next + 1)) "$expected" "$rule"
        exit 1
    fi
done <"$expected"
(( next == ${#lines[@]} )) || { printf '%s\nline %d is not in %s\n' "$printed" $((next + 1)) "$expected"; exit 1; }
