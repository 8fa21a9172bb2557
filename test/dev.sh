#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# dev.sh ROOT: ./dev lists its commands when asked for help, and refuses what it does not know before it does anything.
# Runs a copy, with tools that only note that they were called.
set -uo pipefail
root=$1
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir -p "$copy"/{tools,build,include,lib,test/mutants,examples,bench}
cp "$root/dev" "$copy"
touch "$copy/test/mutants/some.mutant" "$copy/lib/some.cpp"
for tool in cmake ctest apt-get dpkg-query sudo bash python3 clang-format-16 clang-tidy-16; do
    printf '#!/bin/sh\necho "%s" >>"%s"\nexit 1\n' "$tool" "$copy/called" >"$copy/tools/$tool"
    chmod +x "$copy/tools/$tool"
done

# runs STATUS [ARGUMENT...]: dev ends with the status, and has done nothing.
runs() {
    local status=0
    PATH=$copy/tools:$PATH "$BASH" "$copy/dev" "${@:2}" >"$copy/output" 2>&1 || status=$?
    (( status == $1 )) || fail "dev ${*:2} ended with status $status instead of $1"
    [[ ! -e $copy/called ]] || fail "dev ${*:2} called $(tr '\n' ' ' <"$copy/called")"
    [[ -d $copy/build ]] || fail "dev ${*:2} removed what was built"
}

says() {
    grep -qF -e "$1" "$copy/output" || fail "dev does not say: $1"
}

fail() {
    echo "$1"
    cat "$copy/output"
    exit 1
}

runs 0
cp "$copy/output" "$copy/list"
mapfile -t commands < <(sed -n 's/^  \([a-z]*\) .*/\1/p' "$copy/list")
(( ${#commands[@]} > 10 )) || fail 'the list of commands is too short'

for word in help --help -h; do
    runs 0 "$word"
    cmp -s "$copy/output" "$copy/list" || fail "dev $word does not list the commands"
done
for name in "${commands[@]}"; do
    runs 0 "$name" --help
    cmp -s "$copy/output" "$copy/list" || fail "dev $name --help does not list the commands"
    runs 2 "$name" --no-such-option
    says "$name does not know the argument '--no-such-option'"
done
runs 2 no-such-command
says "there is no command 'no-such-command'"
runs 2 mutants no_such_mutant
runs 2 soak --minutes
runs 2 test crash # a name without -R, which ctest would ignore
