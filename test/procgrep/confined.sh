#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# confined.sh PROCGREP: a worker can read the searched paths and nothing else. While the list of files is made and the
# first of them, a named pipe, keeps the worker waiting, another one is replaced by a link to a file elsewhere.
set -uo pipefail
export LC_ALL=C
procgrep=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

perl -e 'exit(syscall(444, 0, 0, 1) < 1)' || { echo 'skipped: procgrep_confined: this kernel has no Landlock'; exit 77; }

mkdir tree
mkfifo gate
echo 'a word' >tree/plain
echo 'a word' >tree/replaced
echo 'a secret word' >elsewhere

"$procgrep" -r -j 1 --timeout 200 word gate tree >output 2>errors &
exec 3>gate # waits until the worker reads it
ln -sf ../elsewhere tree/replaced
exec 3>&-
wait $!
status=$?

fail() {
    echo "$1"
    cat output errors
    exit 1
}

(( status == 2 )) || fail "exit status $status instead of 2"
[[ $(<output) == 'tree/plain:a word' ]] || fail 'the output is another one'
grep -qx 'procgrep: tree/replaced: Permission denied' errors || fail 'the link was not refused'
