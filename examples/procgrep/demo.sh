#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# demo.sh BUILD_DIR: searches Boost's headers with a pattern on which std::regex crashes, in one process and in worker
# processes, and with one on which it never ends. Fails when the outcome is not the one described.
set -euo pipefail
export LC_ALL=C
cd "$1/examples/procgrep"
directories=(/usr/include/boost/{asio,mpl,phoenix,spirit})
crashing='template *<.*>.*;'
endless='(-+)+>'
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
ulimit -c 0
ulimit -S -s 8192 # Debian's default; a larger stack only lets longer lines pass

# search PATTERN OPTION...: shows the command and runs it; sets status.
search() {
    echo "\$ procgrep -rn ${*:2}${2:+ }'$1' /usr/include/boost/{asio,mpl,phoenix,spirit}"
    status=0
    # bash itself would say "Segmentation fault" with the line of this script.
    { ./procgrep -rn "${@:2}" "$1" "${directories[@]}" >"$scratch/output" 2>"$scratch/errors"; } 2>/dev/null || status=$?
}

# casualties: the files that could not be searched, and why.
casualties() {
    sed -nE 's/^procgrep: (.*: (worker crashed: .*|timed out))$/\1/p' "$scratch/errors"
}

# count WORDS: the number that stands before them in the summary.
count() {
    sed -nE "\$s#.*[ (]([0-9.]+) $1.*#\1#p" "$scratch/errors"
}

# tell CAUSE PATTERN: how many files were searched, and which were not; checks that nothing else is missing.
tell() {
    local all named
    all=$(count files,)
    named=$(casualties | wc -l)
    (( status == 2 && all >= 2000 && named > 0 && named == $(count "$1") )) || fail 'This is not what was to be shown.'
    casualties | sed 's/: .*/:/' >"$scratch/casualties"
    grep -rnE -e "$2" "${directories[@]}" | grep -vFf "$scratch/casualties" | sort >"$scratch/expected"
    sort "$scratch/output" | cmp -s - "$scratch/expected" || fail "The output for $2 is not that of grep."
    echo "$((all - named)) of $all files searched, $named named:"
    casualties | sed 's/^/  /' | head -n 3
    (( named <= 3 )) || echo "  ... and $((named - 3)) more"
    echo "The $(wc -l <"$scratch/output") lines found are exactly those that grep -E finds in the files searched."
    echo
}

fail() {
    cat "$scratch/errors" >&2
    echo "demo: $1" >&2
    exit 1
}

echo
echo 'std::regex overflows the stack on long lines. In one process, that is the end of the search:'
echo
search "$crashing" --in-process
(( status == 128 + 11 )) && [[ ! -s $scratch/output ]] || fail "One process ended with status $status, not SIGSEGV."
echo 'Segmentation fault'
echo "$(wc -l <"$scratch/output") lines found, no file searched."
echo
echo 'In worker processes, it costs only the files on which it happens:'
echo
search "$crashing"
tell crashed "$crashing"
guilty=$(casualties | sed -n '1s/: .*//p')
echo 'So does a pattern on which std::regex never ends, with a time limit of one second a file:'
echo
search "$endless" --timeout 1
tell 'timed out' "$endless"
echo 'A program gets a report of each crash. The first lines of one:'
echo
./procgrep --reports "$crashing" "$guilty" 2>"$scratch/errors" >/dev/null || true
grep -q 'worker crashed' "$scratch/errors" || fail 'The crash did not happen again.'
sed -n '2,12p' "$scratch/errors" | grep -v '^procgrep: ' | cut -c 1-120 | sed 's/^/  /'
echo
echo 'Next: examples/quickstart.cpp, the first program to write; README.md, what there is.'
