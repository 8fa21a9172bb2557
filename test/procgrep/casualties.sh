#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# casualties.sh PROCGREP: a file on which std::regex crashes or never ends is named, and all others are searched.
set -uo pipefail
export LC_ALL=C
procgrep=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
ulimit -c 0
ulimit -S -s 8192

# search STATUS [OPTION...] PATTERN PATH...
search() {
    "$procgrep" -j 2 "${@:2}" >output 2>errors
    local status=$?
    (( status == $1 )) || fail "exit status $status instead of $1: ${*:2}"
}

# says FILE TEXT: a line of the file is or contains the text.
says() {
    grep -qE -e "$2" "$1" || fail "$1 does not say: $2"
}

fail() {
    echo "$1"
    cat errors
    exit 1
}

for i in {1..40}; do echo 'aaa' >"innocent$i"; done
printf '%400000s\n' '' | tr ' ' a >long
printf '%80sb\n' '' | tr ' ' a >endless
innocents=(innocent{1..20}) others=(innocent{21..40})

# AddressSanitizer turns the signal into an exit, and takes its time to describe the stack.
search 2 --timeout 100 '^(.|;)*$' "${innocents[@]}" long "${others[@]}"
says errors '^procgrep: long: worker crashed: (SIGSEGV|exited with status 1)$'
says errors '41 files, 40 matching lines, 1 crashed, 0 timed out, [1-9][0-9]* workers restarted'
cmp -s output <(grep -E 'a' "${innocents[@]}" "${others[@]}") || fail 'the innocent files were not all searched'

search 2 --reports --timeout 100 '^(.|;)*$' long
says errors '^worker [0-9]+ \(pid [0-9]+\) (was killed by SIGSEGV|exited with status 1)'

"$procgrep" --in-process '^(.|;)*$' "${innocents[@]}" long "${others[@]}" >output 2>errors
(( $? != 0 )) && [[ ! -s output ]] || fail 'a search in one process outlives its crash'
search 0 --in-process a innocent1
cmp -s output innocent1 || fail 'a search in one process finds something else'

search 2 --timeout 1 '(a+)+$' "${innocents[@]}" endless "${others[@]}"
says errors '^procgrep: endless: timed out$'
says errors '41 files, 40 matching lines, 0 crashed, 1 timed out, [1-9][0-9]* workers restarted'
cmp -s output <(grep -E 'a' "${innocents[@]}" "${others[@]}") || fail 'the innocent files were not all searched'

search 0 a innocent1
says errors '1 files, 1 matching lines, 0 crashed, 0 timed out, 0 workers restarted'
search 1 b innocent1

# What is wrong with a command line is said before anything is searched.
search 2 '(' innocent1
says errors "^procgrep: '\(' is no regular expression: "
search 2 -j 0 a innocent1
says errors "^procgrep: -j needs a number from 1 to 1024, not '0'\.$"
search 2 --timeout soon a innocent1
says errors "^procgrep: --timeout needs a number from 0.001 to 86400, not 'soon'\.$"
search 2 -x a innocent1
says errors '^procgrep: That is no option of procgrep; --help lists them\.$'
search 2 a
says errors '^procgrep: A pattern and at least one path are needed; --help shows how\.$'
search 0 --help
says output '^Usage: procgrep '
