#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# as_grep.sh PROCGREP: what procgrep prints, and its exit status, are GNU grep's, byte for byte.
set -uo pipefail
export LC_ALL=C
procgrep=$(realpath "$1")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
compared=0 failures=0

# same [OPTION...] PATTERN PATH...
same() {
    grep -E "$@" >"$scratch/expected" 2>"$scratch/expected_errors"
    local expected_status=$?
    "$procgrep" --timeout 100 "$@" >"$scratch/actual" 2>"$scratch/actual_errors"
    local status=$?
    errors "$scratch/expected_errors" grep >"$scratch/expected_complaints"
    errors "$scratch/actual_errors" procgrep >"$scratch/actual_complaints"
    if (( status != expected_status )) || ! cmp -s "$scratch/expected" "$scratch/actual" ||
        ! cmp -s "$scratch/expected_complaints" "$scratch/actual_complaints"; then
        echo "Not as grep (status $status instead of $expected_status): ${*:1:4}"
        diff "$scratch/expected" "$scratch/actual" | head -5
        diff "$scratch/expected_complaints" "$scratch/actual_complaints" | head -5
        (( ++failures ))
    fi
    (( compared += $(wc -l <"$scratch/expected") ))
}

# What a program said on stderr, without its name and without procgrep's summary.
errors() {
    sed -n "/ files\/s, event loop/d; s/^$2: //p" "$1" | sort
}

# With -r, grep takes a directory's files as they come and procgrep by their paths: compared by path.
same_below() {
    grep -rE "$@" | sort -s -t: -k1,1 >"$scratch/expected"
    "$procgrep" --timeout 100 -r "$@" 2>"$scratch/actual_errors" | sort -s -t: -k1,1 >"$scratch/actual"
    if ! diff "$scratch/expected" "$scratch/actual" >"$scratch/difference"; then
        echo "Not as grep -r: $*"
        head -5 "$scratch/difference"
        (( ++failures ))
    fi
    (( compared += $(wc -l <"$scratch/expected") ))
}

mapfile -t headers < <(find /usr/include/boost/asio/detail /usr/include/cereal -type f | sort)

while IFS= read -r pattern; do
    same -n "$pattern" "${headers[@]}"
done <<'PATTERNS'
include
^#include <boost/.*\.hpp>
(class|struct) [a-z_]+_base
^ *(template|typename) *<
[[:upper:]]{12,}
[^[:space:]]{60}
\bnoexcept\b
\w+::\w+::\w+\(
=\s*\w+\s*;$
^$
(a|an) (b|c|d)[a-z]*[.,]
return \*?this(->[a-z]+)?;
[0-9]+(\.[0-9]+){2}
([a-z])\1\1
(int|long|short|char) +[a-z_]+( = 0)?[,;)]
no line has this
PATTERNS

same 'io_context' "${headers[@]}"
same -i -n 'COPYRIGHT \(c\) 20[0-9][0-9]' "${headers[@]}"
same -c 'template' "${headers[@]}"
same -l 'pipe' "${headers[@]}"
same -l -c 'pipe' "${headers[@]}"
same_below -n 'executor_type' /usr/include/boost/asio
same_below -ic 'ASIO' /usr/include/boost/asio/detail
same_below -l 'epoll' /usr/include/boost/asio /usr/include/cereal/cereal.hpp

cd "$scratch" && mkdir -p input/tree/deep && cd input || exit 1
printf 'one\ntwo\nthree' >no_end
printf 'one\0two\nthree\n' >binary
printf 'one\r\ntwo\r\n' >dos
printf '\n\none\n\n' >blanks
printf 'caf\303\251 \377 one\n' >bytes
: >empty
ln -s ../no_end tree/link
echo one >tree/deep/file
echo one >'a name with spaces: and a colon'

for options in '' -n -c -l -i -r; do
    for pattern in ONE 'three$' '^' 'e$'; do
        # shellcheck disable=SC2086 # no option is no word
        same $options "$pattern" no_end dos blanks bytes empty 'a name with spaces: and a colon'
        # shellcheck disable=SC2086
        same $options "$pattern" binary no_end
    done
    # shellcheck disable=SC2086
    same $options two no_end
done
same one missing no_end
same one missing
same one tree no_end
same -r one tree
same -r one tree/link tree/deep

echo "$compared lines compared"
(( compared >= 10000 )) || { echo "That is fewer than 10000: have the headers changed?"; exit 1; }
(( failures == 0 ))
